"""Published lists of rates and of provisions by country: what is read, and that every fault is named."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from entrygo.planning.duty import book
from entrygo.planning.duty.book import BY_COUNTRY, OWN_TABLES, TABLES, shipped_tables
from entrygo.planning.duty.estimate import line_duty
from entrygo.planning.law import law_book
from entrygo.planning.reference.duty_lists import EUROPEAN_UNION, chapter_99_by_country, hts_rates
from entrygo.planning.reference.records import Terms, UnusableFile
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row, Status
from tests.unit.planning_duty.books import ENTRY_DATE, exact, make_book, make_line

TERMS = Terms(
    release="HTS 2026 Rev 20",
    source="usitc.gov",
    effective_from=date(2026, 9, 29),
    status=Status.PRIMARY,
    checked_on=date(2026, 10, 12),
)
EXPORT = """\
"HTS Number","Indent","Description","Unit of Quantity","General Rate of Duty","Special Rate of Duty",\
"Column 2 Rate of Duty"
"6109.10.00","1","Of cotton","","16.5%","Free (AU,S, SG)","90%"
"6109.10.00.12","3","Men's","[""doz."",""kg""]","","",""
"6109.10.00.40","3","Women's","[""doz."",""kg""]","","",""
"0904.22.20.00","1","Paprika","[""kg""]","3¢/kg","Free (S)","11¢/kg"
"9903.88.03","0","China","","The duty provided in the applicable subheading + 25%","",""
"""
HEADER = "country,heading,percent,rate_text,description,iso2\n"
ADDED = "The duty provided in the applicable subheading"


def rows_of(text: str) -> Sequence[Row]:
    return hts_rates(text.encode(), TERMS)["hts_rates"]


def provisions_of(lines: str) -> dict[str, Row]:
    rows = chapter_99_by_country((HEADER + lines).encode(), TERMS)[BY_COUNTRY]
    return {row.key: row for row in rows}


def test_statistical_codes_have_the_rates_of_their_line() -> None:
    shared, paprika = sorted(rows_of(EXPORT), key=lambda row: row.key)
    assert words_of(shared, "prefixes") == ("6109100012", "6109100040")
    assert (text_of(shared, "general"), text_of(shared, "column_2")) == ("16.5%", "90%")
    assert text_of(shared, "special") == "Free (AU,S, SG)"
    assert words_of(paprika, "prefixes") == ("0904222000",)
    assert (paprika.source, paprika.effective_from) == ("usitc.gov", date(2026, 9, 29))


def test_export_as_json_and_copies_of_it_read_alike() -> None:
    records = [{"htsno": "0904.22.20.00", "general": "3¢/kg", "special": "Free (S)", "other": "11¢/kg"}]
    copy = "hts_code,unit,general_rate,special_rate,column2_rate\n0904.22.20.00,kg,3¢/kg,Free (S),11¢/kg\n"
    (as_json,), (as_copy,) = rows_of(json.dumps(records)), rows_of(copy)
    assert as_json == as_copy
    assert text_of(as_json, "column_2") == "11¢/kg"


def test_imported_rates_are_what_an_estimate_reads() -> None:
    found = line_duty(make_line("6109.10.00.40", "UA"), make_book(hts_rates=rows_of(EXPORT)))
    assert exact(found) == [("6109.10.00.40", "165.00")]


def test_codes_without_any_rate_are_named_all_at_once() -> None:
    text = "HTS Number,General Rate of Duty\n6109.10.00.12,\n6109.10.00.40,\n0904.22.20.00,Free\n"
    with pytest.raises(UnusableFile) as refused:
        rows_of(text)
    assert str(refused.value) == (
        "line 2, General Rate of Duty: 6109100012 has no rate, nor has 61091000;"
        " line 3, General Rate of Duty: 6109100040 has no rate, nor has 61091000"
    )


@pytest.mark.parametrize("text", ["HTS Number,General Rate of Duty\n9903.88.03,Free\n", "a,b\n1,2\n"])
def test_file_without_rates_of_goods_is_refused(text: str) -> None:
    with pytest.raises(UnusableFile, match="no code of ten digits"):
        rows_of(text)


def test_provisions_are_read_with_their_origins() -> None:
    rows = provisions_of(
        f"Canada,9903.05.29,10,{ADDED} + 10%,note 52,CA\nEuropean Union,9903.05.39,,10%,note 52(k),EU\n"
    )
    assert words_of(rows["9903.05.29"], "origins") == ("CA",)
    assert text_of(rows["9903.05.29"], "rate") == f"{ADDED} + 10%"
    assert words_of(rows["9903.05.39"], "origins") == tuple(sorted(EUROPEAN_UNION))
    assert rows["9903.05.29"].effective_from == date(2026, 9, 29)


def test_heading_of_several_countries_names_them_all() -> None:
    rows = provisions_of(f"A,9903.05.95,,{ADDED},52(i),CR\nB,9903.05.95,,{ADDED},52(i),HN\n")
    assert words_of(rows["9903.05.95"], "origins") == ("CR", "HN")


@pytest.mark.parametrize(
    ("description", "first", "last"),
    [
        ("exclusions: entries 2024-06-15 through 2026-11-09", date(2026, 9, 29), date(2026, 11, 9)),
        ("chassis: entries from 2026-11-10", date(2026, 11, 10), None),
        ("note 31(b), from 2024-09-27", date(2026, 9, 29), None),
        ("note 29; 10% from 2027-01-01, 15% from 2028-01-01", date(2026, 9, 29), None),
    ],
)
def test_days_that_a_provision_states_are_its_own(description: str, first: date, last: date | None) -> None:
    (row,) = provisions_of(f'China,9903.88.69,,{ADDED},"{description}",CN\n').values()
    assert (row.effective_from, row.effective_to) == (first, last)


def test_every_fault_of_the_provisions_is_named_by_line_and_column() -> None:
    with pytest.raises(UnusableFile) as refused:
        provisions_of(
            f"Canada,9903.05.29,10,{ADDED} + 10%,note 52,CA\n"
            f"Mexico,9903.5.55,10,{ADDED} + 12.5%,note 52,Mexico\n"
            f"Peru,9903.05.63,many,,note 52,PE\n"
            f"Cuba,9903.05.29,,{ADDED} + 25%,note 52,CU\n"
        )
    assert str(refused.value).split("; ") == [
        "line 3, heading: '9903.5.55' is no heading of chapter 99 (9903.05.29)",
        f"line 3, percent: 10 is not what rate_text states: '{ADDED} + 12.5%'",
        "line 3, iso2: 'Mexico' is no country code of two letters",
        "line 4, percent: 'many' is no percentage",
        "line 4, rate_text: is empty",
        "line 5, rate_text: 9903.05.29 has another rate in a line above",
    ]


def test_imported_provision_counts_until_a_later_row_of_ours() -> None:
    """The export of a day states the rate of that day; a rate known to change still changes."""
    imported = list(provisions_of(f"Nicaragua,9903.89.01,0,{ADDED} + 0%,note 29,NI\n").values())
    line = make_line("6109.10.00.12", "NI")
    this_year = make_book(chapter_99_by_country=imported)
    next_year = make_book(day=date(2027, 1, 1), chapter_99_by_country=imported)
    assert exact(line_duty(line, this_year))[0] == ("9903.89.01", "0.00")
    assert exact(line_duty(line, next_year))[0] == ("9903.89.01", "100.00")


def test_imported_provision_takes_the_place_of_ours() -> None:
    imported = list(provisions_of(f"Vietnam,9903.05.84,20,{ADDED} + 20%,note 52,VN\n").values())
    duty = line_duty(make_line("6109.10.00.12", "VN"), make_book(chapter_99_by_country=imported))
    assert exact(duty)[0] == ("9903.05.84", "200.00")
    assert duty.low is not None
    assert duty.low.figures[0].citation.table == BY_COUNTRY


def test_every_file_of_data_is_a_table() -> None:
    tables = {book: OWN_TABLES, law_book: law_book.TABLES}
    for module, names in tables.items():
        folder = Path(str(module.__file__)).parent / "data"
        assert {path.stem for path in folder.glob("*.json")} == set(names)


@pytest.mark.parametrize("table", TABLES)
def test_shipped_rows_have_sources_and_no_two_hold_at_once(table: str) -> None:
    rows = shipped_tables()[table]
    assert rows
    assert all(row.source and row.table == table for row in rows)
    keys = [row.key for row in rows if row.covers(ENTRY_DATE)]
    assert len(keys) == len(set(keys))


def test_every_shipped_heading_has_one_readable_rate() -> None:
    rows = [row for row in shipped_tables()["chapter_99_rates"] if row.covers(ENTRY_DATE)]
    headings = [heading for row in rows for heading in law_book.headings_in(row)]
    assert len(headings) == len(set(headings))
    assert all(provision.rate.text for provision in make_book().provisions.values())
    assert not [each for each in make_book().provisions.values() if not hasattr(each.rate, "share")]


def test_every_heading_that_another_table_names_has_a_rate() -> None:
    known = make_book().provisions
    tables = shipped_tables()
    named = [
        row.key
        for table in ("chapter_99_exceptions", "section_232_substitutes", "section_232_wood")
        for row in tables[table]
    ]
    named += [text_of(row, "otherwise") for row in tables["section_232_wood"] if text_of(row, "otherwise")]
    assert set(named) <= set(known)


def test_rates_of_shipped_codes_are_found_by_their_longest_prefix() -> None:
    rates = Scope.of(shipped_tables()["hts_rates"])
    assert [text_of(row, "general") for row in rates.nearest("7615109100")] == ["3.1%"]
