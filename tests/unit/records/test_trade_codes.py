"""Tariff codes as tariff tables, spreadsheets and programs write them."""

import pytest

from entrygo.records.trade_codes import hts_code


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("6109.10.00.12", "6109100012"),
        ("6109 10 00 12", "6109100012"),
        ("34060000.00", "3406000000"),
        ("901210045", "901210045"),
    ],
)
def test_a_code_is_read_without_the_dots_and_blanks_of_a_tariff_table(written: str, read: str) -> None:
    assert hts_code(written) == read


def test_a_code_that_became_a_decimal_number_gets_no_digit_that_it_had_not() -> None:
    assert hts_code("901210045.0") == "901210045", "with another digit it would be one of chapter 90"
    assert hts_code(" 6109100012.0 ") == "6109100012"


def test_a_code_that_became_a_power_of_ten_stays_as_it_stands_in_the_file() -> None:
    assert hts_code("6.10E+09") == "6.10E+09"
