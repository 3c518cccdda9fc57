"""What a document is: a pure function of the invoice and the artifacts rendered before it. No I/O."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from entrygo.domain.snapshot import Snapshot
from entrygo.execution.invoice import Invoice, build_invoice
from entrygo.execution.package_facts import PackageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedArtifact:
    """A finished document: its bytes and what names them."""

    artifact_type: str
    filename: str
    media_type: str
    generated_at: str
    content: bytes
    sha256: str


class Document(Protocol):
    """One document type. `render` must give the same bytes for the same arguments, always."""

    @property
    def artifact_type(self) -> str: ...

    @property
    def filename(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    def applies(self, _invoice: Invoice, /) -> bool:
        """Whether this package has the document at all."""
        return True

    def render(self, invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes: ...


def render_documents(
    documents: Sequence[Document], snapshot: Snapshot, package: PackageFacts
) -> tuple[RenderedArtifact, ...]:
    """Every document that applies, in the order given; a later one may name the hashes of those before it."""
    invoice = build_invoice(snapshot, package)
    finished: list[RenderedArtifact] = []
    for document in (each for each in documents if each.applies(invoice)):
        content = document.render(invoice, tuple(finished))
        finished.append(
            RenderedArtifact(
                artifact_type=document.artifact_type,
                filename=document.filename,
                media_type=document.media_type,
                generated_at=package.generated_at,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
    return tuple(finished)
