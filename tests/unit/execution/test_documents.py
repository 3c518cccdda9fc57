"""The documents of a package: right figures, the same bytes every time, and nothing hostile gets through."""

import hashlib
import json
from decimal import Decimal

import orjson
import pytest

from entrygo.domain.facts import Manufacturer, Section232, Usmca
from entrygo.domain.money import line_value
from entrygo.domain.snapshot import ExcludedOrder, Severity, ValidationMessage
from tests.unit.execution.rendered import csv_rows, html_of, json_of, rendered, sheets_of
from tests.unit.execution.snapshots import (
    make_item,
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
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
# Added behind the others, so that who reads by position reads on.
ADDED = (
    "chapter99_candidates,notice,chapter98_provision,chapter98_declaration,exported_from_us_on,"
    "repair_value_usd,us_components_value_usd"
)


def test_the_documents_have_the_names_of_the_contract() -> None:
    named = [(each.artifact_type, each.filename) for each in rendered().values()]
    assert named == [
        ("cci_human_readable", "commercial_customs_invoice.html"),
        ("cci_csv", "commercial_customs_invoice.csv"),
        ("cci_pdf", "commercial_customs_invoice.pdf"),
        ("cci_xlsx", "commercial_customs_invoice.xlsx"),
        ("packing_list", "packing_list.html"),
        ("packing_list_csv", "packing_list.csv"),
        ("section_232_declaration", "section_232_declaration.html"),
        ("section_232_declaration_csv", "section_232_declaration.csv"),
        ("usmca_certification", "usmca_certification.html"),
        ("usmca_certification_json", "usmca_certification.json"),
        ("fee_estimate", "fee_estimate.json"),
        ("entry_dataset", "entry_dataset.json"),
        ("entry_lines", "entry_lines.csv"),
        ("ace_manifest", "ace_manifest.json"),
        ("manifest", "manifest.json"),
        ("package_zip", "customs_package.zip"),
    ]


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert rendered() == rendered()


def test_the_csv_has_exactly_the_agreed_columns_and_ends_lines_with_crlf() -> None:
    content = rendered()["cci_csv"].content
    header, *rest = content.decode().split("\r\n")
    assert header.replace('"', "") == f"{COLUMNS},{ADDED}"
    assert len(rest) == 4
    assert rest[-1] == ""
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_csv_row_carries_the_figures_of_its_line() -> None:
    first, _, last = csv_rows()
    assert (first["hts_code"], first["hts_code_dotted"]) == ("6202308061", "6202.30.80.61")
    assert (first["quantity"], first["unit_value"], first["line_value"]) == ("2", "110.00", "220.00")
    assert (first["spi"], first["usmca_criterion"]) == ("S", "A")
    assert (first["warnings"], first["section_232_status"]) == ("METALS_REVIEW_RECOMMENDED", "review")
    assert (last["unit_value"], last["line_value"]) == ("34.995", "104.99")
    assert (last["net_weight_kg"], last["destination_state"], last["warnings"]) == ("0.27", "WA", "")


def test_no_preference_is_claimed_without_a_certification_that_covers_the_entry_date() -> None:
    product = make_product(usmca=Usmca(criterion="A"))
    [row] = csv_rows(make_snapshot(products=(product,), orders=(make_order(),)))
    assert (row["spi"], row["usmca_criterion"]) == ("", "")


def test_consolidated_lines_add_up_to_the_cent_and_trace_to_their_orders() -> None:
    snapshot = make_large_snapshot(300)
    manifest = json_of("manifest", snapshot)
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
    manifest = json_of("manifest", make_snapshot(products=products, orders=orders))
    groups = manifest["consolidated_lines"]
    assert sorted(group["skus"] for group in groups) == [
        ["PROD_A", "PROD_B"], ["PROD_C"], ["PROD_D"], ["PROD_E"], ["PROD_F"],
    ]  # fmt: skip


def test_pairs_and_pieces_are_not_added_together() -> None:
    products = (make_product("prod_a"), make_product("prod_b", unit_of_measure="prs"))
    orders = (make_order(items=[make_item("prod_a"), make_item("prod_b", "3")]),)
    manifest = json_of("manifest", make_snapshot(products=products, orders=orders))
    [group] = manifest["consolidated_lines"]
    assert group["quantities"] == [{"unit": "pcs", "quantity": "2"}, {"unit": "prs", "quantity": "3"}]


def test_a_missing_weight_marks_the_sum_as_incomplete() -> None:
    products = (make_product("prod_a", net_weight_kg=None), make_product("prod_b", net_weight_kg="0.5"))
    order = make_order(items=[make_item(product.id) for product in products])
    snapshot = make_snapshot(products=products, orders=(order,))
    [group] = json_of("manifest", snapshot)["consolidated_lines"]
    assert group["net_weight_kg"] == {"kg": "1", "complete": False}
    assert '<td class="n">1 *</td>' in html_of("cci_human_readable", snapshot)
    assert "the weight is incomplete" in html_of("cci_human_readable", snapshot)
    assert "the weight is incomplete" not in html_of("cci_human_readable")


def test_a_weight_of_which_nothing_is_known_is_not_stated() -> None:
    snapshot = make_snapshot(products=(make_product(net_weight_kg=None),), orders=(make_order(),))
    [group] = json_of("manifest", snapshot)["consolidated_lines"]
    assert group["net_weight_kg"] == {"kg": None, "complete": False}
    page = html_of("cci_human_readable", snapshot)
    assert '<td class="n">not stated</td>' in page
    assert "the weight is incomplete" not in page


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        (1, "1 requested order is not in this shipment; manifest.json names it and says why."),
        (2, "2 requested orders are not in this shipment; manifest.json names them and says why."),
        (0, ""),
    ],
)
def test_the_invoice_counts_the_orders_that_stay_behind_as_people_do(orders: int, said: str) -> None:
    left = tuple(
        ExcludedOrder(order_id=f"ord_{n}", external_id=f"n{n}", reasons=("ORDER_ALREADY_EXPORTED",))
        for n in range(orders)
    )
    page = html_of("cci_human_readable", make_snapshot(excluded_orders=left))
    assert said in page
    assert ("not in this shipment" in page) == bool(orders)


