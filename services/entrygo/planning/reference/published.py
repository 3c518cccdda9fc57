"""Reads lists as authorities and their mirrors publish them into dated rows. No database."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from entrygo.planning.reference.in_force import Book
from entrygo.planning.reference.parties import comparable_name
from entrygo.planning.reference.tables import TABLES, Row, Status, in_time, row_from
from entrygo.planning.reference.units import units_of

CODE_LENGTH = 10
# Chapters 98 and 99 classify no goods, and 77 is kept empty.
CHAPTERS = frozenset(f"{number:02}" for number in range(1, 98) if number != 77)
CHINA, CANADA = "CN", "CA"
# Published beside the others, and never in force.
NEVER_IN_FORCE = "4B"
# Ships and aircraft are called what companies are called, and are none.
NO_PARTIES = frozenset({"vessel", "aircraft"})
# Tables that hold names as they are compared, whoever wrote them.
OF_NAMES = frozenset({"restricted_parties", "uflpa_entities"})
# The heading that goods of an annex are entered under, of any origin but Russia and the United Kingdom.
HEADINGS_232 = {"I-A": "9903.82.02", "I-B": "9903.82.09", "II": "", "III": "9903.82.10/.11"}

_NOT_DIGIT = re.compile(r"[^0-9]")
_PREFIX = re.compile(r"[0-9]{4,10}")

Record = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]


class Kind(StrEnum):
    """What `entrygo reference import` takes."""

    HTS = "hts"
    SECTION_232 = "section-232"
    SECTION_301 = "section-301"
    SECTION_338 = "section-338"
    FEES = "fees"
    PROHIBITED_GOODS = "prohibited-goods"
    RESTRICTED_PARTIES = "restricted-parties"
    ROWS = "rows"


class UnusableFile(ValueError):
    """The file is not what it is said to be; nothing was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a published list does not say of itself."""

    release: str
    source: str
    effective_from: date
    status: Status
    checked_on: date | None

    def row(self, table: str, key: str, value: Any, effective_from: date | None = None) -> Row:
        return Row(
            table=table,
            key=key,
            value=value,
            effective_from=effective_from or self.effective_from,
            effective_to=None,
            source=self.source,
            status=self.status,
            checked_on=self.checked_on,
        )


def read_published(kind: Kind, content: bytes, terms: Terms) -> Tables:
    """The rows of a file by table. Raises UnusableFile."""
    try:
        tables = READERS[kind](content, terms)
    except UnusableFile:
        raise
    except ValueError as error:
        # Not UTF-8, not a date, a cell that is missing.
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


def _hts(content: bytes, terms: Terms) -> Tables:
    """The export of the USITC, CSV or JSON: which codes there are, and the units each is reported in."""
    units: dict[str, tuple[str, ...]] = {}
    for record in _json_records(content) if content.lstrip()[:1] in b"[{" else _csv_records(content):
        code = _NOT_DIGIT.sub("", _first(record, "HTS Number", "htsno"))
        if len(code) == CODE_LENGTH and code[:2] in CHAPTERS:
            units[code] = units_of(_first(record, "Unit of Quantity", "units"))
    if not units:
        raise UnusableFile("The file has no ten-digit code under 'HTS Number' or 'htsno'.")
    # An export of a range of the tariff looks like a whole one, and would make every other code out of date.
    if lacking := sorted(CHAPTERS - {code[:2] for code in units}):
        raise UnusableFile(f"The file has no line of chapter {', '.join(lacking)}: export the whole tariff.")
    by_units: dict[tuple[str, ...], list[str]] = {}
    for code, names in sorted(units.items()):
        by_units.setdefault(names, []).append(code)
    return {
        "hts_lines": [terms.row("hts_lines", terms.release, sorted(units))],
        "hts_units": [
            terms.row("hts_units", "; ".join(names), {"units": list(names), "prefixes": codes})
            for names, codes in sorted(by_units.items())
            if names
        ],
    }


def _section_232(content: bytes, terms: Terms) -> Tables:
    """Columns: hts_prefix, annex (1a, 1b, 2, 3), metal_type; effective_date where it differs."""
    groups: dict[tuple[str, str, date], list[str]] = {}
    for record in _csv_records(content, "hts_prefix", "annex", "metal_type"):
        day = date.fromisoformat(record["effective_date"]) if record.get("effective_date") else None
        key = (_annex(record["annex"]), record["metal_type"].strip().lower(), day or terms.effective_from)
        groups.setdefault(key, []).append(_prefix(record["hts_prefix"]))
    return {
        "section_232_annexes": [
            terms.row(
                "section_232_annexes",
                f"{annex} {metal}",
                {
                    "annex": annex,
                    "metal": metal,
                    "heading": HEADINGS_232.get(annex, ""),
                    "prefixes": sorted(set(prefixes)),
                },
                day,
            )
            for (annex, metal, day), prefixes in sorted(groups.items())
        ]
    }


def _annex(text: str) -> str:
    """1a → I-A."""
    number, letter = text.strip()[:1], text.strip()[1:].upper()
    if number not in {"1", "2", "3"}:
        raise UnusableFile(f"Annex {text!r} is not known: 1a, 1b, 2 or 3.")
    return f"{'I' * int(number)}-{letter}" if letter else "I" * int(number)


def _section_301(content: bytes, terms: Terms) -> Tables:
    """Columns: hts8, list, ch99_code."""
    groups: dict[tuple[str, str], list[str]] = {}
    for record in _csv_records(content, "hts8", "list", "ch99_code"):
        if record["list"].strip() != NEVER_IN_FORCE:
            groups.setdefault((record["ch99_code"].strip(), record["list"].strip()), []).append(
                _prefix(record["hts8"])
            )
    return {
        "section_301_lists": [
            terms.row(
                "section_301_lists",
                f"{heading} {name}" if _is_shared(heading, groups) else heading,
                {"list": name, "origins": [CHINA], "prefixes": sorted(set(prefixes))},
            )
            for (heading, name), prefixes in sorted(groups.items())
        ]
    }


def _is_shared(heading: str, groups: Iterable[tuple[str, str]]) -> bool:
    return sum(one == heading for one, _ in groups) > 1


def _section_338(content: bytes, terms: Terms) -> Tables:
    """Columns: hts_prefix, ch99_code."""
    groups: dict[str, list[str]] = {}
    for record in _csv_records(content, "hts_prefix", "ch99_code"):
        groups.setdefault(record["ch99_code"].strip(), []).append(_prefix(record["hts_prefix"]))
    return {
        "section_338_lists": [
            terms.row("section_338_lists", heading, {"origins": [CANADA], "prefixes": sorted(set(prefixes))})
            for heading, prefixes in sorted(groups.items())
        ]
    }


def _fees(content: bytes, terms: Terms) -> Tables:
    """Columns: fiscal_year, effective_from, effective_to, rate, minimum, maximum, informal."""
    amounts = ("rate", "minimum", "maximum", "informal")
    rows = [
        row_from(
            "merchandise_processing_fees",
            {
                "key": f"FY{record['fiscal_year'].strip().removeprefix('FY')}",
                "value": {name: _amount(record[name]) for name in amounts},
                "effective_from": record["effective_from"],
                "effective_to": record["effective_to"],
                "source": terms.source,
                "status": terms.status,
                "checked_on": terms.checked_on.isoformat() if terms.checked_on else None,
            },
        )
        for record in _csv_records(content, "fiscal_year", "effective_from", "effective_to", *amounts)
    ]
    return {"merchandise_processing_fees": rows}


def _prohibited_goods(content: bytes, terms: Terms) -> Tables:
    """Columns: goods, hts_prefix; origins and words, with ; between them, where it is for these only."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for record in _csv_records(content, "goods", "hts_prefix"):
        origins, words = (record.get("origins") or "").upper(), (record.get("words") or "").lower()
        key = (record["goods"].strip(), origins.strip(), words.strip())
        groups.setdefault(key, []).append(_prefix(record["hts_prefix"]))
    return {
        "prohibited_goods": [
            terms.row(
                "prohibited_goods",
                " ".join(filter(None, (goods, origins))),
                {
                    "goods": goods,
                    "prefixes": sorted(set(prefixes)),
                    "origins": _several(origins),
                    "words": _several(words),
                },
            )
            for (goods, origins, words), prefixes in sorted(groups.items())
        ]
    }


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _restricted_parties(content: bytes, terms: Terms) -> Tables:
    """The Consolidated Screening List as trade.gov publishes it: companies and persons with their aliases."""
    names: dict[str, set[str]] = {}
    for record in _csv_records(content, "source", "type", "name", "alt_names", "end_date"):
        ended = record["end_date"] and date.fromisoformat(record["end_date"]) < terms.effective_from
        if not ended and record["type"].strip().lower() not in NO_PARTIES:
            told = (record["name"], *_several(record["alt_names"] or ""))
            names.setdefault(record["source"].strip(), set()).update(_compared(told))
    return {
        "restricted_parties": [
            terms.row("restricted_parties", source, sorted(listed))
            for source, listed in sorted(names.items())
            if listed
        ]
    }


