"""Documents that are made beside each other: in their order, whole, and with what goes wrong in them."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from itertools import cycle

import pytest

from entrygo.domain.facts import ARTIFACT_TYPES
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.base import Document
from entrygo.execution.documents.rendering import render_documents
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_of_written, csv_table, csv_writer
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_columns import COLUMNS, line_rows, written_rows
from entrygo.execution.package.invoicing import build_invoice
from tests.unit.execution.snapshots import (
    PACKAGE,
    make_item,
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
)

# So many that pages are set, and documents compressed, in threads.
LARGE = make_large_snapshot(400)


class Unreadable(Document):
    """One whose page cannot be set."""

    artifact_type = "cci_pdf"
    filename = "commercial_customs_invoice.pdf"
    media_type = "application/pdf"
    is_typeset = True

    def render(self, _invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        raise LookupError("no such font")


def test_what_is_made_beside_the_others_has_its_place_and_is_in_the_archive() -> None:
    artifacts = render_documents(DOCUMENTS, LARGE, PACKAGE)
    types = [each.artifact_type for each in artifacts]
    assert types == [each for each in ARTIFACT_TYPES if each in types]
    assert {"cci_pdf", "cci_xlsx"} < set(types)
    assert all(hashlib.sha256(each.content).hexdigest() == each.sha256 for each in artifacts)
    *documents, package_zip = artifacts
    with zipfile.ZipFile(io.BytesIO(package_zip.content)) as archive:
        found = [(name, archive.read(name)) for name in archive.namelist()]
    assert found == [(each.filename, each.content) for each in documents]


def test_a_document_that_cannot_be_made_beside_the_others_is_told() -> None:
    documents = [Unreadable() if each.artifact_type == "cci_pdf" else each for each in DOCUMENTS]
    with pytest.raises(LookupError, match="no such font"):
        render_documents(documents, LARGE, PACKAGE)


def test_what_lines_of_a_product_share_is_in_each_of_their_rows() -> None:
    quantities = cycle(("1", "2", "1.0", "2.50"))
    orders = tuple(
        make_order(f"ord_{number}", [make_item("prod_a", next(quantities)), make_item("prod_b", value="9")])
        for number in range(9)
    )
    products = (make_product("prod_a", customs_description='12" ruler, =steel'), make_product("prod_b"))
    invoice = build_invoice(make_snapshot(orders=orders, products=products), PACKAGE)
    names = [column.name for column in COLUMNS]
    writers = [csv_writer(is_figure=column.is_figure) for column in COLUMNS]
    figures = {column.name for column in COLUMNS if column.is_figure}
    written = csv_of_written(names, written_rows(invoice, writers))
    assert written == csv_table(names, line_rows(invoice), figures)
    assert written.count(b'"12"" ruler, =steel"') == len(orders)
