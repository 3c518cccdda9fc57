"""The page of figures is made from a run and replaces the one before."""

from typing import Any

import pytest

from tests.bench.publish import BEGIN, END, PAGE, page_of, put

RUN: dict[str, Any] = {
    "taken_at": "2026-11-28T12:00:00+00:00",
    "rounds": 5,
    "seconds": 4.0,
    "machine": {"cpu": "CPU", "cores": 2, "memory_gib": 8, "system": "Linux", "load_before": 0.1},
    "versions": {"python": "3.11"},
}


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
        **RUN,
        "rates": [
            {
                "name": "sync_1",
                "title": "sync",
                "subjects": {"ours": subject, "floor": subject},
                "ratios": {"ours": {"floor": {"median": 0.5, "least": 0.4, "most": 0.6}}},
            }
        ],
    }

    lines = page_of(run).splitlines()
    assert "| sync | 40 (30–50) |  |  |  | 40 (30–50) |" in lines
    assert "| sync | 0.50 (0.40–0.60) |  |  |  | 4 / 9 |  |" in lines


def test_hops_are_shown_with_what_all_of_a_lifecycle_cost_together() -> None:
    call = {"title": "a call", "core_ms": {"caller": 0.25, "service": 0.5}, "core_ms_in_all": 0.75}
    mail = {"title": "a mail", "core_ms": {"smtp": 3.0}, "core_ms_in_all": 3.0}
    hops = [
        {**call, "in_a_lifecycle": 8.0, "core_ms_a_lifecycle": 6.0},
        {**mail, "in_a_lifecycle": 1, "core_ms_a_lifecycle": 3.0},
    ]

    lines = page_of({**RUN, "hops": {"counts": {}, "hops": hops}}).splitlines()

    assert "| a call | caller 0.25, service 0.50 | 0.75 | 8.0 | 6.0 |" in lines
    assert "| all of them |  |  |  | 9.0 |" in lines


def test_a_profile_says_for_each_part_and_in_all_what_a_kind_of_work_takes() -> None:
    profiles = [
        {"part": "sync", "core_ms": 10.0, "percent": {"gRPC": 40.0, "files": 60.0}},
        {"part": "planning", "core_ms": 20.0, "percent": {"gRPC": 100.0}},
    ]

    lines = page_of({**RUN, "profile": profiles}).splitlines()

    assert "| gRPC | 4.0 | 20.0 | 24.0 |" in lines
    assert "| all | 10.0 | 20.0 | 30.0 |" in lines
