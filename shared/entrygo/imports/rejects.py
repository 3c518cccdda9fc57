"""The file of rows that were refused: the original columns, then the reason and the line in the file."""

from collections.abc import Sequence

from entrygo.imports.entries import Rejected
from entrygo.imports.rows import LINE_COLUMN, REASON_COLUMN


def reject_header(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of the reject file of a file with these."""
    return (*_kept(columns), REASON_COLUMN, LINE_COLUMN)


def reject_row(columns: Sequence[str], rejected: Rejected) -> list[str]:
    """A refused row below that header."""
    cells = rejected.row.cells
    return [*(cells.get(name, "") for name in _kept(columns)), rejected.reason, str(rejected.row.line)]


def _kept(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name not in (REASON_COLUMN, LINE_COLUMN)]
