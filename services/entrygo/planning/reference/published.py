"""Imports of published lists: what a file gives, what it takes the place of, and what is refused."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from entrygo.planning.reference.agency_lists import adcvd_cases, agency_scopes, cpsc_codes, pga_flags
from entrygo.planning.reference.ban_lists import compared_names, prohibited_goods, restricted_parties
from entrygo.planning.reference.duty_lists import chapter_99_by_country, hts_rates
from entrygo.planning.reference.in_force import Book
from entrygo.planning.reference.records import Tables, Terms, UnusableFile
from entrygo.planning.reference.scopes import words_of
from entrygo.planning.reference.tables import TABLES, Row, in_time, row_from
from entrygo.planning.reference.tariff_lists import (
    fees,
    hts,
    section_232,
    section_301_tables,
    section_338_tables,
)

# Tables that hold names as they are compared, whoever wrote them.
OF_NAMES = frozenset({"restricted_parties", "uflpa_entities"})
# How codes and countries are looked up; written otherwise (7326.90, China) they would never be met.
CODES = re.compile(r"[0-9]{2,10}")
FORMS = {
    "prefixes": CODES,
    "origins": re.compile(r"[A-Z]{2}"),
}


class Kind(StrEnum):
    """What `entrygo reference import` takes."""

    HTS = "hts"
    SECTION_232 = "section-232"
    SECTION_301 = "section-301"
    SECTION_338 = "section-338"
    FEES = "fees"
    PROHIBITED_GOODS = "prohibited-goods"
    RESTRICTED_PARTIES = "restricted-parties"
    PGA_FLAGS = "pga-flags"
    CPSC = "cpsc"
    AGENCY_SCOPES = "agency-scopes"
    ADCVD = "adcvd"
    DUTY_RATES = "duty-rates"
    CHAPTER_99 = "chapter-99"
    ROWS = "rows"


def read_published(kind: Kind, content: bytes, terms: Terms) -> Tables:
    """The rows of a file by table. Raises UnusableFile."""
    try:
        tables = READERS[kind](content, terms)
    except UnusableFile:
        raise
    except (ValueError, csv.Error) as error:
        # Not UTF-8, not a date, a cell that is missing, or a quotation mark that never ends.
        raise UnusableFile(f"The file cannot be read: {error}") from error
    if not any(tables.values()):
        raise UnusableFile("The file has no row that counts.")
    return tables


def superseded(current: Sequence[Row], published: Sequence[Row]) -> tuple[Row, ...]:
    """`published` from its first day on; what held before stays as history, and ends the day before."""
    start = min(row.effective_from for row in published)
    last = start - timedelta(days=1)
    history = [
        replace(row, effective_to=min(row.effective_to or last, last))
        for row in current
        if row.effective_from < start
    ]
    return in_time([*history, *published])


def refuse_unusable(current: Tables, merged: Tables, days: Iterable[date]) -> None:
    """Raises UnusableFile when plans for one of the days could not be decided with the merged tables."""
    book = Book({**current, **merged})
    for day in {max(day, book.first_day) for day in days}:
        try:
            book.on(day)
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            raise UnusableFile(f"No plan could be made with it for {day}: {error!r}") from error


def _rows(content: bytes, terms: Terms) -> Tables:
    """A table in the form in which ours are kept: `{"table": …, "rows": […]}`."""
    try:
        document = json.loads(content)
        table, given = document["table"], document["rows"]
        if table not in TABLES:
            raise UnusableFile(f"There is no table {table!r}. Known: {', '.join(TABLES)}.")
        rows = [_findable(row_from(table, row)) for row in given]
        if table in OF_NAMES:
            rows = [_of_names(row) for row in rows]
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise UnusableFile(f"Not a table of rows: {error}") from error
    return {table: rows}


def _findable(row: Row) -> Row:
    for name, form in FORMS.items():
        for one in words_of(row, name):
            if not form.fullmatch(one):
                raise UnusableFile(f"{row.table} {row.key}: {one!r} in {name} is not as it is looked up.")
    return row


def _of_names(row: Row) -> Row:
    if not isinstance(row.value, list):
        raise UnusableFile(f"{row.table} {row.key}: the value is not a list of names.")
    return replace(row, value=compared_names(row.value))


READERS: Mapping[Kind, Callable[[bytes, Terms], Tables]] = {
    Kind.HTS: hts,
    Kind.SECTION_232: section_232,
    Kind.SECTION_301: section_301_tables,
    Kind.SECTION_338: section_338_tables,
    Kind.FEES: fees,
    Kind.PROHIBITED_GOODS: prohibited_goods,
    Kind.RESTRICTED_PARTIES: restricted_parties,
    Kind.PGA_FLAGS: pga_flags,
    Kind.CPSC: cpsc_codes,
    Kind.AGENCY_SCOPES: agency_scopes,
    Kind.ADCVD: adcvd_cases,
    Kind.DUTY_RATES: hts_rates,
    Kind.CHAPTER_99: chapter_99_by_country,
    Kind.ROWS: _rows,
}
