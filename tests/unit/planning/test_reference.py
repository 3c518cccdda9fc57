"""Reference data: every table is dated and sourced, and the entry date chooses the row."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.planning.reference.in_force import Book, NoReferenceData, first_day, reference_on, shipped_book
from entrygo.planning.reference.postal import us_regions, zip5_of
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import TABLES, Row, Status, in_time, rows_of, rows_on


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
    for row in reference_on(day).row_set.rows:
        assert row.effective_from <= day
        assert row.effective_to is None or day <= row.effective_to


def test_version_changes_exactly_with_the_rows() -> None:
    assert reference_on(date(2026, 9, 29)).version == reference_on(date(2026, 9, 30)).version
    assert reference_on(date(2026, 9, 30)).version != reference_on(date(2026, 10, 1)).version


def test_programme_holds_from_its_first_day_to_its_last_and_never_after() -> None:
    desk = "9403200082"

    def annexes(day: date) -> list[str]:
        rows = reference_on(day).programmes.section_232.nearest(desk)
        return [text_of(row, "annex") for row in rows]

    assert annexes(date(2025, 3, 11)) == []
    # Of steel and of aluminum.
    assert annexes(date(2026, 4, 5)) == ["derivative", "derivative"]
    assert annexes(date(2026, 6, 7)) == ["II"]
    assert annexes(date(2026, 6, 8)) == ["I-B"]
    assert annexes(date(2031, 1, 1)) == ["I-B"]


def test_particular_code_goes_before_the_general_one() -> None:
    annexes = reference_on(date(2026, 5, 1)).programmes.section_232
    assert [text_of(row, "annex") for row in annexes.nearest("7326908688")] == ["I-A"]
    assert [text_of(row, "annex") for row in annexes.nearest("7326908660")] == ["I-B"]
    assert annexes.nearest("6202308061") == annexes.nearest(None) == ()
    lockers_and_racks = [
        text_of(row, "annex")
        for code in ("9403200078", "9403200082")
        for row in reference_on(date(2026, 6, 8)).programmes.section_232.nearest(code)
    ]
    assert lockers_and_racks == ["II", "I-B"]


def test_days_with_the_same_rows_share_what_is_made_of_them() -> None:
    book = Book(shipped_book().tables)
    first, next_day, years_before = (
        book.on(date(2026, 10, 1)),
        book.on(date(2026, 10, 2)),
        book.on(date(2024, 3, 1)),
    )
    assert first.programmes is next_day.programmes
    assert first.restricted_parties is next_day.restricted_parties
    assert first.programmes is not years_before.programmes
    assert first.version != years_before.version


def test_table_is_stale_when_its_last_check_is_over_45_days_before_the_entry() -> None:
    checked = rows_of("section_301_lists")[0].checked_on
    assert checked is not None
    assert reference_on(checked + timedelta(days=45)).stale == ()
    stale = dict(reference_on(checked + timedelta(days=46)).stale)
    assert stale["section_301_lists"] == checked
    # What changes on known days only is not among them.
    assert not {"merchandise_processing_fees", "countries", "material_words"} & set(stale)


def lists(*rows: Row) -> Book:
    return Book({**shipped_book().tables, "section_338_lists": in_time(rows)})


def test_table_is_as_fresh_as_the_row_in_force_that_nobody_looked_at_for_longest() -> None:
    (row, *_) = rows_of("section_338_lists")
    start, seen = date(2026, 10, 1), date(2026, 9, 20)
    fresh = replace(row, key="a", effective_from=start, effective_to=None, checked_on=start)
    ended = replace(fresh, key="b", effective_from=date(2026, 1, 1), effective_to=date(2026, 9, 30))
    ended = replace(ended, checked_on=date(2026, 1, 1))
    day = seen + timedelta(days=46)
    assert "section_338_lists" not in dict(lists(fresh, ended).on(day).stale)
    looked_at_before = replace(fresh, key="c", checked_on=seen)
    assert dict(lists(fresh, ended, looked_at_before).on(day).stale)["section_338_lists"] == seen


def test_row_nobody_has_compared_is_named_and_never_stale() -> None:
    (row, *_) = rows_of("section_338_lists")
    guessed = replace(row, key="guess", effective_to=None, status=Status.UNCONFIRMED, checked_on=None)
    day = date(2030, 1, 1)
    found = lists(guessed).on(day)
    assert found.unconfirmed == (("section_338_lists", "guess"),)
    assert "section_338_lists" not in dict(found.stale)
    assert lists(guessed).on(guessed.effective_from - timedelta(days=1)).unconfirmed == ()


@pytest.mark.parametrize(("status", "day"), [("primary", None), ("unconfirmed", date(2026, 11, 21))])
def test_row_has_a_day_of_its_check_or_is_unconfirmed(status: str, day: date | None) -> None:
    with pytest.raises(ValueError, match="a day of its check or is unconfirmed"):
        replace(rows_of("countries")[0], status=Status(status), checked_on=day)


def test_long_value_is_shown_as_a_digest_of_all_of_it() -> None:
    row = next(row for row in rows_of("countries"))
    assert isinstance(row.value, list)
    shown, other = row.as_reference().value, replace(row, value=row.value[:-1]).as_reference().value
    assert shown.startswith("249 values, sha256 ")
    assert other.startswith("248 values, sha256 ")
    assert shown[12:] != other[12:]


def test_every_data_file_is_a_table() -> None:
    folder = resources.files("entrygo.planning.reference") / "data"
    assert {file.name for file in folder.iterdir()} == {f"{table}.json" for table in TABLES}


def test_every_table_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference-data.md").read_text("utf-8")
    assert [table for table in TABLES if f"`{table}`" not in text] == []


def test_no_shipped_row_is_unconfirmed() -> None:
    rows = [row for table in TABLES for row in rows_of(table)]
    assert [(row.table, row.key) for row in rows if row.status is Status.UNCONFIRMED] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_shipped_row_says_how_well_it_is_known(table: str) -> None:
    file = resources.files("entrygo.planning.reference") / "data" / f"{table}.json"
    assert all({"status", "checked_on"} <= set(row) for row in json.loads(file.read_text("utf-8"))["rows"])


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_source_and_no_two_of_a_kind_overlap(table: str) -> None:
    rows = rows_of(table)
    assert all(row.source and row.value for row in rows)
    for row in rows:
        others = [other for other in rows if other is not row and other.key == row.key]
        assert not any(other.covers(row.effective_from) for other in others)


# The product lines of a common shop, with what the tariff counts them in.
CODES = {
    "0901210049": ("kg",), "2106909998": ("kg",), "3304995000": ("kg",), "3406000000": ("kg",),
    "4202923131": ("no", "kg"), "4901990092": ("no",), "6109100012": ("doz", "kg"),
    "6110202041": ("doz", "kg"), "6202308061": ("doz", "kg"), "6404199060": ("prs",),
    "6505003030": ("doz", "kg"), "6912003550": ("doz",), "7323930045": ("no", "kg"),
    "7326908688": ("kg",), "7615107155": ("no", "kg"), "8215200000": ("pcs",),
    "8507600020": ("no", "kg"), "8518302000": ("no",), "9403200082": ("no",),
    "9503000073": ("no",), "9617001000": ("no",),
}  # fmt: skip


@pytest.mark.parametrize(("code", "units"), CODES.items())
def test_tariff_counts_goods_in_its_units(code: str, units: tuple[str, ...]) -> None:
    reference = reference_on(date(2026, 3, 11))
    (row,) = reference.hts_units.nearest(code)
    assert words_of(row, "units") == units
    assert set(units) <= set(reference.unit_names)


@pytest.mark.parametrize("day", [date(2026, 3, 11), date(2026, 11, 21)])
def test_goods_of_a_common_shop_are_on_no_list_of_prohibited_goods(day: date) -> None:
    prohibited = reference_on(day).programmes.prohibited
    # Of rows with words only goods that are called by one of them are meant.
    banned = {code: [row for row in prohibited.rows(code) if not words_of(row, "words")] for code in CODES}
    assert [code for code, rows in banned.items() if rows] == []


@pytest.mark.parametrize("row", rows_of("prohibited_goods"), ids=lambda row: row.key)
def test_prohibited_goods_are_named_by_codes_of_the_tariff(row: Row) -> None:
    assert text_of(row, "goods")
    assert all(re.fullmatch("[0-9]{4,10}", prefix) for prefix in words_of(row, "prefixes"))
    # A word that the rule could never find would let the goods pass.
    assert all(re.fullmatch("[a-z]+", word) for word in words_of(row, "words"))
    assert set(words_of(row, "origins")) <= reference_on(date(2026, 3, 11)).countries


def test_forced_labour_duty_meets_sixty_economies_under_a_heading_each() -> None:
    day = date(2026, 7, 24)
    of_origin = reference_on(day).programmes.section_301_origins
    met = [row for rows in of_origin.values() for row in rows if row.effective_from == day]
    rows = list({row.key: row for row in met}.values())
    headings = {heading for row in rows for heading in headings_of(row.key)}
    assert headings == {f"9903.05.{number}" for number in range(20, 85)}
    origins = [origin for row in rows for origin in words_of(row, "origins")]
    assert len(rows) == 60
    assert len(origins) == len(set(origins)) == 59 + 27
    assert set(origins) < reference_on(date(2026, 7, 24)).countries


def headings_of(key: str) -> list[str]:
    """`9903.05.38/.39` is two."""
    first, _, second = key.partition("/.")
    return [first, *([f"{first[:-2]}{second}"] if second else [])]


def test_lithium_batteries_of_china_changed_their_list_with_the_year() -> None:
    def headings(day: date) -> list[str]:
        return [row.key for row in reference_on(day).programmes.section_301_lists.rows("8507600020")]

    assert headings(date(2025, 12, 31)) == ["9903.88.15"]
    assert headings(date(2026, 1, 1)) == ["9903.91.06"]


def test_lists_of_canada_are_those_of_note_51() -> None:
    def sizes(day: date) -> dict[str, int]:
        rows = rows_on("section_338_lists", rows_of("section_338_lists"), day)
        return {row.key: len(set(words_of(row, "prefixes"))) for row in rows}

    assert sizes(date(2026, 8, 21)) == {}
    assert sizes(date(2026, 9, 14)) == {"9903.03.12": 63, "9903.03.13": 52, "9903.03.14": 439}
    assert sizes(date(2026, 9, 15)) == {"9903.03.12": 101, "9903.03.13": 52, "9903.03.14": 513}


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
