"""Decimals are read strictly, rounded half up once, and shown as the contract shows them."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.money import json_number, line_value, parse_decimal, parse_sum, plain


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e400", "0.00001", "1e-5", "", "x", "1" * 13]
)
def test_decimal_is_refused_when_not_finite_too_fine_or_too_large(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_decimal(text)


def test_a_sum_has_as_many_digits_as_are_reckoned_with_exactly() -> None:
    largest = f"{'9' * 24}.9999"
    assert plain(parse_sum(largest)) == largest
    with pytest.raises(ValueError, match="At most 24 digits"):
        parse_sum("1" * 25)


@pytest.mark.parametrize(("text", "shown"), [("110", "110"), ("18.50", "18.5"), ("1e2", "100"), ("0.0", "0")])
def test_decimal_has_one_canonical_text(text: str, shown: str) -> None:
    assert plain(parse_decimal(text)) == shown


@pytest.mark.parametrize(
    ("quantity", "unit", "value"), [("3", "0.335", "1.01"), ("1", "0.005", "0.01"), ("2", "110", "220.00")]
)
def test_line_is_rounded_half_up_to_the_cent(quantity: str, unit: str, value: str) -> None:
    assert line_value(Decimal(quantity), Decimal(unit)) == Decimal(value)


def test_json_number_is_an_integer_when_whole() -> None:
    assert repr(json_number(Decimal("255.00"))) == "255"
    assert repr(json_number("18.50")) == "18.5"


def test_json_number_of_what_exceeds_64_bits_can_be_written() -> None:
    assert repr(json_number(Decimal(2**63 - 1))) == "9223372036854775807"
    assert json_number(Decimal("1e24")) == 1e24
    assert Decimal(orjson.dumps(json_number(Decimal("1e24"))).decode()) == Decimal("1e24")


@given(st.decimals(min_value=0, max_value=10**11, places=4, allow_nan=False, allow_infinity=False))
def test_canonical_text_reads_back_as_the_same_number(number: Decimal) -> None:
    assert parse_decimal(plain(number)) == number
    assert Decimal(repr(json_number(number))) == number
