"""Amounts as people write them: a comma parts thousands, or it is refused; it is never simply taken out."""

import re

import pytest

from entrygo.imports.entries import Fault, read_number, without_thousands
from entrygo.imports.entry_summaries import given_entries
from entrygo.imports.rows import SourceRow


@pytest.mark.parametrize(
    ("written", "plain"),
    [("$1,625.45", "1625.45"), (" $ 12,345,678 ", "12345678"), ("2950", "2950"), ("1,000.", "1000.")],
)
def test_commas_that_part_thousands_are_taken_out(written: str, plain: str) -> None:
    assert without_thousands(written) == plain


@pytest.mark.parametrize("written", ["1625,45", "34,58", "1.625,45", "0,125", "1,62,545", "1234,567"])
def test_a_comma_that_may_be_a_decimal_mark_stays(written: str) -> None:
    assert "," in without_thousands(written)


def test_an_entry_with_a_decimal_comma_is_refused_and_not_taken_for_a_hundred_times_as_much() -> None:
    cells = {"export_id": "batch_1", "entry_number": "ABC-1234567-6", "entry_duty_usd": "1890,50"}
    [entry] = given_entries([(SourceRow(2, cells), cells)])
    assert entry.fault == (
        "line 2: entry_duty_usd is '1890,50': expected a decimal number, with a point and no comma"
    )


@pytest.mark.parametrize("cell", ["1.23E+02", "1e3", "5E-1", "-2.5e+00"])
def test_a_power_of_ten_is_refused_as_a_spreadsheet_may_have_rounded_it(cell: str) -> None:
    with pytest.raises(Fault, match="a power of ten may have lost digits; write them all"):
        read_number("unit_price_usd", cell)


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("1.234,50 $", "expected a decimal number, with a point and no comma, without $"),
        ("$35.00", "expected a decimal number, without $"),
        ("35 €", "expected a decimal number, without €"),
        ("many", "expected a decimal number"),
    ],
)
def test_a_refused_number_says_what_to_leave_out(cell: str, hint: str) -> None:
    with pytest.raises(Fault, match=f"{re.escape(hint)}$"):
        read_number("unit_price_usd", cell)
