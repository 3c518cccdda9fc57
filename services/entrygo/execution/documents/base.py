"""What a document is: a pure function of the invoice and, of a few, the artifacts before it. No I/O."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import ClassVar, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.encoding import encoded
from entrygo.execution.package.invoice import Invoice


class Document(Protocol):
    """One document type. `render` must give the same bytes for the same arguments, always.

    `names_others`: it is made once those before it are finished, and is given them.
    `is_typeset`: it is set by typst, which lets go of the interpreter, and is made beside the others.
    """

    names_others: ClassVar[bool] = False
    is_typeset: ClassVar[bool] = False

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
        """The bytes, from the invoice and, where it names others, from those. Equal input, equal bytes."""


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
