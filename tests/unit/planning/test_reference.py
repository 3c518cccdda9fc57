"""Reference data: every table is dated and sourced, and the entry date chooses the row."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.planning.reference.in_force import NoReferenceData, first_day, reference_on
from entrygo.planning.reference.postal import us_regions, zip5_of
from entrygo.planning.reference.scopes import text_of
from entrygo.planning.reference.tables import TABLES, rows_of


@pytest.mark.parametrize(
    ("day", "year", "informal", "maximum"),
    [
        (date(2023, 10, 1), 2024, "2.53", "614.35"),
        (date(2024, 10, 1), 2025, "2.62", "634.62"),
        (date(2025, 10, 1), 2026, "2.69", "651.50"),
        (date(2026, 9, 30), 2026, "2.69", "651.50"),
        (date(2026, 10, 1), 2027, "2.77", "670.86"),
    ],
)
def test_processing_fee_is_that_of_the_fiscal_year(day: date, year: int, informal: str, maximum: str) -> None:
    fee = reference_on(day).processing_fee
    assert (fee.fiscal_year, fee.informal, fee.maximum) == (year, Decimal(informal), Decimal(maximum))
    assert fee.rate == Decimal("0.003464")


def test_day_before_all_rows_is_refused_and_named() -> None:
    with pytest.raises(NoReferenceData) as refused:
        reference_on(first_day() - timedelta(days=1))
    assert refused.value.first_day == date(2023, 10, 1)


def test_day_after_all_rows_takes_the_last_ones_and_says_so() -> None:
    reference = reference_on(date(2031, 1, 1))
    assert reference.processing_fee.fiscal_year == 2027
    assert [table for table, _ in reference.outdated] == ["merchandise_processing_fees"]


def test_terms_of_the_agency_count_from_their_date() -> None:
    before, after = reference_on(date(2024, 3, 31)), reference_on(date(2024, 4, 1))
    assert "gift" not in before.vague_terms
    assert "gift" in after.vague_terms


@given(st.dates(min_value=date(2023, 10, 1), max_value=date(2027, 9, 30)))
def test_rows_in_force_cover_the_day(day: date) -> None:
    for row in reference_on(day).rows:
        assert row.effective_from <= day
        assert row.effective_to is None or day <= row.effective_to


def test_version_changes_exactly_with_the_rows() -> None:
    assert reference_on(date(2026, 9, 15)).version == reference_on(date(2026, 9, 30)).version
    assert reference_on(date(2026, 9, 30)).version != reference_on(date(2026, 10, 1)).version


def test_programme_holds_from_its_first_day_to_its_last_and_never_after() -> None:
    desk = "9403200082"

    def annexes(day: date) -> list[str]:
        rows = reference_on(day).programmes.section_232.nearest(desk)
        return [text_of(row, "annex") for row in rows]

    assert annexes(date(2025, 3, 11)) == []
    assert annexes(date(2026, 4, 5)) == ["derivative"]
    assert annexes(date(2026, 6, 7)) == ["II"]
    assert annexes(date(2026, 6, 8)) == ["I-B"]
    assert annexes(date(2031, 1, 1)) == ["I-B"]


def test_particular_code_goes_before_the_general_one() -> None:
    annexes = reference_on(date(2026, 5, 1)).programmes.section_232
    assert [text_of(row, "annex") for row in annexes.nearest("7326908688")] == ["I-A"]
    assert [text_of(row, "annex") for row in annexes.nearest("7326908635")] == ["I-B"]
    assert annexes.nearest("6202308061") == annexes.nearest(None) == ()


def test_table_is_stale_when_its_last_check_is_over_45_days_before_the_entry() -> None:
    checked = rows_of("section_301_lists")[0].checked_on
    assert reference_on(checked + timedelta(days=45)).stale == ()
    stale = dict(reference_on(checked + timedelta(days=46)).stale)
    assert stale["section_301_lists"] == checked
    # What changes on known days only is not among them.
    assert not {"merchandise_processing_fees", "countries", "material_words"} & set(stale)


def test_long_value_is_told_by_a_digest_of_all_of_it() -> None:
    row = next(row for row in rows_of("countries"))
    assert isinstance(row.value, list)
    told, other = row.as_reference().value, replace(row, value=row.value[:-1]).as_reference().value
    assert told.startswith("249 values, sha256 ")
    assert other.startswith("248 values, sha256 ")
    assert told[12:] != other[12:]


def test_every_data_file_is_a_table() -> None:
    folder = resources.files("entrygo.planning.reference") / "data"
    assert {file.name for file in folder.iterdir()} == {f"{table}.json" for table in TABLES}


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_source_and_no_two_of_a_kind_overlap(table: str) -> None:
    rows = rows_of(table)
    assert all(row.source and row.value for row in rows)
    for row in rows:
        others = [other for other in rows if other is not row and other.key == row.key]
        assert not any(other.covers(row.effective_from) for other in others)


def test_countries_are_all_of_iso_3166() -> None:
    countries = reference_on(date(2026, 3, 11)).countries
    assert len(countries) == 249
    assert {"CA", "US", "PR", "TW"} <= countries
    assert not {"XK", "ZZ", "EU", "UK"} & countries


def test_customs_territory_holds_puerto_rico_and_no_military_mail() -> None:
    outside = reference_on(date(2026, 3, 11)).outside_customs_territory
    assert {"GU", "VI", "AS", "MP", "AA", "AE", "AP"} <= outside
    assert "PR" not in outside


@pytest.mark.parametrize(
    ("zip5", "region"),
    [("94105", "CA"), ("10001", "NY"), ("00501", "NY"), ("02139", "MA"), ("96910", "GU"), ("00901", "PR"),
     ("09012", "AE"), ("99501", "AK"), ("00000", None)],
)  # fmt: skip
def test_zip_lies_in_its_region(zip5: str, region: str | None) -> None:
    assert us_regions().region_of(zip5) == region


@pytest.mark.parametrize(
    ("text", "zip5"),
    [("94105", "94105"), (" 94105-1234 ", "94105"), ("941051234", "94105"), ("9410", None), ("٩٤١٠٥", None)],
)
def test_zip_is_read_from_what_people_write(text: str, zip5: str | None) -> None:
    assert zip5_of(text) == zip5
