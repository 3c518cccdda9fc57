"""The page of figures is made from a run and replaces the one before."""

import pytest

from tests.bench.publish import BEGIN, END, PAGE, page_of, put


def test_new_figures_replace_the_old_ones_and_nothing_else() -> None:
    page = f"# Page\n{BEGIN}\n\nold\n\n{END}\nafter\n"

    assert put(page, "new") == f"# Page\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_page_without_its_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="figures: end"):
        put(f"# Page\n{BEGIN}\n", "new")


def test_the_page_has_its_place_for_figures() -> None:
    assert "new" in put(PAGE.read_text(encoding="utf-8"), "new")


def test_a_run_of_one_row_shows_that_row_with_the_floor_and_the_ratio() -> None:
    subject = {
        "per_second": {"median": 40.0, "least": 30.0, "most": 50.0},
        "core_ms": {"sync": 2.0},
        "core_ms_in_all": 2.0,
        "p50_ms": 4.0,
        "p99_ms": 9.0,
    }
    run = {
        "taken_at": "2026-11-28T12:00:00+00:00",
        "rounds": 5,
        "seconds": 4.0,
        "machine": {"cpu": "CPU", "cores": 2, "memory_gib": 8, "system": "Linux", "load_before": 0.1},
        "versions": {"python": "3.11"},
        "rates": [
            {
                "name": "sync_1",
                "title": "sync",
                "subjects": {"ours": subject, "floor": subject},
                "ratios": {"floor": {"median": 0.5, "least": 0.4, "most": 0.6}},
            }
        ],
    }

    row = "| sync | 40 (30–50) |  |  | 40 (30–50) | 0.50 (0.40–0.60) |  | 4 / 9 |"
    assert row in page_of(run).splitlines()
