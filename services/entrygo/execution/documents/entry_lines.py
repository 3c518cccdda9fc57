"""entry_lines.csv: one row an entry line, each with the parties and the truck, so that a row stands alone."""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.entry_columns import ENTRY_COLUMNS, entry_line_rows
from entrygo.execution.package.invoice import Invoice


class EntryLines(Document):
    """What is filed, as a spreadsheet: the order lines behind it are in the invoice's CSV."""

    artifact_type = "entry_lines"
    filename = "entry_lines.csv"
    media_type = "text/csv; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        """Not for what corrects an entry that was filed: there is no second one."""
        return invoice.snapshot.files_an_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then a row for each entry line; money in USD, weights in kg."""
        figures = {column.name for column in ENTRY_COLUMNS if column.is_figure}
        return csv_table([column.name for column in ENTRY_COLUMNS], entry_line_rows(invoice), figures)
