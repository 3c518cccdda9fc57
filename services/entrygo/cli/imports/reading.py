"""Reads a CSV or NDJSON file as rows of text with their line numbers. Knows no column by meaning.

Takes what Excel makes: a byte order mark, CRLF, `;` or tabs between the cells, empty rows at the end.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

NDJSON_SUFFIXES = (".ndjson", ".jsonl")
DELIMITERS = (",", ";", "\t", "|")
MAX_CELL_CHARACTERS = 1_000_000
# Added by reject files; ignored when such a file is imported again.
REASON_COLUMN, LINE_COLUMN = "reject_reason", "reject_line"


class UnreadableFile(Exception):
    """The file as a whole cannot be read; nothing was sent."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands in the file; `fault` says why it cannot be read as a row."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file whose form is known: its columns, and how often it is wished its rows."""

    path: Path
    columns: tuple[str, ...]
    delimiter: str | None = field(default=None)
    encoding: str = "utf-8-sig"

    def rows(self) -> Iterator[SourceRow]:
        """Every row that is not empty, from the first one on."""
        try:
            yield from self._ndjson() if self.delimiter is None else self._csv(self.delimiter)
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{self.path} is not {self.encoding}: save it as 'CSV UTF-8', or name its --encoding."
            ) from error
        except csv.Error as error:
            raise UnreadableFile(f"{self.path}: {error}. Is a quote not closed?") from error

    def _csv(self, delimiter: str) -> Iterator[SourceRow]:
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        with self.path.open(encoding=self.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=delimiter)
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield self._row(line, cells)
                line = reader.line_num + 1

    def _row(self, line: int, cells: Sequence[str]) -> SourceRow:
        named = MappingProxyType(dict(zip(self.columns, (cell.strip() for cell in cells), strict=False)))
        surplus = [cell for cell in cells[len(self.columns) :] if cell.strip()]
        if surplus:
            return SourceRow(line, named, f"more cells than columns, from {surplus[0]!r} on")
        return SourceRow(line, named)

    def _ndjson(self) -> Iterator[SourceRow]:
        with self.path.open(encoding=self.encoding) as text:
            for line, content in enumerate(text, start=1):
                if content.strip():
                    yield _json_row(line, content)


def open_source(path: Path, encoding: str = "utf-8-sig") -> SourceFile:
    """Finds out the form of a file; UnreadableFile when it has none of them."""
    try:
        with path.open(encoding=encoding, newline="") as text:
            start = text.readline()
            text.seek(0)
            delimiter = max(DELIMITERS, key=start.count)
            header = next(csv.reader(text, delimiter=delimiter), [])
    except csv.Error as error:
        raise UnreadableFile(f"{path}: {error}. Is a quote not closed?") from error
    except (OSError, LookupError) as error:
        raise UnreadableFile(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path} is not {encoding}: save it as 'CSV UTF-8', or name its --encoding."
        ) from error
    if path.suffix.lower() in NDJSON_SUFFIXES or start.lstrip().startswith("{"):
        return SourceFile(path, _json_columns(path, encoding), None, encoding)
    columns = tuple(name.strip() for name in header)
    _check_columns(path, columns)
    return SourceFile(path, columns, delimiter, encoding)


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    if not any(columns):
        raise UnreadableFile(f"{path} has no header row.")
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise UnreadableFile(f"{path} names a column twice: {', '.join(doubled)}.")


def _json_columns(path: Path, encoding: str) -> tuple[str, ...]:
    """Every name that any row uses, in the order of first use."""
    names: dict[str, None] = {}
    for row in SourceFile(path, (), None, encoding).rows():
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
