"""The PDF of the invoice: numbered pages, the paper of the destination, the others' figures."""

import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import pytest
from pypdf import PdfReader

from entrygo.domain.snapshot import Severity, Snapshot, ValidationMessage
from entrygo.execution.documents import commercial_customs_invoice_pdf
from entrygo.execution.documents.commercial_customs_invoice_pdf import CommercialCustomsInvoicePdf
from entrygo.execution.package.invoicing import build_invoice
from entrygo.planning.rules import RULES
from tests.unit.execution.pdf_text import lowest_of, pages_of, text_of
from tests.unit.execution.rendered import html_of
from tests.unit.execution.snapshots import (
    PACKAGE,
    make_item,
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
)

INCH = 72
LARGE = 200  # orders, on more than five pages


def _pdf(snapshot: Snapshot) -> bytes:
    return CommercialCustomsInvoicePdf().render(build_invoice(snapshot, PACKAGE), ())


@cache
def _large_pdf() -> bytes:
    """Of `LARGE` orders, rendered once for all tests that look at it."""
    return _pdf(make_large_snapshot(LARGE))


def test_every_page_says_which_of_how_many_it_is() -> None:
    pages = pages_of(_large_pdf())
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"Inv. 1, p. {number} of {len(pages)}" in page
        assert "cp_ch123456" in page


def test_the_table_head_stands_on_every_page_that_has_order_lines() -> None:
    pages = pages_of(_large_pdf())
    with_lines = [page for page in pages if re.search(r"wms-ord_\d{6}", page)]
    assert len(with_lines) > 4
    assert all("ORDER REF." in page for page in with_lines)


def test_no_order_line_runs_into_the_foot_of_its_page() -> None:
    content = _large_pdf()
    assert lowest_of(content, "wms-ord_") > lowest_of(content, "Commercial Customs Invoice") + 10


@pytest.mark.parametrize(("country", "inches"), [("US", (11, 8.5)), ("DE", (11.69, 8.27))])
def test_the_paper_is_that_of_the_destination(country: str, inches: tuple[float, float]) -> None:
    [*pages] = PdfReader(io.BytesIO(_pdf(make_snapshot(destination_country=country)))).pages
    for page in pages:
        size = (float(page.mediabox.width) / INCH, float(page.mediabox.height) / INCH)
        assert size == pytest.approx(inches, abs=0.01)


def test_it_has_the_figures_of_the_invoice() -> None:
    text = text_of(_pdf(make_snapshot()))
    for shown in (
        "Northshore Fulfilment Inc.", "Dana Whitfield", "Northshore Imports LLC", "PCXL", "Blaine, WA 3004",
        "6202.30.80.61", "XCNORAPP1450VAN", "220.00", "139.99", "359.99", "34.995", "104.99", "wms-ord_124",
        "METALS_REVIEW_RECOMMENDED", "Informal entry (19 CFR 143.23)", "put forward for USMCA preference",
    ):  # fmt: skip
        assert shown in text


CHARGES = (
    "Freight", "Insurance", "Packing, cases and containers", "Commission and other charges",
    "Discounts, rebates, drawbacks, bounties", "Assists (dies, molds, tools, engineering)",
)  # fmt: skip
ELEMENTS = (
    "US port of entry", "Place of shipment", "Date of shipment", "Seller and buyer, if sold", "Currency",
    "Reason for shipment", "Exporter / shipper", "Importer of record / consignee", "Responsible", "Origin",
    "Terms of sale", "Country of export", "PAPS or trip no.", "2, marked with the order ref", "Unit value",
    "Net / gross weight", "Inv. 1, p.",
)  # fmt: skip


def test_every_element_of_19_cfr_141_86_is_named_also_where_nobody_stated_it() -> None:
    snapshot = make_snapshot()
    page = html.unescape(html_of("cci_human_readable", snapshot))
    printed = " ".join(text_of(_pdf(snapshot)).split())
    for text in (page, printed):
        shown = text.upper()
        for element in (*CHARGES, *ELEMENTS):
            assert element.upper() in shown, element
        assert text.count("none stated") == len(CHARGES)


def test_an_informal_entry_has_the_declaration_of_143_23_and_a_formal_one_has_not() -> None:
    declaration = (
        "I declare that the information on this invoice is accurate to the best of my knowledge and belief"
    )
    for entry_type, is_there in (("11", True), ("01", False)):
        snapshot = make_snapshot(entry_type=entry_type)
        assert (declaration in " ".join(text_of(_pdf(snapshot)).split())) is is_there
        assert (declaration in html_of("cci_human_readable", snapshot)) is is_there


@pytest.mark.parametrize("field", ["sku", "customs_description", "material_composition"])
def test_a_word_longer_than_its_column_goes_on_in_the_next_line(field: str) -> None:
    product = make_product(**{field: "W" * 150})
    text = text_of(_pdf(make_snapshot(products=(product,), orders=(make_order(),), validation_messages=())))
    runs = [len(run) for run in re.findall("W+", text)]
    # In its column of some 65 mm, and cut to one line among the order lines.
    assert sum(runs) > 150
    assert max(runs) < 45


