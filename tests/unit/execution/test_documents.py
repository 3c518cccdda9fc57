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
from hypothesis import given, settings
from hypothesis import strategies as st

from entrygo.domain.facts import Broker, Manufacturer, OrderItem, Section232, TradeReview, Usmca
from entrygo.domain.money import line_value
from entrygo.domain.snapshot import PlannedEntry, Snapshot
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.base import NOTICE, RenderedArtifact, render_documents
from entrygo.execution.invoice import build_invoice
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


def _split_snapshot(orders: int, *, per_entry: int) -> Snapshot:
    snapshot = make_large_snapshot(orders)
    ids = [order.id for order in snapshot.orders]
    entries = tuple(
        PlannedEntry(
            number=number, order_ids=tuple(ids[start : start + per_entry]), lines=0, value_usd=Decimal(0)
        )
        for number, start in enumerate(range(0, orders, per_entry), start=1)
    )
    return snapshot.model_copy(update={"entries": entries})


def test_an_export_of_several_entries_lists_the_lines_and_orders_of_each() -> None:
    snapshot = _split_snapshot(25, per_entry=10)
    manifest = _manifest(snapshot)
    parts = manifest["entry"]["entries"]
    assert [(part["number"], len(part["order_ids"])) for part in parts] == [(1, 10), (2, 10), (3, 5)]
    for part in parts:
        lines = [one for one in manifest["consolidated_lines"] if one["entry_number"] == part["number"]]
        assert {order_id for line in lines for order_id in line["order_ids"]} == set(part["order_ids"])
        assert part["lines"] == len(lines)
        assert Decimal(part["value_usd"]) == sum(Decimal(line["value_usd"]) for line in lines)
    assert sum(Decimal(part["value_usd"]) for part in parts) == Decimal(manifest["entry"]["value_usd"])
    assert "ask for 3; they are imported together" in _html(snapshot)
    assert "imported together" not in _html()


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 9), st.decimals(0, 900, places=4)),
        min_size=1,
        max_size=30,
    ),
    per_entry=st.integers(1, 6),
)
def test_totals_equal_the_order_lines_to_the_cent_and_every_entry_line_traces_to_its_orders(
    lines: list[tuple[int, int, int, Decimal]], per_entry: int
) -> None:
    by_order: dict[int, list[OrderItem]] = {}
    for order, product, quantity, value in lines:
        by_order.setdefault(order, []).append(make_item(f"prod_{product}", str(quantity), str(value)))
    orders = tuple(make_order(f"ord_{number}", items) for number, items in sorted(by_order.items()))
    products = tuple(make_product(f"prod_{number}", hts_code=f"62023080{number:02d}") for number in range(4))
    entries = tuple(
        PlannedEntry(
            number=start // per_entry + 1,
            order_ids=tuple(order.id for order in orders[start : start + per_entry]),
            lines=0,
            value_usd=Decimal(0),
        )
        for start in range(0, len(orders), per_entry)
    )
    invoice = build_invoice(make_snapshot(orders=orders, products=products, entries=entries), PACKAGE)
    owed = sum((order.total_value_usd for order in orders), Decimal(0))
    for values in (invoice.consolidated, invoice.lines, invoice.entries, (invoice.totals,)):
        assert sum((one.value for one in values), Decimal(0)) == owed
    by_number = {line.number: line for line in invoice.lines}
    traced = sorted(number for line in invoice.consolidated for number in line.line_numbers)
    assert traced == sorted(by_number)
    for line in invoice.consolidated:
        parts = [by_number[number] for number in line.line_numbers]
        assert set(line.order_ids) == {part.order.id for part in parts}
        assert line.value == sum((part.value for part in parts), Decimal(0))
        assert set(line.order_ids) <= set(invoice.entries[line.entry_number - 1].order_ids)


def test_headings_of_chapter_99_that_were_found_to_apply_are_told_with_their_lines() -> None:
    review = {"status": "applicable", "signed_off_by": "Dana", "headings": "9903.88.15, 9903.88.03"}
    product = make_product("prod_a", section_301=TradeReview.model_validate(review))
    snapshot = make_snapshot(
        products=(product, make_product("prod_b")),
        orders=(make_order(items=[make_item("prod_a"), make_item("prod_b")]),),
    )
    assert [row["chapter99_headings"] for row in _rows(snapshot)] == ["9903.88.03;9903.88.15", ""]
    assert [line["chapter99_headings"] for line in _manifest(snapshot)["consolidated_lines"]] == [
        [],
        ["9903.88.03", "9903.88.15"],
    ]


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
