"""Rows as CSV: UTF-8, RFC 4180, CRLF, all quoted; an apostrophe before text that a spreadsheet would run."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from entrygo.execution.package.encoding import encoded
from entrygo.execution.package.printable import spreadsheet_text


def csv_table(header: Sequence[str], rows: Iterable[Sequence[str]], numeric: Collection[str]) -> bytes:
    """`numeric` names the columns that hold figures of ours, never text of outside origin."""
    return encoded(_lines(header, rows, [name in numeric for name in header]))


def csv_of_written(header: Sequence[str], rows: Iterable[str]) -> bytes:
    """A header, and rows whose cells were written by a `csv_writer`."""
    return encoded(chain([_line(header)], (f"{row[:-1]}\r\n" for row in rows)))


def csv_writer(*, is_figure: bool) -> Callable[[str], str]:
    """Writes one cell with the comma behind it, which the last one of a row loses."""
    return '"{}",'.format if is_figure else lambda text: f'"{_quotable(text)}",'


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]], trusted: Sequence[bool]) -> Iterator[str]:
    yield _line(header)
    for row in rows:
        yield _line(
            [cell if is_ours else _quotable(cell) for cell, is_ours in zip(row, trusted, strict=True)]
        )


def _line(cells: Sequence[str]) -> str:
    return '"' + '","'.join(cells) + '"\r\n'


@lru_cache(maxsize=16_384)
def _quotable(text: str) -> str:
    """What stands between the quotation marks; those in it are doubled."""
    return spreadsheet_text(text).replace('"', '""')
