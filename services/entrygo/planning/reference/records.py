"""Files of published lists: the terms they are read on, their records of CSV or JSON, and their cells."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrygo.planning.reference.tables import Row, Status

MAX_CELL_CHARACTERS = 100_000

_NOT_DIGIT = re.compile(r"[^0-9]")
_PREFIX = re.compile(r"[0-9]{4,10}")

Record = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]


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
        """A row of `table` with the source, status and dates of this file."""
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


def csv_records(content: bytes, *required: str) -> Iterable[Record]:
    """Rows of a CSV file in UTF-8 by column name; UnusableFile where a required column is missing."""
    # The limit is the whole process's: another reader may have set its own.
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restval="")
    lacking = [name for name in required if name not in (reader.fieldnames or ())]
    if lacking:
        raise UnusableFile(f"The file has no column {', '.join(lacking)}.")
    return reader


def json_records(content: bytes) -> Iterable[Record]:
    """Records of a JSON list, values as text (lists as JSON); UnusableFile for any other JSON."""
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


def first_of(record: Record, *names: str) -> str:
    """The first of these columns that has a value; empty without one."""
    return next((record[name] for name in names if record.get(name)), "")


def several_of(text: str) -> list[str]:
    """The parts of a cell that lists several, separated by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def known_of(text: str, known: Mapping[str, str], name: str) -> str:
    """What a word stands for, in lower or upper case; UnusableFile for one that is not known."""
    found = known.get(text.strip().lower())
    if found is None:
        raise UnusableFile(f"{name} {text!r} is not known: {', '.join(sorted(known))}.")
    return found


def digits_of(text: str) -> str:
    """The digits of a text, without dots and blanks."""
    return _NOT_DIGIT.sub("", text)


def prefix_of(text: str) -> str:
    """A tariff code or its beginning, 4 to 10 digits; UnusableFile otherwise."""
    prefix = digits_of(text)
    if not _PREFIX.fullmatch(prefix):
        raise UnusableFile(f"{text!r} is not a code of 4 to 10 digits.")
    return prefix


def amount_of(text: str) -> str:
    """A decimal that is not negative, as text; UnusableFile otherwise."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text.strip()):
        raise UnusableFile(f"{text!r} is not an amount.")
    return text.strip()
