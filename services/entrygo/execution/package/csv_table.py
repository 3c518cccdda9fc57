"""Rows as CSV: UTF-8, RFC 4180, CRLF, all quoted; an apostrophe before text that a spreadsheet would run."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence

from entrygo.execution.package.printable import spreadsheet_text


def csv_table(header: Sequence[str], rows: Iterable[Sequence[str]], numeric: Collection[str]) -> bytes:
    """`numeric` names the columns that hold figures of ours, never text of outside origin."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    trusted = [name in numeric for name in header]
    writer.writerows(
        [cell if is_ours else spreadsheet_text(cell) for cell, is_ours in zip(row, trusted, strict=True)]
        for row in rows
    )
    return buffer.getvalue().encode()
