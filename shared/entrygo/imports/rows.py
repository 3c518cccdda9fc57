"""A file as rows of text with their line numbers, whatever its form. Knows no column by meaning."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO

# Added by reject files and fix files; ignored when such a file is imported again.
REASON_COLUMN, LINE_COLUMN, NOTE_COLUMN = "reject_reason", "reject_line", "to_mend"
# No file's own data: these, and a column without a name.
ADDED_COLUMNS = frozenset({REASON_COLUMN, LINE_COLUMN, NOTE_COLUMN, ""})
# What a line above the header of a CSV begins with that is for people alone.
COMMENT = "# "

# How far below the first row the header may stand, and how many columns it has then.
LOOKED_AT_ROWS = 10
SEVERAL_COLUMNS = 3

# The bytes of a file from their beginning, each time it is called.
Opener = Callable[[], IO[bytes]]


class UnreadableFile(Exception):
    """The file as a whole cannot be read; nothing was sent."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands in the file; `fault` says why it cannot be read as a row."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""

    def __reduce__(self) -> tuple[Callable[..., "SourceRow"], tuple[int, dict[str, str], str]]:
        """A view of cells that nobody may change cannot be sent to another process; the cells can."""
        return _sent_row, (self.line, dict(self.cells), self.fault)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file whose form is known: its columns, and, each time it is called, its rows that are not empty.

    `rows` raises UnreadableFile where the file turns out to be damaged. `note` is what a person should know
    of how it was read. `delimiter` stands between the cells of a file that is made from this one.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[SourceRow]]
    note: str = ""
    delimiter: str = ","


def _sent_row(line: int, cells: dict[str, str], fault: str) -> SourceRow:
    return SourceRow(line, MappingProxyType(cells), fault)


def row_of(columns: Sequence[str], line: int, cells: Sequence[str]) -> SourceRow:
    """The cells of a row by the names of their columns."""
    named = MappingProxyType(dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
    surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
    if surplus:
        return SourceRow(line, named, f"more cells than columns, from {surplus[0]!r} on")
    return SourceRow(line, named)


def header_among(first: Sequence[Sequence[str]]) -> int:
    """Which of the first rows of a table names its columns.

    Not a blank one, and not a title: that fills one cell, and a row soon below it fills several.
    """
    filled = [sum(1 for cell in cells if cell.strip()) for cells in first]
    begins = next((at for at, count in enumerate(filled) if count), 0)
    if not filled or filled[begins] > 1:
        return begins
    return next((at for at, count in enumerate(filled) if count >= SEVERAL_COLUMNS), begins)


def titles_note(above: Sequence[Sequence[str]]) -> str:
    """What a person should know of what stands above the header; nothing where that is blank."""
    said = [cell.strip() for cells in above for cell in cells if cell.strip()]
    return f"Above the names of the columns stands {said[0]!r}, which was not read." if said else ""


def check_columns(name: str, columns: Sequence[str]) -> None:
    """UnreadableFile where nothing is named, or one name stands twice."""
    if not any(columns):
        raise UnreadableFile(f"{name} has no header row.")
    doubled = sorted(column for column, count in Counter(columns).items() if column and count > 1)
    if doubled:
        raise UnreadableFile(f"{name} names a column twice: {', '.join(doubled)}.")
