"""CSV and NDJSON files as rows.

Takes what Excel makes: a byte order mark, CRLF, `;` or tabs between the cells, a first line `sep=;` that
names what stands between them, a title above the header, empty rows.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import IO

from entrygo.imports.rows import (
    COMMENT,
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

NDJSON_SUFFIXES = (".ndjson", ".jsonl")
DELIMITERS = (",", ";", "\t", "|")
MAX_CELL_CHARACTERS = 1_000_000
NAMED_DELIMITER = re.compile(r'"?sep=(?P<delimiter>[^"\r\n])"?[\r\n]*', re.IGNORECASE)


def text_source(name: str, opener: Opener, encoding: str) -> SourceFile:
    """Finds out the form of a text file; UnreadableFile when it has none of them."""
    file = TextFile(name, opener, encoding)
    with file.opened() as text:
        start = _beginning(text)
        header = next(csv.reader(chain(start.lines, text), delimiter=start.delimiter), [])
    if name.lower().endswith(NDJSON_SUFFIXES) or start.is_json:
        return SourceFile(name, _names(file.json_rows()), file.json_rows)
    columns = tuple(column.strip() for column in header)
    check_columns(name, columns)
    # A file that is made from this one has to be recognised, too.
    of_others = start.delimiter if start.delimiter in DELIMITERS else DELIMITERS[0]
    return SourceFile(name, columns, lambda: file.csv_rows(columns), start.note, of_others)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of text with the encoding that it was recognised by."""

    name: str
    opener: Opener
    encoding: str

    @contextmanager
    def opened(self) -> Iterator[IO[str]]:
        """The text from its beginning. What is wrong with it while it is read is an UnreadableFile."""
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        try:
            with io.TextIOWrapper(self.opener(), encoding=self.encoding, newline="") as text:
                yield text
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{self.name} is not {self.encoding.removesuffix('-sig')}: save it as 'CSV UTF-8', or name"
                " its --encoding: cp1252 is that of most Excels in America and Western Europe."
            ) from error
        except csv.Error as error:
            raise UnreadableFile(f"{self.name}: {error}. Is a quote not closed?") from error
        except (OSError, LookupError) as error:
            raise UnreadableFile(f"{self.name}: {error}") from error

    def csv_rows(self, columns: tuple[str, ...]) -> Iterator[SourceRow]:
        """The rows below the header."""
        with self.opened() as text:
            start = _beginning(text)
            reader = csv.reader(chain(start.lines, text), delimiter=start.delimiter)
            next(reader)
            line = start.above + reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield row_of(columns, line, cells)
                line = start.above + reader.line_num + 1

    def json_rows(self) -> Iterator[SourceRow]:
        """The rows of a file that has a JSON object a line."""
        with self.opened() as text:
            for line, content in enumerate(text, start=1):
                if content.strip():
                    yield _json_row(line, content)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a file of text begins: with lines `above` the header, and the `lines` that were read from it on."""

    above: int
    lines: tuple[str, ...]
    delimiter: str
    note: str

    @property
    def is_json(self) -> bool:
        """Whether the file has objects in its lines."""
        return bool(self.lines) and self.lines[0].lstrip().startswith("{")


def _beginning(text: IO[str]) -> Beginning:
    """Above the header are comments, Excel's `sep=;`, blank rows and titles.

    A spreadsheet that saved the file may have put comments and `sep=;` into quotes.
    """
    named, above, lines = "", 0, list[str]()
    for line in text:
        if not lines and (found := NAMED_DELIMITER.fullmatch(line)):
            named = found["delimiter"]
        elif lines or not line.startswith((COMMENT, f'"{COMMENT}')):
            lines.append(line)
            if len(lines) == LOOKED_AT_ROWS:
                break
            continue
        above += 1
    rows = [_cells(line, named or _delimiter_of(line)) for line in lines]
    at = header_among(rows)
    delimiter = named or _delimiter_of(lines[at] if lines else "")
    return Beginning(above + at, tuple(lines[at:]), delimiter, titles_note(rows[:at]))


def _delimiter_of(line: str) -> str:
    return max(DELIMITERS, key=line.count)


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _names(rows: Iterator[SourceRow]) -> tuple[str, ...]:
    """Every name that any row uses, in the order of first use."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row.cells))
    return tuple(names)


def _json_row(line: int, content: str) -> SourceRow:
    """Numbers keep the digits they are written with."""
    try:
        parsed = json.loads(content, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return SourceRow(line, MappingProxyType({}), "not a JSON object")
    if not isinstance(parsed, dict):
        return SourceRow(line, MappingProxyType({}), "not a JSON object")
    nested = sorted(name for name, value in parsed.items() if isinstance(value, dict | list))
    cells = {
        name: "" if value is None else str(value).strip()
        for name, value in parsed.items()
        if name not in nested
    }
    fault = f"not a plain value: {', '.join(nested)}" if nested else ""
    return SourceRow(line, MappingProxyType(cells), fault)
