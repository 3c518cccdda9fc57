"""What a document is: a pure function of the invoice and the artifacts rendered before it. No I/O."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from entrygo.domain.snapshot import Snapshot
from entrygo.execution.package.artifacts import ARCHIVE_TYPE, MANIFEST_TYPE, RenderedArtifact
from entrygo.execution.package.encoding import encoded
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoicing import build_invoice


class Document(Protocol):
    """One document type. `render` must give the same bytes for the same arguments, always."""

    @property
    def artifact_type(self) -> str:
        """Its name in the contract: unique, never changed."""

    @property
    def filename(self) -> str:
        """Its name in the package."""

    @property
    def media_type(self) -> str:
        """Of the bytes, with the charset of text."""

    def applies(self, _invoice: Invoice, /) -> bool:
        """Whether this package has the document at all."""
        return True

    def render(self, invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes:
        """The bytes, from the invoice and from the documents finished before it. Equal input, equal bytes."""


def render_documents(
    documents: Sequence[Document],
    snapshot: Snapshot,
    package: PackageFacts,
    earlier: Sequence[RenderedArtifact] = (),
    *,
    prefix: str = "",
) -> tuple[RenderedArtifact, ...]:
    """Those that apply and that the broker takes, in the order given; each may name earlier hashes.

    `earlier` were finished before, and come first in the answer; `prefix` begins the names of the new ones.
    """
    invoice = build_invoice(snapshot, package)
    finished = list(earlier)
    for document in _chosen(documents, invoice, earlier):
        content = document.render(invoice, tuple(finished))
        finished.append(
            RenderedArtifact(
                artifact_type=document.artifact_type,
                filename=f"{prefix}{document.filename}",
                media_type=document.media_type,
                generated_at=package.generated_at,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
    return tuple(finished)


def _chosen(
    documents: Sequence[Document], invoice: Invoice, earlier: Sequence[RenderedArtifact]
) -> list[Document]:
    """A broker whose list names nothing that this package has gets the manifest: no package is empty."""
    takes = invoice.snapshot.broker.takes
    chosen = [each for each in documents if each.applies(invoice) and takes(each.artifact_type)]
    if earlier or any(each.artifact_type != ARCHIVE_TYPE for each in chosen):
        return chosen
    return [each for each in documents if each in chosen or each.artifact_type == MANIFEST_TYPE]


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        loader=PackageLoader("entrygo.execution.documents", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(name: str, view: Mapping[str, object]) -> bytes:
    """The page that a template beside the documents makes of a view, in UTF-8.

    Jinja escapes every value; none is marked as safe but the rows of html_rows.py, which are escaped there.
    """
    return encoded(_environment().get_template(name).generate(view))


@cache
def typst_template(name: str) -> bytes:
    """The source of a template that typst sets."""
    return (files("entrygo.execution.documents") / "templates" / name).read_bytes()
