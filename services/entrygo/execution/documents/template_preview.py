"""What a broker's layout would look like: its first rows, of a plan or of a made-up one. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from entrygo.domain.facts import Broker, BrokerTemplate
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents.broker_template import TEMPLATES
from entrygo.execution.package.entry_snapshots import (
    as_imported,
    entry_package,
    entry_snapshot,
    has_sets_by_entry,
)
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoicing import build_invoice
from entrygo.execution.package.sample_snapshot import sample_snapshot
from entrygo.execution.package.template_rows import template_rows, written

MAX_ROWS = 100
NUMBER = "PREVIEW"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePreview:
    """A document with the first rows, and the cells of these rows."""

    filename: str
    media_type: str
    content: bytes
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    # Of all that the document of a package would have.
    row_count: int


def preview(broker: Broker, template: BrokerTemplate, plan: Snapshot | None) -> TemplatePreview:
    """The layout of a plan (of several importers: of its first entry), or of the made-up one.

    Raises LayoutTooLong.
    """
    asked = broker.model_copy(update={"template": template, "documents": ()})
    snapshot = sample_snapshot(asked) if plan is None else plan.model_copy(update={"broker": asked})
    invoice = _invoice(snapshot)
    rows = template_rows(invoice, template)
    shown = list(islice(rows, MAX_ROWS))
    document = TEMPLATES[template.format]
    return TemplatePreview(
        filename=document.filename,
        media_type=document.media_type,
        content=document.written(invoice, template, shown),
        header=[column.header for column in template.columns],
        rows=[
            [written(cell, column, template) for cell, column in zip(row, template.columns, strict=True)]
            for row in shown
        ],
        row_count=len(shown) + sum(1 for _ in rows),
    )


def _invoice(snapshot: Snapshot) -> Invoice:
    package = PackageFacts(id=NUMBER, number=NUMBER, generated_at=snapshot.planned_at)
    if not has_sets_by_entry(snapshot):
        return build_invoice(as_imported(snapshot), package)
    first = snapshot.entries[0]
    return build_invoice(entry_snapshot(snapshot, first), entry_package(package, snapshot, first))
