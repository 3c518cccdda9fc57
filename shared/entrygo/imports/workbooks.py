"""XLSX workbooks as rows: the first sheet that holds anything, its first row below a title as the header.

A workbook is somebody else's ZIP of XML: what it unpacks to, and how wide its rows are, is bounded.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from importlib import import_module
from itertools import dropwhile, islice

from entrygo.imports.rows import (
    LOOKED_AT_ROWS,
    Opener,
    SourceFile,
    SourceRow,
    UnreadableFile,
    check_columns,
    header_among,
    row_of,
    titles_note,
)

SIGNATURE = b"PK\x03\x04"
PIECE_BYTES = 256 * 1024
MAX_COLUMNS = 400
DAMAGED = "{} is no workbook that can be read: save it as XLSX or 'CSV UTF-8'."
# Dates that a spreadsheet shows are midnight within.
MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class WorkbookLimits:
    """What a workbook may unpack to, and how many tags and rows it may have: memory and time."""

    unpacked_bytes: int
    tags: int
    # Empty ones count.
    rows: int
    # Its rows stay in memory, rather than being read anew whenever they are gone through.
    is_held: bool


# A file of one's own machine.
OWN = WorkbookLimits(unpacked_bytes=128 * 1024 * 1024, tags=100_000_000, rows=1_048_576, is_held=False)
# One that somebody sent: 20,000 rows of 24 cells with a value each.
SENT = WorkbookLimits(unpacked_bytes=32 * 1024 * 1024, tags=2_000_000, rows=50_000, is_held=True)

NumberedRow = tuple[int, tuple[str, ...]]


def workbook_source(name: str, opener: Opener, limits: WorkbookLimits) -> SourceFile:
    """The sheet's columns and rows; UnreadableFile for what is no workbook, too large, or empty."""
    _check_size(name, opener, limits)
    numbered = partial(_numbered_rows, name, opener, limits.rows)
    if limits.is_held:
        numbered = partial(iter, list(numbered()))
    first = list(islice(numbered(), LOOKED_AT_ROWS))
    at = header_among([cells for _, cells in first])
    line, header = first[at] if first else (0, ())
    columns = tuple(_without_blank_end([cell.strip() for cell in header]))
    check_columns(name, columns)

    def rows() -> Iterator[SourceRow]:
        below = dropwhile(lambda row: row[0] <= line, numbered())
        return (row_of(columns, number, cells) for number, cells in below)

    return SourceFile(name, columns, rows, titles_note([cells for _, cells in first[:at]]))


def _check_size(name: str, opener: Opener, limits: WorkbookLimits) -> None:
    """By what the archive says of itself, since nobody reads more of an entry than that; then by its tags."""
    try:
        with opener() as content, zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
                most = limits.unpacked_bytes >> 20
                raise UnreadableFile(f"{name} unpacks to more than {most} MB: save it as CSV.")
            tags = 0
            for entry in entries:
                with archive.open(entry) as unpacked:
                    while piece := unpacked.read(PIECE_BYTES):
                        tags += piece.count(b"<")
                        if tags > limits.tags:
                            raise UnreadableFile(f"{name} has too many cells to be read: save it as CSV.")
    except (OSError, EOFError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise UnreadableFile(DAMAGED.format(name)) from error


def _numbered_rows(name: str, opener: Opener, most: int) -> Iterator[NumberedRow]:
    """The rows with cells of the first sheet that has any, by their numbers in the sheet."""
    # Its import takes a third of a second, which most processes never need.
    openpyxl = import_module("openpyxl")
    with opener() as content:
        try:
            book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                found = False
                cells = sheet.iter_rows(max_row=most + 1, max_col=MAX_COLUMNS, values_only=True)
                for number, values in enumerate(cells, start=1):
                    if number > most:
                        raise UnreadableFile(f"{name} has more than {most:,} rows, empty ones too.")
                    texts = tuple(map(_text, values))
                    if any(text.strip() for text in texts):
                        found = True
                        yield number, texts
                if found:
                    return
        except UnreadableFile:
            raise
        # Whatever a damaged file makes of the library: it names no errors of its own for that.
        except Exception as error:
            raise UnreadableFile(
                f"{name} is no workbook that can be read: save it as XLSX or CSV."
            ) from error


def _text(value: object) -> str:
    """A cell as somebody would have typed it: 6109100010, 0.25, 2026-03-11, yes."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        case datetime() if value.time() == MIDNIGHT:
            return value.date().isoformat()
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)


def _without_blank_end(names: Sequence[str]) -> Sequence[str]:
    filled = [position for position, name in enumerate(names) if name]
    return names[: filled[-1] + 1] if filled else ()
