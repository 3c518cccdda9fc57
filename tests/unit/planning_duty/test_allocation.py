"""Division to the cent: the worked cases, and that parts are the whole for any basket."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.allocation import allocate

CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
WEIGHTS = st.lists(CENTS, min_size=1, max_size=60)


def parts(total: str, *weights: str) -> list[str]:
    return [str(part) for part in allocate(Decimal(total), [Decimal(weight) for weight in weights])]


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        ("1625.45", ["59", "118", "2773"], ["32.51", "65.02", "1527.92"]),
        ("1635.67", ["59", "118", "2773"], ["32.71", "65.43", "1537.53"]),
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("0.01", ["1", "1"], ["0.01", "0.00"]),
        ("0.00", ["5", "7"], ["0.00", "0.00"]),
        ("1.00", ["0", "3"], ["0.00", "1.00"]),
        ("0.03", ["0", "0"], ["0.02", "0.01"]),
    ],
)
def test_cents_left_over_go_to_the_largest_remainders(
    total: str, weights: list[str], expected: list[str]
) -> None:
    assert parts(total, *weights) == expected


def test_larger_remainder_goes_before_the_earlier_place() -> None:
    assert parts("0.10", "2", "3", "2") == ["0.03", "0.04", "0.03"]
    assert parts("1.00", "1", "5") == ["0.17", "0.83"]


@given(total=CENTS, weights=WEIGHTS)
def test_parts_are_the_whole_for_any_basket(total: Decimal, weights: list[Decimal]) -> None:
    found = allocate(total, weights)
    assert sum(found) == total
    assert len(found) == len(weights)


@given(total=CENTS, weights=WEIGHTS)
def test_no_part_is_a_cent_or_more_from_its_share(total: Decimal, weights: list[Decimal]) -> None:
    whole = sum(weights)
    for part, weight in zip(allocate(total, weights), weights, strict=True):
        share = total * weight / whole if whole else total / len(weights)
        assert abs(part - share) < Decimal("0.01000001")


@given(total=CENTS, weights=WEIGHTS)
def test_of_equal_weights_the_earlier_has_no_less(total: Decimal, weights: list[Decimal]) -> None:
    found = allocate(total, weights)
    for earlier in range(len(weights)):
        for later in range(earlier + 1, len(weights)):
            assert weights[earlier] != weights[later] or found[earlier] >= found[later]


@pytest.mark.parametrize(("total", "weights"), [("0.005", ["1"]), ("-1", ["1"]), ("1", ["-1"]), ("1", [])])
def test_what_cannot_be_divided_is_refused(total: str, weights: list[str]) -> None:
    with pytest.raises(ValueError):
        parts(total, *weights)


def test_nothing_is_divided_over_nobody() -> None:
    assert parts("0.00") == []
