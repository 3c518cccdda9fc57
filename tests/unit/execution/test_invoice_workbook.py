"""The workbook: codes stay text, figures are numbers, and it has the rows of the CSV."""

import io
import re
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from entrygo.execution.package.entry_page import PAGE, PAGES, entry_page
from entrygo.execution.package.invoicing import build_invoice
from entrygo.execution.package.workbook import MAX_CELL, Sheet, workbook
from tests.unit.execution.rendered import csv_rows, rendered, sheets_of
from tests.unit.execution.shipments import make_shipment, package_of
from tests.unit.execution.snapshots import (
    make_item,
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
)


def test_the_order_lines_are_those_of_the_csv() -> None:
    sheets = sheets_of(rendered()["cci_xlsx"].content)
    header, *rows = sheets["orders"]
    expected = csv_rows()
    once = {"package_number", "invoice_number", "invoice_date", "currency", "fx_rate", "notice"}
    assert header == [name for name in expected[0] if name not in once]
    assert once <= {row[0] for row in sheets["totals"]}
    assert [row[header.index("order_external_id")] for row in rows] == [
        each["order_external_id"] for each in expected
    ]
    assert [row[header.index("line_value")] for row in rows] == [220.0, 35.0, 104.99]


def test_codes_keep_their_zeros_and_figures_are_numbers() -> None:
    product = make_product(hts_code="0901210045")
    order = make_order(destination_postal_code="02134")
    content = rendered(make_snapshot(products=(product,), orders=(order,)))["cci_xlsx"].content
    header, row = sheets_of(content)["orders"]
    named = dict(zip(header, row, strict=True))
    assert (named["hts_code"], named["destination_postal_code"]) == ("0901210045", "02134")
    assert (named["quantity"], named["unit_value"], named["net_weight_kg"]) == (2.0, 110.0, 1.64)


def test_the_sheets_add_up() -> None:
    sheets = sheets_of(rendered(make_large_snapshot(100))["cci_xlsx"].content)
    assert list(sheets) == ["entry", "lines", "orders", "parties", "totals"]
    totals = dict(row[:2] for row in sheets["totals"][1:])
    lines, entry_lines = sheets["orders"], sheets["lines"]
    value = totals["invoice_total_usd"]
    assert sum(row[lines[0].index("line_value")] for row in lines[1:]) == pytest.approx(value)
    assert sum(row[entry_lines[0].index("value_usd")] for row in entry_lines[1:]) == pytest.approx(value)
    assert totals["order_lines"] == len(lines) - 1 == 150


def test_two_readers_of_other_make_see_the_same_cells_and_no_formula_or_link() -> None:
    """openpyxl would warn of what it does not understand, and a warning fails a test."""
    product = make_product(
        hts_code="0901210045", sku="007", customs_description='=HYPERLINK("https://x.example") <é>'
    )
    order = make_order(destination_postal_code="02134", external_id="+1-204e5")
    content = rendered(make_snapshot(products=(product,), orders=(order,)))["cci_xlsx"].content
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
    seen = {
        sheet.title: [["" if value is None else value for value in row] for row in sheet.values]
        for sheet in book.worksheets
    }
    assert seen == sheets_of(content)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    header, row = seen["orders"]
    named = dict(zip(header, row, strict=True))
    codes = [named[name] for name in ("hts_code", "destination_postal_code", "order_external_id")]
    assert codes == ["0901210045", "02134", "+1-204e5"]


@pytest.mark.parametrize(
    "text", [" a  b ", "a & b < c > d", "_x0041_", "a\x01b", "line\nbreak", "'", "漢字 ø"]
)
def test_every_text_is_read_back_as_it_was_written(text: str) -> None:
    sheet = Sheet(name="odd", header=[str(number) for number in range(30)], widths=[9], rows=[[text] * 30])
    created = datetime(2026, 3, 11, 16, 10)
    content = workbook([sheet], title="<&>", comments="", created=created)
    book = openpyxl.load_workbook(io.BytesIO(content))
    # openpyxl leaves the format's own escapes (ST_Xstring) as they are.
    assert [unescape(cell.value) for cell in book["odd"][2]] == [text] * 30
    assert sheets_of(content)["odd"][1] == [text] * 30
    assert (book.properties.title, book.properties.created) == ("<&>", created)