def test_weights_that_nobody_stated_are_no_zeros_and_are_left_to_who_files() -> None:
    """19 CFR 123.92 asks the carrier for the gross weight; CBP Form 7501 the broker for both."""
    bare = (make_product(net_weight_kg=None, gross_weight_kg=None),)
    documents = rendered(make_snapshot(products=bare, orders=(make_order(),)))
    unstated = {"kg": None, "complete": False}
    manifest, dataset, ace = (
        json.loads(documents[name].content) for name in ("manifest", "entry_dataset", "ace_manifest")
    )
    assert [manifest["totals"][f"{kind}_weight_kg"] for kind in ("net", "gross")] == [unstated, unstated]
    assert dataset["totals"]["gross_weight_kg"] == unstated
    [line] = dataset["lines"]
    assert {"net_weight_kg", "gross_weight_kg"} <= set(line["left_to_the_broker"])
    [shipment] = ace["shipments"]
    assert (shipment["gross_weight_kg"], "gross_weight_kg" in ace["left_to_the_carrier"]["shipments"]) == (
        unstated,
        True,
    )
    totals = dict(row[:2] for row in sheets_of(documents["cci_xlsx"].content)["totals"][1:])
    assert (totals["net_weight_kg"], totals["gross_weight_kg"]) == ("not stated", "not stated")
    assert totals["gross_weight_complete"] == "no"


def test_weights_that_are_stated_are_left_to_nobody() -> None:
    weighed = (make_product(net_weight_kg="0.5", gross_weight_kg="0.6"),)
    documents = rendered(make_snapshot(products=weighed, orders=(make_order(),)))
    [line] = json.loads(documents["entry_dataset"].content)["lines"]
    assert not {"net_weight_kg", "gross_weight_kg"} & set(line["left_to_the_broker"])
    left = json.loads(documents["ace_manifest"].content)["left_to_the_carrier"]["shipments"]
    assert "gross_weight_kg" not in left


def test_the_broker_reads_of_the_orders_that_go_alone() -> None:
    going, staying = (
        ValidationMessage(
            code=code, message=f"{code} of {order}.", severity=Severity.INFO, field="f", order_id=order
        )
        for code, order in (("GOES", "ord_123"), ("STAYS", "ord_999"))
    )
    left = ExcludedOrder(order_id="ord_999", external_id="SO-999", reasons=("STAYS",))
    snapshot = make_snapshot(validation_messages=(going, staying), excluded_orders=(left,))
    page = html_of("cci_human_readable", snapshot)
    assert "GOES of ord_123." in page
    assert "STAYS of ord_999." not in page
    assert len(json_of("manifest", snapshot)["validation_messages"]) == 2


