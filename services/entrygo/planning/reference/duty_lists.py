"""Published lists of rates: the tariff's three columns, and the provisions of chapter 99 by country.

All faults of a file are named at once, by line and column. What a rate means is the estimate's concern.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from entrygo.planning.reference.records import (
    Record,
    Tables,
    Terms,
    UnusableFile,
    csv_records,
    digits_of,
    first_of,
    json_records,
)
from entrygo.planning.reference.tables import Row
from entrygo.planning.reference.tariff_lists import CHAPTERS, CODE_LENGTH

RATE_LENGTH = 8
# The first line of a file is its header.
FIRST_RECORD = 2
MAX_FAULTS = 50

# As the export of the USITC names the columns (CSV, JSON), and as copies of it do.
CODE = ("HTS Number", "htsno", "hts_code")
GENERAL = ("General Rate of Duty", "general", "general_rate")
SPECIAL = ("Special Rate of Duty", "special", "special_rate")
COLUMN_2 = ("Column 2 Rate of Duty", "other", "column2_rate")
PROVISIONS = ("country", "heading", "percent", "rate_text", "description", "iso2")

# Its members act as one origin in chapter 99.
EUROPEAN_UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)

_HEADING = re.compile(r"99[0-9]{2}\.[0-9]{2}\.[0-9]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_PERCENT = re.compile(r"[0-9]+(\.[0-9]+)?")
# `entries 2024-06-15 through 2026-11-09`, `entries from 2026-11-10`; `10% from 2027-01-01` is another rate.
_THROUGH = re.compile(r"through ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_FROM = re.compile(r"(?<!% )\bfrom ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_LAST_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%$")


def hts_rates(content: bytes, terms: Terms) -> Tables:
    """The rates of every code of ten digits, by line of the tariff; codes of equal rates share a row.

    A statistical code without rates of its own has those of its first eight digits.
    """
    records = _records(content)
    stated: dict[str, tuple[str, str, str]] = {}
    codes: dict[str, int] = {}
    for number, record in records:
        code = digits_of(first_of(record, *CODE))
        rates = tuple(" ".join(first_of(record, *names).split()) for names in (GENERAL, SPECIAL, COLUMN_2))
        if code[:2] in CHAPTERS and len(code) in (RATE_LENGTH, CODE_LENGTH):
            codes.setdefault(code, number)
            if any(rates):
                stated[code] = (rates[0], rates[1], rates[2])
    by_rates: dict[tuple[str, str, str], list[str]] = {}
    faults: list[str] = []
    for code, number in sorted(codes.items()):
        found = stated.get(code) or stated.get(code[:RATE_LENGTH])
        if len(code) == CODE_LENGTH and found is None:
            faults.append(f"line {number}, {GENERAL[0]}: {code} has no rate, nor has {code[:RATE_LENGTH]}")
        elif len(code) == CODE_LENGTH and found is not None:
            by_rates.setdefault(found, []).append(code)
    _refuse(faults)
    if not by_rates:
        raise UnusableFile(f"The file has no code of ten digits with a rate under {' or '.join(CODE)}.")
    return {
        "hts_rates": [
            terms.row(
                "hts_rates",
                " | ".join(rates),
                {"general": rates[0], "special": rates[1], "column_2": rates[2], "prefixes": found},
            )
            for rates, found in sorted(by_rates.items())
        ]
    }


def chapter_99_by_country(content: bytes, terms: Terms) -> Tables:
    """Columns: country, heading, percent, rate_text, description, iso2. Headings may name several origins."""
    first: dict[str, Record] = {}
    origins: dict[str, list[str]] = {}
    faults: list[str] = []
    for number, record in enumerate(csv_records(content, *PROVISIONS), start=FIRST_RECORD):
        wrong = [
            f"line {number}, {column}: {text}" for column, check in CHECKS.items() for text in check(record)
        ]
        heading = record["heading"].strip()
        if (
            not wrong
            and first.setdefault(heading, record)["rate_text"].strip() != record["rate_text"].strip()
        ):
            wrong = [f"line {number}, rate_text: {heading} has another rate in a line above"]
        if not wrong:
            origins.setdefault(heading, []).extend(_origins_of(record))
        faults += wrong
    _refuse(faults)
    return {
        "chapter_99_by_country": [
            _provision(first[heading], sorted(set(countries)), terms)
            for heading, countries in sorted(origins.items())
        ]
    }


def _provision(record: Record, origins: Sequence[str], terms: Terms) -> Row:
    """In force as the file's terms are, within the days that its description states."""
    description = record["description"].strip()
    value = {"rate": record["rate_text"].strip(), "origins": origins, "description": description}
    first, last = (_day(pattern.search(description)) for pattern in (_FROM, _THROUGH))
    start = max(first or terms.effective_from, terms.effective_from)
    row = terms.row("chapter_99_by_country", record["heading"].strip(), value, start)
    return replace(row, effective_to=last)


def _day(found: re.Match[str] | None) -> date | None:
    return date.fromisoformat(found[1]) if found else None


def _heading_faults(record: Record) -> Iterator[str]:
    if not _HEADING.fullmatch(record["heading"].strip()):
        yield f"{record['heading']!r} is no heading of chapter 99 (9903.05.29)"


def _percent_faults(record: Record) -> Iterator[str]:
    """Empty where the rate is no addition; else the same as in the rate's own words."""
    percent, rate = record["percent"].strip(), record["rate_text"].strip()
    if not percent:
        return
    stated = _LAST_PERCENT.search(rate)
    if not _PERCENT.fullmatch(percent):
        yield f"{percent!r} is no percentage"
    elif stated is None or Decimal(stated[1]) != Decimal(percent):
        yield f"{percent} is not what rate_text states: {rate!r}"


def _rate_faults(record: Record) -> Iterator[str]:
    if not record["rate_text"].strip():
        yield "is empty"


def _country_faults(record: Record) -> Iterator[str]:
    if not _COUNTRY.fullmatch(record["iso2"].strip()):
        yield f"{record['iso2']!r} is no country code of two letters"


CHECKS: Mapping[str, Callable[[Record], Iterator[str]]] = {
    "heading": _heading_faults,
    "percent": _percent_faults,
    "rate_text": _rate_faults,
    "iso2": _country_faults,
}


def _origins_of(record: Record) -> Sequence[str]:
    country = record["iso2"].strip()
    return EUROPEAN_UNION if country == "EU" else (country,)


def _records(content: bytes) -> Iterator[tuple[int, Record]]:
    """Each record with the line, or the place in the list, that a person finds it by."""
    if content.lstrip()[:1] in (b"[", b"{"):
        yield from enumerate(json_records(content), start=1)
        return
    try:
        yield from enumerate(csv_records(content), start=FIRST_RECORD)
    except csv.Error as error:
        raise UnusableFile(f"The file cannot be read: {error}") from error


def _refuse(faults: Sequence[str]) -> None:
    if not faults:
        return
    more = len(faults) - MAX_FAULTS
    shown = [*faults[:MAX_FAULTS], *([f"and {more} more"] if more > 0 else [])]
    raise UnusableFile("; ".join(shown))
