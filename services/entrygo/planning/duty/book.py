"""The reference rows that duty is estimated by, as they are in force on one entry date."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache

from entrygo.planning.law import law_book as law
from entrygo.planning.law.law_book import LawBook, Tables
from entrygo.planning.reference.in_force import programmes_of
from entrygo.planning.reference.scopes import Scope, words_of
from entrygo.planning.reference.tables import Row, in_time, rows_on, shipped_rows

# Every file of data/; a test compares.
OWN_TABLES = ("hts_rates", "column_2_countries")
# All that the estimate reads beside the tables of planning/reference.
TABLES = (*law.TABLES, *OWN_TABLES)
# Provisions by country, as they are imported: a heading there takes the place of ours.
BY_COUNTRY = "chapter_99_by_country"
# Of the lists that ship these are whole; the others name what e-commerce parcels commonly hold.
SHIPPED_WHOLE = frozenset({"section_338_lists"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBook(LawBook):
    """What an estimate for entries of its day reads: the law, and the rates."""

    rates: Scope
    # Origins whose goods pay column 2 (General Note 3(b)), with the row that says so.
    column_2: Mapping[str, Row]
    # Headings known from rows of other days, with the last of these.
    other_days: Mapping[str, Row]
    processing_fee: Row


@cache
def shipped_tables() -> Tables:
    """Those of TABLES that ship, oldest rows first."""
    return {**law.shipped_tables(), **{table: shipped_rows(__package__, table) for table in OWN_TABLES}}


def book_on(day: date, tables: Tables, whole: Collection[str] = SHIPPED_WHOLE) -> DutyBook:
    """What holds on `day` (US Eastern), of the tables of planning/reference and of TABLES together.

    `whole` names the tables whose lists are complete: those imported, and SHIPPED_WHOLE.
    """
    held = {table: tuple(row for row in rows if row.covers(day)) for table, rows in tables.items()}
    book = law.law_book(
        day,
        programmes_of(held),
        held,
        by_country=held.get(BY_COUNTRY, ()),
        whole=frozenset(whole),
    )
    known = in_time([*tables["chapter_99_rates"], *tables.get(BY_COUNTRY, ())])
    return DutyBook(
        **{each.name: getattr(book, each.name) for each in fields(LawBook)},
        rates=Scope.of(held["hts_rates"]),
        column_2={origin: row for row in held["column_2_countries"] for origin in words_of(row, "origins")},
        other_days={
            heading: row
            for row in known
            for heading in law.headings_in(row)
            if heading not in book.provisions
        },
        # After its last published year a fee goes on as it was.
        processing_fee=rows_on("merchandise_processing_fees", tables["merchandise_processing_fees"], day)[-1],
    )