def test_the_broker_reads_a_finding_of_a_product_once_with_its_count_and_no_note_on_other_plans() -> None:
    def message(code: str, order: str, product: str | None = None) -> ValidationMessage:
        field = f"orders[0].items[{order[-1]}].product.manufacturer.mid" if product else "orders[0]"
        return ValidationMessage(
            code=code,
            message=f"{code} of {product or order}.",
            severity=Severity.WARNING,
            field=field,
            product_id=product,
            order_id=order,
        )

    orders = ("ord_123", "ord_124")
    messages = [message("MID", order, "prod_a") for order in orders] + [message("MID", "ord_123", "prod_b")]
    notes = [message("ORDER_IN_OPEN_BATCH", order) for order in orders]
    snapshot = make_snapshot(validation_messages=(*messages, *notes))
    found = json_of("manifest", snapshot)["validation_messages"]
    assert [(each["message"], each["count"]) for each in found] == [
        ("MID of prod_a.", 2),
        ("MID of prod_b.", 1),
    ]
    page = html_of("cci_human_readable", snapshot)
    assert page.count("MID of prod_a.") == 1
    assert "ORDER_IN_OPEN_BATCH" not in page


def test_the_manifest_is_canonical_and_names_the_digest_of_the_other_documents() -> None:
    artifacts = rendered()
    manifest = orjson.loads(artifacts["manifest"].content)
    assert orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS) + b"\n" == artifacts["manifest"].content
    assert {each["filename"]: each["sha256"] for each in manifest["artifacts"]} == {
        each.filename: hashlib.sha256(each.content).hexdigest()
        for each in artifacts.values()
        if each.artifact_type not in {"manifest", "package_zip"}
    }


def test_the_lines_of_the_manifest_with_their_orders_and_products_are_the_rows_of_the_csv() -> None:
    snapshot = make_large_snapshot(5, products=3)
    manifest, rows = json_of("manifest", snapshot), csv_rows(snapshot)
    orders = {order["id"]: order for order in manifest["orders"]}
    products = {product["product_id"]: product for product in manifest["products"]}
    assert list(products) == list(dict.fromkeys(row["product_id"] for row in rows))
    assert len(manifest["lines"]) == len(rows) > len(orders)
    for line, row in zip(manifest["lines"], rows, strict=True):
        order, product = orders[line["order_id"]], products[line["product_id"]]
        place = order["destination"]
        of_order = {
            "order_external_id": order["external_id"],
            "package_marks": order["package_marks"],
            "destination_state": place["region"],
            "destination_postal_code": place["postal_code"],
        }
        assert line.keys().isdisjoint(of_order)
        assert line.keys() & product.keys() == {"product_id"}
        said = {name: str(value) for name, value in {**product, **line, **of_order}.items()}
        assert said.items() <= row.items()
        # What the head of the manifest has once.
        assert {name for name, cell in row.items() if cell and name not in said} == {
            "package_number", "invoice_number", "invoice_date", "currency", "fx_rate", "notice",
        }  # fmt: skip


def test_no_number_of_the_manifest_is_a_binary_float() -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is a float")

    json.loads(rendered()["manifest"].content, parse_float=refuse)


def test_equal_findings_of_many_orders_are_one_row_with_their_count() -> None:
    message = make_snapshot().validation_messages[0]
    snapshot = make_snapshot(validation_messages=tuple([message] * 3))
    assert html_of("cci_human_readable", snapshot).count("should receive metals review") == 1


def test_an_unassessed_product_is_shown_for_review() -> None:
    product = make_product(section_232=Section232())
    assert "Not assessed" in html_of(
        "cci_human_readable", make_snapshot(products=(product,), orders=(make_order(),))
    )


def test_thousands_of_orders_are_rendered_whole() -> None:
    rows = csv_rows(make_large_snapshot(5_000))
    assert len(rows) == 7_500
    assert rows[-1]["line_number"] == "7500"
