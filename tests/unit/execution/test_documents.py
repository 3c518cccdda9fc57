"""The documents of a package: right figures, the same bytes every time, and nothing hostile gets through."""

import csv
import hashlib
import io
import json
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest

from entrygo.domain.facts import Broker, Manufacturer, Section232, Usmca
from entrygo.domain.money import line_value
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.base import NOTICE, RenderedArtifact, render_documents
from entrygo.execution.printable import FORMULA_OPENERS, clean_text, masked
from tests.unit.execution.snapshots import (
    PACKAGE,
    make_item,
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
    make_warehouse,
)

COLUMNS = (
    "package_number,invoice_number,invoice_date,line_number,consolidated_line_number,order_id,order_external_id,"
    "package_marks,product_id,sku,customs_description,material_composition,hts_code,hts_code_dotted,"
    "chapter99_headings,country_of_origin,manufacturer_name,manufacturer_mid,spi,usmca_criterion,quantity,"
    "unit_of_measure,hts_quantity_1,hts_unit_1,hts_quantity_2,hts_unit_2,net_weight_kg,gross_weight_kg,unit_value,"
    "line_value,currency,fx_rate,line_value_usd,section_232_status,steel_weight_kg,aluminum_weight_kg,"
    "copper_weight_kg,metal_weight_pct,melt_pour_country,smelt_primary_country,smelt_secondary_country,"
    "cast_country,pga_flags,destination_state,destination_postal_code,warnings"
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=cmd",
    "＝1+1",
    "\u200b=1+1",
    "safe\u202egnp.exe",
    "zero\u200bwidth\ufeff",
    "nul\0byte\x07",
    "{{ 7*7 }}",
    "' onmouseover='x",
    'comma, "quote"',
)


def _render(snapshot: Snapshot | None = None) -> dict[str, RenderedArtifact]:
    artifacts = render_documents(DOCUMENTS, snapshot or make_snapshot(), PACKAGE)
    return {artifact.artifact_type: artifact for artifact in artifacts}


def _rows(snapshot: Snapshot | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_render(snapshot)["cci_csv"].content.decode(), newline="")))


def _manifest(snapshot: Snapshot | None = None) -> dict[str, Any]:
    manifest: dict[str, Any] = orjson.loads(_render(snapshot)["manifest"].content)
    return manifest


def _html(snapshot: Snapshot | None = None) -> str:
    return _render(snapshot)["cci_human_readable"].content.decode()


def _hostile_snapshot(text: str) -> Snapshot:
    product = make_product(
        sku=text,
        customs_description=text,
        material_composition=text,
        country_of_origin=text,
        hts_code=text,
        unit_of_measure=text,
        manufacturer=Manufacturer(name=text, mid=text),
        usmca=Usmca(criterion=text, certification=text),
    )
    return make_snapshot(
        products=(product,),
        orders=(make_order(external_id=text, destination_region=text, destination_postal_code=text),),
        warehouse=make_warehouse(name=text, responsible_employee=text, phone=text, email=text),
        broker=Broker(id="br_123", external_id=text, name=text, email=text),
        validation_messages=(),
    )


def test_the_documents_have_the_names_of_the_contract() -> None:
    assert [(each.artifact_type, each.filename) for each in _render().values()] == [
        ("cci_human_readable", "commercial_customs_invoice.html"),
        ("cci_csv", "commercial_customs_invoice.csv"),
        ("manifest", "manifest.json"),
    ]


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert _render() == _render()


def test_the_csv_has_exactly_the_agreed_columns_and_ends_lines_with_crlf() -> None:
    content = _render()["cci_csv"].content
    header, *rest = content.decode().split("\r\n")
    assert header.replace('"', "") == COLUMNS
    assert len(rest) == 4
    assert rest[-1] == ""
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_csv_row_carries_the_figures_of_its_line() -> None:
    first, _, last = _rows()
    assert (first["hts_code"], first["hts_code_dotted"]) == ("6202308061", "6202.30.80.61")
    assert (first["quantity"], first["unit_value"], first["line_value"]) == ("2", "110.00", "220.00")
    assert (first["spi"], first["usmca_criterion"]) == ("S", "A")
    assert (first["warnings"], first["section_232_status"]) == ("METALS_REVIEW_RECOMMENDED", "review")
    assert (last["unit_value"], last["line_value"]) == ("34.995", "104.99")
    assert (last["net_weight_kg"], last["destination_state"], last["warnings"]) == ("0.27", "WA", "")


def test_no_preference_is_claimed_without_a_certification_that_covers_the_entry_date() -> None:
    product = make_product(usmca=Usmca(criterion="A"))
    [row] = _rows(make_snapshot(products=(product,), orders=(make_order(),)))
    assert (row["spi"], row["usmca_criterion"]) == ("", "")


def test_consolidated_lines_add_up_to_the_cent_and_trace_to_their_orders() -> None:
    snapshot = make_large_snapshot(300)
    manifest = _manifest(snapshot)
    groups = manifest["consolidated_lines"]
    items = [item for order in snapshot.orders for item in order.items]
    expected = sum((line_value(each.quantity, each.unit_value_usd) for each in items), Decimal(0))
    assert sum(Decimal(group["value_usd"]) for group in groups) == expected
    totals = manifest["totals"]
    assert Decimal(totals["invoice_total_usd"]) == expected
    assert {order for group in groups for order in group["order_ids"]} == {o.id for o in snapshot.orders}
    numbers = sorted(number for group in groups for number in group["line_numbers"])
    assert numbers == list(range(1, 451))


