"""Files beside the imported one: the rows that were refused, and the ids of what was taken."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from entrygo.imports.rejects import reject_header
from entrygo.imports.rows import SourceFile

REJECTS_SUFFIX = ".rejects.csv"
IDS_SUFFIX = ".ids.csv"
IDS_HEADER = ("external_id", "id")


class CannotWrite(Exception):
    """There is no place for a result file; nothing was sent."""


class ResultFile:
    """A CSV file that is made with its first row; one of an earlier run is removed at the start."""

    def __init__(self, path: Path, header: Sequence[str], delimiter: str = ",") -> None:
        self.path = path
        self.rows = 0
        self._header = header
        self._delimiter = delimiter
        self._file: IO[str] | None = None

    def __enter__(self) -> "ResultFile":
        """Raises CannotWrite before anything was sent, rather than at the first row."""
        try:
            self.path.unlink(missing_ok=True)
            is_writable = os.access(self.path.parent, os.W_OK)
        except OSError as error:
            raise CannotWrite(f"{self.path} cannot be replaced: {error.strerror}.") from error
        if not is_writable:
            raise CannotWrite(f"{self.path.parent} is no folder that can be written to.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Sequence[str]) -> None:
        if self._file is None:
            # The byte order mark makes Excel read it as UTF-8; our own reader skips it.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._write(self._file, self._header)
        self._write(self._file, row)
        self.rows += 1

    def _write(self, file: IO[str], row: Sequence[str]) -> None:
        csv.writer(file, delimiter=self._delimiter).writerow(row)


def rejects_file(file: Path, source: SourceFile, path: Path | None = None) -> ResultFile:
    """`FILE.rejects.csv` or `path`: the original columns, then the reason and the line in the file."""
    place = path or _beside(file, REJECTS_SUFFIX)
    return ResultFile(place, reject_header(source.columns), source.delimiter)


def ids_file(source: Path) -> ResultFile:
    """`FILE.ids.csv`: external id and EntryGo id of each order, for `entrygo export plan --orders`."""
    return ResultFile(ids_path(source), IDS_HEADER)


def ids_path(source: Path) -> Path:
    """Where the ids of an import of this file stand."""
    return _beside(source, IDS_SUFFIX)


def _beside(source: Path, suffix: str) -> Path:
    return source.with_name(source.name + suffix)
