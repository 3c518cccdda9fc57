"""Renders a package and reads its documents back."""

import csv
import io
from typing import Any

import orjson
from python_calamine import CalamineWorkbook

from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.rendering import render_documents
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import PackageFacts
from tests.unit.execution.pdf_text import text_of
from tests.unit.execution.snapshots import PACKAGE, make_snapshot


def rendered(
    snapshot: Snapshot | None = None, package: PackageFacts = PACKAGE
) -> dict[str, RenderedArtifact]:
    """Every document by its type."""
    artifacts = render_documents(DOCUMENTS, snapshot or make_snapshot(), package)
    return {artifact.artifact_type: artifact for artifact in artifacts}


def csv_rows(
    snapshot: Snapshot | None = None, artifact_type: str = "cci_csv", package: PackageFacts = PACKAGE
) -> list[dict[str, str]]:
    content = rendered(snapshot, package)[artifact_type].content
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def json_of(artifact_type: str, snapshot: Snapshot | None = None) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(rendered(snapshot)[artifact_type].content)
    return document


def html_of(artifact_type: str, snapshot: Snapshot | None = None) -> str:
    return rendered(snapshot)[artifact_type].content.decode()


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    """The cells of a workbook, as a program that did not write it reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def readable(artifact: RenderedArtifact) -> str:
    """What somebody can read in a document; an archive reads as nothing."""
    if artifact.artifact_type == "package_zip":
        return ""
    if artifact.artifact_type == "cci_pdf":
        return text_of(artifact.content)
    if artifact.artifact_type == "cci_xlsx":
        rows = [row for rows in sheets_of(artifact.content).values() for row in rows]
        return "\n".join(str(cell) for row in rows for cell in row)
    return artifact.content.decode()
