"""Document sets by entry: the documents of each entry, and those of the truck."""

from collections.abc import Sequence

from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents.base import Document
from entrygo.execution.documents.rendering import Rendering, render_documents
from entrygo.execution.package.artifacts import RenderedArtifact, entry_prefix
from entrygo.execution.package.entry_snapshots import (
    as_imported,
    covering_snapshot,
    entry_package,
    entry_snapshot,
    has_sets_by_entry,
    whole_package,
)
from entrygo.execution.package.facts import PackageFacts

OF_AN_ENTRY = frozenset(
    {
        "cci_human_readable", "cci_csv", "cci_pdf", "cci_xlsx", "packing_list", "section_232_declaration",
        "section_232_declaration_csv", "usmca_certification", "usmca_certification_json", "landed_costs",
        "entry_dataset", "entry_lines", "broker_template_csv", "broker_template_xlsx", "cargowise_xml",
        "amendment_changes", "post_summary_correction",
    }
)  # fmt: skip
OF_THE_TRUCK = frozenset(
    {
        "cci_human_readable", "cci_csv", "packing_list", "packing_list_csv", "fee_estimate", "landed_costs",
        "ace_manifest", "ace_trip", "amendment_changes", "post_summary_correction",
    }
)  # fmt: skip
# They name, or hold, all the others: once, at the end.
LAST = frozenset({"manifest", "package_zip"})


def render_package(
    documents: Sequence[Document], snapshot: Snapshot, package: PackageFacts
) -> tuple[RenderedArtifact, ...]:
    """All documents of a package: one set, or a covering set followed by one set per entry."""
    if not has_sets_by_entry(snapshot):
        return render_documents(documents, as_imported(snapshot), whole_package(package, snapshot))
    truck = covering_snapshot(snapshot)
    with Rendering() as rendering:
        rendering.add(_among(documents, OF_THE_TRUCK), truck, package)
        for entry in snapshot.entries:
            rendering.add(
                _among(documents, OF_AN_ENTRY),
                entry_snapshot(snapshot, entry),
                entry_package(package, snapshot, entry),
                prefix=entry_prefix(entry.number),
            )
        rendering.add(_among(documents, LAST), truck, package)
        return rendering.finished()


def _among(documents: Sequence[Document], types: frozenset[str]) -> Sequence[Document]:
    """The documents of these types, in order."""
    return [each for each in documents if each.artifact_type in types]