def test_the_header_stays_in_view() -> None:
    with zipfile.ZipFile(io.BytesIO(rendered()["cci_xlsx"].content)) as parts:
        pages = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
    assert len(pages) == 5
    assert all('state="frozen"' in page for page in pages[1:])


def test_its_only_time_is_that_of_the_package() -> None:
    with zipfile.ZipFile(io.BytesIO(rendered()["cci_xlsx"].content)) as parts:
        properties = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties)) == {"2026-03-11T16:10:00Z"}


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    products = tuple(
        make_product(f"prod_{index:04d}", customs_description=f"{index} " + "x" * 400) for index in range(100)
    )
    orders = (make_order(items=[make_item(product.id) for product in products]),)
    content = rendered(make_snapshot(products=products, orders=orders))["cci_xlsx"].content
    header, row = sheets_of(content)["lines"]
    text = row[header.index("customs_descriptions")]
    assert len(text) == MAX_CELL
    assert text.endswith("…")


def test_the_first_sheet_is_the_entry_ready_to_be_printed() -> None:
    content = rendered(make_large_snapshot(40), package_of(make_shipment()))["cci_xlsx"].content
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    shown = [cell.value for row in page.iter_rows() for cell in row if cell.value not in (None, "")]
    for part in ("cp_ch123456", "Northshore Fulfilment Inc.", "Northshore Imports LLC", "Filer code: ABC"):
        assert any(part in str(each) for each in shown), part
    assert [page["A12"].value, page["A32"].value, page["K12"].value] == [1, 21, 440]
    assert page.print_area == f"'entry'!$A$1:$K${page.max_row}"
    assert page.print_title_rows == "$11:$11"
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 1)
    # Points that two pages of letter paper hold, printed as wide as the page.
    assert sum(each.height for each in page.row_dimensions.values()) < 1480
    assert [page.cell(row, 11).value for row in range(33, 37)] == [13200, 180.5, 12.25, -20]


def test_a_long_entry_ends_on_the_first_sheet_and_is_whole_on_the_second() -> None:
    content = rendered(make_large_snapshot(90, products=90))["cci_xlsx"].content
    sheets = sheets_of(content)
    assert len(sheets["lines"]) == 91
    numbers = [row[0] for row in sheets["entry"] if isinstance(row[0], float)]
    assert numbers == list(range(1, len(numbers) + 1))
    said = f"{90 - len(numbers)} further lines"
    assert any(str(row[0]).startswith(said) for row in sheets["entry"])


# How long the text of each line is: of the shortest the most stand on two pages.
@pytest.mark.parametrize("words", [1, 12, 60])
def test_the_first_sheet_of_a_long_entry_is_two_pages_long_whatever_its_lines_say(words: int) -> None:
    snapshot = make_large_snapshot(150, products=150)
    products = tuple(
        each.model_copy(update={"customs_description": f"{index} " + "padded jacket " * words})
        for index, each in enumerate(snapshot.products)
    )
    invoice = build_invoice(snapshot.model_copy(update={"products": products}), package_of(make_shipment()))
    page = entry_page(invoice)
    tallest = max(row.height for row in page.rows)
    height = sum(row.height for row in page.rows)
    # With a row that goes to the second page whole; a line more, and it might be a third.
    assert PAGES * PAGE - 3 * tallest < height + tallest <= PAGES * PAGE


def test_every_sheet_is_printed_whole_with_its_titles_on_each_page() -> None:
    content = rendered(make_large_snapshot(40), package_of(make_shipment()))["cci_xlsx"].content
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        assert sheet.print_area == f"'{sheet.title}'!$A$1:{absolute(sheet)}", sheet.title
        assert sheet.print_title_rows is not None, sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.page_setup.fitToHeight == 0, sheet.title
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert "&P" in sheet.oddFooter.right.text, sheet.title


def absolute(sheet: Any) -> str:
    letters, row = get_column_letter(sheet.max_column), sheet.max_row
    return f"${letters}${row}"


def test_the_parties_are_those_that_each_row_of_the_entry_lines_repeats() -> None:
    parties = dict(row[:2] for row in sheets_of(rendered()["cci_xlsx"].content)["parties"][1:])
    first, *others = csv_rows(artifact_type="entry_lines")
    assert {name: first[name] for name in parties} == parties
    assert all({name: each[name] for name in parties} == parties for each in others)