def _compared(names: Iterable[str]) -> list[str]:
    return sorted({compared for name in names if (compared := comparable_name(name))})


def _rows(content: bytes, terms: Terms) -> Tables:
    """A table in the form in which ours are kept: `{"table": …, "rows": […]}`."""
    try:
        document = json.loads(content)
        table, given = document["table"], document["rows"]
        if table not in TABLES:
            raise UnusableFile(f"There is no table {table!r}. Known: {', '.join(TABLES)}.")
        rows = [row_from(table, row) for row in given]
        if table in OF_NAMES:
            rows = [replace(row, value=_compared(row.value)) for row in rows]
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise UnusableFile(f"Not a table of rows: {error}") from error
    return {table: rows}


def _prefix(text: str) -> str:
    prefix = _NOT_DIGIT.sub("", text)
    if not _PREFIX.fullmatch(prefix):
        raise UnusableFile(f"{text!r} is not a code of 4 to 10 digits.")
    return prefix


def _amount(text: str) -> str:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text.strip()):
        raise UnusableFile(f"{text!r} is not an amount.")
    return text.strip()


def _first(record: Record, *names: str) -> str:
    return next((record[name] for name in names if record.get(name)), "")


def _csv_records(content: bytes, *required: str) -> Iterable[Record]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restval="")
    lacking = [name for name in required if name not in (reader.fieldnames or ())]
    if lacking:
        raise UnusableFile(f"The file has no column {', '.join(lacking)}.")
    return reader


def _json_records(content: bytes) -> Iterable[Record]:
    try:
        given = json.loads(content)
    except json.JSONDecodeError as error:
        raise UnusableFile(f"Not JSON: {error}") from error
    if not isinstance(given, list) or not all(isinstance(record, dict) for record in given):
        raise UnusableFile("Expected a list of tariff lines.")
    return [
        {
            name: json.dumps(value) if isinstance(value, list) else str(value or "")
            for name, value in record.items()
        }
        for record in given
    ]


READERS: Mapping[Kind, Callable[[bytes, Terms], Tables]] = {
    Kind.HTS: _hts,
    Kind.SECTION_232: _section_232,
    Kind.SECTION_301: _section_301,
    Kind.SECTION_338: _section_338,
    Kind.FEES: _fees,
    Kind.PROHIBITED_GOODS: _prohibited_goods,
    Kind.RESTRICTED_PARTIES: _restricted_parties,
    Kind.ROWS: _rows,
}
