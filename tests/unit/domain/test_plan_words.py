"""The fields of a plan in words: each that a difference may name, and the values that are codes."""

import pytest

from entrygo.domain.plan_words import field_in_words, place_of, value_in_words
from entrygo.planning.advice import STRATEGIES
from entrygo.planning.plan_diff import PLAN_FIELDS

COUNTED = {"flags", "orders", "lines", "excluded_orders", "entries", "total_value_usd"}


@pytest.mark.parametrize("field", sorted((PLAN_FIELDS | COUNTED) - {"savings"}))
def test_every_field_that_a_plan_says_of_itself_has_words_and_a_place(field: str) -> None:
    assert "_" not in field_in_words(field)
    assert place_of(field) < place_of("hts_code")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("readiness_state", "How it stands"),
        ("savings.consolidated.order_fees", "As planned: order fees"),
        ("manufacturer.mid", "Manufacturer: MID"),
        ("hts_code", "HTS code"),
        ("usmca_certification_json", "USMCA certification JSON"),
        ("unit_value_usd", "Unit value USD"),
    ],
)
def test_a_field_is_called_as_people_call_it(field: str, words: str) -> None:
    assert field_in_words(field) == words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("readiness_state", "REVIEW_REQUIRED", "to review"),
        ("next_recommended_action", "execute", "send"),
        ("next_recommended_action", "one_of_a_later_release", "one of a later release"),
        ("flags", "data_missing, pga_data_required", "data missing, PGA data required"),
        ("entry_type", "11", "11, informal"),
        ("orders", "4978", "4,978"),
        ("total_value_usd", "442931.22", "USD 442,931.22"),
        ("savings.estimated_usd", "-12.5", "USD -12.50"),
        ("savings.separate.lines", "687", "687"),
        ("savings.mpf_fiscal_year", "2027", "2027"),
        ("recommended_strategy", next(iter(STRATEGIES.values())), next(iter(STRATEGIES.values()))),
        ("entry_date", None, ""),
    ],
)  # fmt: skip
def test_a_value_that_is_a_code_is_said_in_words(field: str, value: str | None, words: str) -> None:
    assert value_in_words(field, value) == words