def test_lines_that_differ_in_origin_manufacturer_or_programme_are_never_consolidated() -> None:
    products = (
        make_product("prod_a"),
        make_product("prod_b"),
        make_product("prod_c", country_of_origin="MX"),
        make_product("prod_d", manufacturer=Manufacturer(name="Other", mid="MXOTH1TIJ")),
        make_product("prod_e", usmca=Usmca()),
        make_product("prod_f", manufacturer=Manufacturer(name="Named only")),
    )
    orders = (make_order(items=[make_item(product.id) for product in products]),)
    manifest = _manifest(make_snapshot(products=products, orders=orders))
    groups = manifest["consolidated_lines"]
    assert sorted(group["skus"] for group in groups) == [
        ["PROD_A", "PROD_B"], ["PROD_C"], ["PROD_D"], ["PROD_E"], ["PROD_F"],
    ]  # fmt: skip


def test_pairs_and_pieces_are_not_added_together() -> None:
    products = (make_product("prod_a"), make_product("prod_b", unit_of_measure="prs"))
    orders = (make_order(items=[make_item("prod_a"), make_item("prod_b", "3")]),)
    manifest = _manifest(make_snapshot(products=products, orders=orders))
    [group] = manifest["consolidated_lines"]
    assert group["quantities"] == [{"unit": "pcs", "quantity": "2"}, {"unit": "prs", "quantity": "3"}]


def test_a_missing_weight_marks_the_sum_as_incomplete() -> None:
    product = make_product(net_weight_kg=None)
    snapshot = make_snapshot(products=(product,), orders=(make_order(),))
    [group] = _manifest(snapshot)["consolidated_lines"]
    assert group["net_weight_kg"] == {"kg": "0", "complete": False}
    assert "the weight is incomplete" in _html(snapshot)
    assert "the weight is incomplete" not in _html()


def test_the_manifest_is_canonical_and_names_the_digest_of_the_other_documents() -> None:
    rendered = _render()
    manifest = orjson.loads(rendered["manifest"].content)
    assert orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS) + b"\n" == rendered["manifest"].content
    assert {each["filename"]: each["sha256"] for each in manifest["artifacts"]} == {
        each.filename: hashlib.sha256(each.content).hexdigest()
        for each in rendered.values()
        if each.artifact_type != "manifest"
    }


def test_no_number_of_the_manifest_is_a_binary_float() -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is a float")

    json.loads(_render()["manifest"].content, parse_float=refuse)


@pytest.mark.parametrize("artifact_type", ["cci_human_readable", "cci_csv", "manifest"])
def test_the_importers_number_shows_at_most_its_last_four_characters(artifact_type: str) -> None:
    content = _render()[artifact_type].content.decode()
    assert "98-7654321" not in content
    assert "987654321" not in content
    if artifact_type != "cci_csv":
        assert "****4321" in content


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, ""), ("", ""), ("1234", "****"), ("12345", "****2345"), ("98-7654321", "****4321")],
)
def test_masking_never_shows_a_short_number(number: str | None, shown: str) -> None:
    assert masked(number) == shown


def test_the_invoice_says_that_it_is_for_review_and_is_not_signed() -> None:
    html = _html()
    assert NOTICE in html.replace("&#39;", "'")
    assert "Signature (unsigned)" in html
    assert NOTICE in str(_manifest()["notice"])


def test_the_html_may_load_and_run_nothing() -> None:
    html = _html()
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    parser = _Elements()
    parser.feed(html)
    assert not parser.found & {"script", "img", "link", "iframe", "object", "form", "a", "base"}


class _Elements(HTMLParser):
    """The names of all elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element_and_no_attribute_to_the_html(text: str) -> None:
    harmless, hostile = _Elements(), _Elements()
    harmless.feed(_html(_hostile_snapshot("harmless")))
    hostile.feed(_html(_hostile_snapshot(text)))
    assert hostile.found <= harmless.found | {"span"}
    assert hostile.attributes == harmless.attributes


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_csv_is_a_formula(text: str) -> None:
    [row] = _rows(_hostile_snapshot(text))
    openers = FORMULA_OPENERS | set("\t\r\n")
    assert [value for value in row.values() if value[:1] in openers] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hidden_or_control_character_reaches_a_document(text: str) -> None:
    for artifact in _render(_hostile_snapshot(text)).values():
        content = artifact.content.decode()
        hidden = {char for char in content if char != "\n" and char != "\r" and not char.isprintable()}
        assert hidden == set()


def test_the_manifest_keeps_text_as_it_is_where_no_spreadsheet_reads_it() -> None:
    [line] = _manifest(_hostile_snapshot("-2+3"))["lines"]
    assert line["sku"] == "-2+3"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (None, ""),
        ("  a\tb\n", "a b"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("a\u2028b", "a b"),
        ("日本", "日本"),
    ],
)
def test_cleaning_keeps_what_can_be_seen(raw: str | None, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


def test_equal_findings_of_many_orders_are_one_row_with_their_count() -> None:
    message = make_snapshot().validation_messages[0]
    snapshot = make_snapshot(validation_messages=tuple([message] * 3))
    assert _html(snapshot).count("should receive metals review") == 1


def test_an_unassessed_product_is_shown_for_review() -> None:
    product = make_product(section_232=Section232())
    assert "Not assessed" in _html(make_snapshot(products=(product,), orders=(make_order(),)))


def test_thousands_of_orders_are_rendered_whole() -> None:
    rows = _rows(make_large_snapshot(5_000))
    assert len(rows) == 7_500
    assert rows[-1]["line_number"] == "7500"
