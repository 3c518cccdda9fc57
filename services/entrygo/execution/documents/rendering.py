"""The documents of a package on their way: which are made, in which order, and what goes on beside.

Typst, hashing and compression let go of the interpreter: they run in threads while the next one is made.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import ARCHIVE_TYPE, MANIFEST_TYPE, RenderedArtifact, packed
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoicing import build_invoice

# What is no larger is hashed and compressed sooner than a thread takes it.
_SMALL_BYTES = 128 * 1024
# The pages of a small package made beside the rest would come earlier on an idle machine, and cost more.
_FEW_LINES = 250


class Rendering:
    """Documents in the order in which they were added, some of them still being made."""

    def __init__(self) -> None:
        # One at a time: a large one takes a hundred MB while it is set.
        self._typesetting = ThreadPoolExecutor(1, "typesetting")
        self._packing = ThreadPoolExecutor(1, "packing")
        self._added: list[Callable[[], RenderedArtifact]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for threads in (self._typesetting, self._packing):
            threads.shutdown(cancel_futures=True)

    def add(
        self, documents: Sequence[Document], snapshot: Snapshot, package: PackageFacts, *, prefix: str = ""
    ) -> None:
        """Those that apply and that the broker takes, in the order given; `prefix` begins their names."""
        invoice = build_invoice(snapshot, package)
        for document in _chosen(documents, invoice, is_first=not self._added):
            self._added.append(self._begun(document, invoice, prefix))

    def finished(self) -> tuple[RenderedArtifact, ...]:
        """All that were added; raises what one of them raised."""
        return tuple(each() for each in self._added)

    def _begun(self, document: Document, invoice: Invoice, prefix: str) -> Callable[[], RenderedArtifact]:
        if document.is_typeset and len(invoice.lines) > _FEW_LINES:
            return self._typesetting.submit(
                lambda: _artifact(document, invoice, prefix, document.render(invoice, ()))
            ).result
        content = document.render(invoice, self.finished() if document.names_others else ())
        if len(content) > _SMALL_BYTES:
            return self._packing.submit(_artifact, document, invoice, prefix, content).result
        artifact = _artifact(document, invoice, prefix, content)
        return lambda: artifact


def render_documents(
    documents: Sequence[Document], snapshot: Snapshot, package: PackageFacts
) -> tuple[RenderedArtifact, ...]:
    """One set of documents."""
    with Rendering() as rendering:
        rendering.add(documents, snapshot, package)
        return rendering.finished()


def _artifact(document: Document, invoice: Invoice, prefix: str, content: bytes) -> RenderedArtifact:
    is_member = document.artifact_type != ARCHIVE_TYPE
    return RenderedArtifact(
        artifact_type=document.artifact_type,
        filename=f"{prefix}{document.filename}",
        media_type=document.media_type,
        generated_at=invoice.package.generated_at,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        packed=packed(document.media_type, content) if is_member else None,
    )


def _chosen(documents: Sequence[Document], invoice: Invoice, *, is_first: bool) -> list[Document]:
    """A broker whose list names nothing that this package has gets the manifest: no package is empty."""
    takes = invoice.snapshot.broker.takes
    chosen = [each for each in documents if each.applies(invoice) and takes(each.artifact_type)]
    if not is_first or any(each.artifact_type != ARCHIVE_TYPE for each in chosen):
        return chosen
    return [each for each in documents if each in chosen or each.artifact_type == MANIFEST_TYPE]
