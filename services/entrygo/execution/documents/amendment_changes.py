"""amendment.csv or post_summary_correction.csv: what changed since the package that this one replaces."""

from collections.abc import Iterator, Sequence

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
        """Beside corrections, too, where something is still to be filed."""
        amendment = invoice.snapshot.amendment
        return amendment is not None and (not amendment.after_entry or _differs_besides(invoice, amendment))

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then what changed of entries that were not filed, a row for each difference."""
        amendment = invoice.snapshot.amendment
        assert amendment is not None
        return csv_table(COLUMNS, [_row(invoice, amendment, each, None) for each in _besides(amendment)], ())


class PostSummaryCorrection(Document):
    """What changed of each entry that was filed: it is corrected by this list, and no second one is made."""

    artifact_type = "post_summary_correction"
    filename = "post_summary_correction.csv"
    media_type = "text/csv; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        amendment = invoice.snapshot.amendment
        return amendment is not None and amendment.after_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then entry after entry a row for each of its differences."""
        amendment = invoice.snapshot.amendment
        assert amendment is not None
        rows = [
            _row(invoice, amendment, change, number) for number, change in _corrections(invoice, amendment)
        ]
        return csv_table(COLUMNS, rows, ())


def _corrections(invoice: Invoice, amendment: Amendment) -> Iterator[tuple[str | None, Change]]:
    if not amendment.filed:
        # From before several were known: of one entry all that changed is of it, of several nobody knows.
        number = None if len(invoice.snapshot.entries) > 1 else amendment.entry_number
        yield from ((number, change) for change in amendment.changes)
    for number in dict.fromkeys(each.entry_number for each in amendment.filed):
        yield from ((number, change) for change in amendment.changes if number in change.corrects)


def _besides(amendment: Amendment) -> Sequence[Change]:
    return [each for each in amendment.changes if not (amendment.after_entry and each.corrects)]


def _differs_besides(invoice: Invoice, amendment: Amendment) -> bool:
    return bool(amendment.filed) and invoice.snapshot.files_an_entry and bool(_besides(amendment))


def _row(invoice: Invoice, amendment: Amendment, change: Change, entry_number: str | None) -> Sequence[str]:
    cells = (
        invoice.package.number,
        invoice.package.replaces,
        entry_number,
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
