"""amendment.csv or post_summary_correction.csv: what changed since the package that this one replaces."""

from collections.abc import Sequence

from entrygo.domain.snapshot import Amendment, Change
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.facts import SHORT_NOTICE
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.printable import clean_text

COLUMNS = (
    "package_number", "replaces", "entry_number", "reason", "subject", "id", "name", "field", "before",
    "after", "notice",
)  # fmt: skip


class AmendmentChanges(Document):
    """One row a difference, for a package that is filed instead of another."""

    artifact_type = "amendment_changes"
    filename = "amendment.csv"
    media_type = "text/csv; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        amendment = invoice.snapshot.amendment
        return amendment is not None and not amendment.after_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        amendment = invoice.snapshot.amendment
        assert amendment is not None
        return csv_table(COLUMNS, [_row(invoice, amendment, each) for each in amendment.changes], ())


class PostSummaryCorrection(AmendmentChanges):
    """The same for an entry that was filed: it is corrected by this list, and no second one is made."""

    artifact_type = "post_summary_correction"
    filename = "post_summary_correction.csv"

    def applies(self, invoice: Invoice, /) -> bool:
        amendment = invoice.snapshot.amendment
        return amendment is not None and amendment.after_entry


def _row(invoice: Invoice, amendment: Amendment, change: Change) -> Sequence[str]:
    cells = (
        invoice.package.number,
        invoice.package.replaces,
        # Of several entries it is that of one, and the change may be of another importer's.
        None if len(invoice.snapshot.entries) > 1 else amendment.entry_number,
        amendment.reason,
        change.subject,
        change.id,
        change.name,
        change.field,
        change.before,
        change.after,
        SHORT_NOTICE,
    )
    return [clean_text(each or "") for each in cells]