def test_a_finding_longer_than_its_line_goes_on_in_the_next_one() -> None:
    found = ValidationMessage(
        code="C" * 60, message=f"{'many words ' * 40}{'W' * 200} end", severity=Severity.ERROR, field="f"
    )
    text = text_of(_pdf(make_snapshot(validation_messages=(found,))))
    assert " ".join(text.split()).count("many words") == 40
    for letter, length, widest in (("C", 60, 45), ("W", 200, 90)):
        runs = [len(run) for run in re.findall(f"{letter}{{2,}}", text)]
        assert sum(runs) == length
        assert max(runs) < widest


def test_the_code_of_every_finding_stands_on_one_line() -> None:
    messages = tuple(
        ValidationMessage(code=rule.code, message="found", severity=rule.severity, field="f")
        for rule in RULES
    )
    text = text_of(_pdf(make_snapshot(validation_messages=messages)))
    listed = [rule.code for rule in RULES if rule.code in "".join(text.split())]
    assert len(listed) > 50
    assert [code for code in listed if code not in text] == []


def test_the_long_form_of_a_postal_code_is_not_cut() -> None:
    order = make_order(destination_region="WV", destination_postal_code="25301-0808")
    assert "WV 25301-0808" in text_of(_pdf(make_snapshot(orders=(order,))))


def test_the_id_of_an_export_stays_in_its_cell() -> None:
    snapshot = make_snapshot(export_id="batch_01HX0000000000000000000000")
    text = text_of(_pdf(snapshot))
    assert snapshot.export_id not in text
    assert snapshot.export_id in "".join(text.split())


def test_a_row_of_entry_lines_is_not_torn_over_two_pages() -> None:
    products = tuple(
        make_product(
            f"prod_{index:02d}",
            hts_code=f"62023080{index:02d}",
            customs_description=f"begin {index} {'w ' * 150}end",
        )
        for index in range(40)
    )
    orders = (make_order(items=[make_item(product.id) for product in products]),)
    pages = pages_of(_pdf(make_snapshot(products=products, orders=orders, validation_messages=())))
    with_rows = [page for page in pages if "HTS CODE" in page and "ORDER REF." not in page]
    assert len(with_rows) > 3
    for page in with_rows:
        assert page.count("begin") == len(re.findall(r"w end|\bend\b", page)) > 0


def test_goods_of_one_entry_line_are_each_described_in_full() -> None:
    products = [
        make_product(
            f"prod_{name}", customs_description=f"Men's {name} shirt, {'long words ' * 20}end of {name}"
        )
        for name in ("red", "blue")
    ]
    orders = (make_order(items=[make_item(product.id) for product in products]),)
    text = text_of(_pdf(make_snapshot(products=tuple(products), orders=orders)))
    assert "2 goods listed below" in text
    assert "end of red" in " ".join(text.split())
    assert "end of blue" in " ".join(text.split())


def test_every_order_line_is_printed_once() -> None:
    text = text_of(_large_pdf())
    assert sorted(re.findall(r"wms-ord_\d{6}", text)) == sorted(
        f"wms-ord_{index:06d}" for index in range(LARGE) for _ in range(1 + index % 2)
    )


def test_no_figure_of_a_common_size_is_cut() -> None:
    order = make_order(items=[make_item(quantity="1250", value="1234.5678")])
    text = text_of(_pdf(make_snapshot(orders=(order,))))
    assert "1250 pcs" in text
    assert "1,234.5678" in text
    assert "1,543,209.75" in text


@pytest.mark.parametrize("country", ["US", "DE"])
def test_a_weight_of_tons_to_the_tenth_of_a_gram_stands_on_one_line(country: str) -> None:
    weights = {"net_weight_kg": Decimal("11.5973"), "gross_weight_kg": Decimal("12.4987")}
    products = tuple(make_product(f"prod_{name}", **weights) for name in ("red", "blue"))
    order = make_order(items=[make_item(product.id, quantity="1001") for product in products])
    text = text_of(_pdf(make_snapshot(products=products, orders=(order,), destination_country=country)))
    for figure in ("11,608.8973", "12,511.1987", "23,217.7946", "25,022.3974"):
        assert figure in text, text


def test_what_is_too_much_for_paper_is_left_to_the_spreadsheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commercial_customs_invoice_pdf, "MAX_ORDER_LINES", 10)
    monkeypatch.setattr(commercial_customs_invoice_pdf, "MAX_GOODS", 3)
    monkeypatch.setattr(commercial_customs_invoice_pdf, "MAX_FINDINGS", 4)
    found = [
        ValidationMessage(code="C", message=f"finding {index}", severity=Severity.INFO, field="f")
        for index in range(6)
    ]
    snapshot = make_large_snapshot(20).model_copy(update={"validation_messages": tuple(found)})
    text = text_of(_pdf(snapshot))
    assert "The 30 lines of 20 orders are too many to print" in text
    assert "They stand in commercial_customs_invoice.csv" in text
    assert "wms-ord_" not in text
    assert "1 goods: see the CSV" in text
    assert "2 further findings stand in manifest.json" in text


def test_it_carries_no_time_of_its_own() -> None:
    later = replace(PACKAGE, id="cp_other")
    snapshot = make_snapshot()
    document = CommercialCustomsInvoicePdf()
    first = document.render(build_invoice(snapshot, PACKAGE), ())
    assert first == document.render(build_invoice(snapshot, later), ())
    metadata = PdfReader(io.BytesIO(first)).metadata
    assert metadata is not None
    assert metadata.creation_date in (None, datetime(1970, 1, 1, tzinfo=UTC))
