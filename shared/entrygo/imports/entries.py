"""What a file is turned into before it is sent: entries for one item each, and rows that were refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from entrygo.domain.money import json_number, parse_decimal
from entrygo.imports.rows import ADDED_COLUMNS, SourceRow

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a request, and the rows it was made of (for an order: one a line, in their order)."""

    item: JsonObject
    rows: tuple[SourceRow, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not imported, and why."""

    row: SourceRow
    reason: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that says in every cell what a row of the same item before it says, by their lines."""

    line: int
    first: int


def repeats(entry: Entry) -> Iterator[Repeat]:
    """The rows of an item that may have been written out twice; what a reject file adds does not count."""
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for row in entry.rows if len(entry.rows) > 1 else ():
        cells = tuple((name, cell) for name, cell in row.cells.items() if name not in ADDED_COLUMNS)
        first = seen.setdefault(cells, row.line)
        if first != row.line:
            yield Repeat(row.line, first)


class Fault(ValueError):
    """What is wrong with a cell, for the reject file."""


YES, NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})


def read_flag(column: str, cell: str) -> bool:
    """Whether a cell says yes; Fault for anything but yes or no."""
    word = cell.lower()
    if word not in YES | NO:
        raise Fault(f"{column} is {cell!r}: expected yes or no")
    return word in YES


_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
# Which dollars a sign means nobody knows: it is left out by who does.
_CURRENCY_SIGN = re.compile(r"[$€£¥]")
# A number as spreadsheets show a long one.
_POWER = re.compile(r"[+-]?[0-9.]+E[+-]?[0-9]+", re.IGNORECASE)


def without_thousands(amount: str) -> str:
    """An amount as people write it, $1,625.45, as a plain number; a comma that parts no thousands stays.

    In 1625,45 it stands for the point, as in much of the world: without it that is a hundred times as much.
    """
    plain = amount.strip().removeprefix("$").strip()
    return plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain


def read_number(column: str, cell: str, *, positive: bool = False) -> int | float:
    """The JSON number of a cell; Fault for anything but a plain decimal that is not negative."""
    # Decimal itself would take 1_000, and digits of any script.
    if not cell.isascii() or "_" in cell:
        raise Fault(f"{column} is {cell!r}: expected a decimal number{_hint(cell)}")
    # What a spreadsheet shows so may have lost digits: 1.23E+02 was 123.45 as likely as 123.
    if _POWER.fullmatch(cell):
        raise Fault(f"{column} is {cell!r}: a power of ten may have lost digits; write them all")
    try:
        number = parse_decimal(cell)
    except ValueError as error:
        said = f"{str(error)[0].lower()}{str(error)[1:]}{_hint(cell)}"
        raise Fault(f"{column} is {cell!r}: {said}") from None
    if number < 0 or (positive and number == 0):
        raise Fault(f"{column} is {cell!r}: must {'be greater than 0' if positive else 'not be negative'}")
    return json_number(number)


def _hint(cell: str) -> str:
    """What to leave out of a number as people and spreadsheets write it."""
    point = ", with a point and no comma" if "," in cell else ""
    return f"{point}, without {sign[0]}" if (sign := _CURRENCY_SIGN.search(cell)) else point
