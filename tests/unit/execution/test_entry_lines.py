"""entry_lines.csv: one row an entry line that stands alone, with the figures of the other documents."""

from decimal import Decimal

from entrygo.domain.facts import Metal, Product, Section232, Section232Status
from entrygo.domain.snapshot import Amendment, PlannedEntry, Snapshot
from entrygo.execution.package.entry_columns import ENTRY_COLUMNS
from entrygo.execution.package.facts import PackageFacts
from tests.unit.execution.rendered import csv_rows, json_of, rendered
from tests.unit.execution.shipments import make_shipment, package_of
from tests.unit.execution.snapshots import PACKAGE, make_item, make_order, make_product, make_snapshot


def rows_of(snapshot: Snapshot | None = None, package: PackageFacts = PACKAGE) -> list[dict[str, str]]:
    return csv_rows(snapshot, "entry_lines", package)


def test_each_row_has_the_figures_of_its_line_in_the_manifest() -> None:
    rows, lines = rows_of(), json_of("manifest")["consolidated_lines"]
    assert [(row["entry_line"], row["hts_code"], row["value_usd"]) for row in rows] == [
        (str(line["number"]), line["hts_code"], line["value_usd"]) for line in lines
    ]
    jacket, cap = rows
    assert (jacket["quantity"], jacket["unit_of_measure"], jacket["gross_weight_kg"]) == ("2", "pcs", "1.9")
    assert (cap["value_usd"], cap["entered_value"], cap["order_lines"]) == ("139.99", "140", "2")
    assert (jacket["spi"], jacket["country_of_origin"], jacket["warnings"]) == (
        "S",
        "CA",
        "METALS_REVIEW_RECOMMENDED",
    )


def test_each_row_repeats_parties_truck_and_invoice() -> None:
    for row in rows_of(package=package_of(make_shipment())):
        assert (row["package_number"], row["invoice_date"], row["entry_type"]) == (
            "cp_ch123456",
            "2026-03-11",
            "11",
        )
        assert (row["exporter_name"], row["exporter_street"], row["exporter_postal_code"]) == (
            "Northshore Fulfilment Inc.",
            "7280 River Road",
            "V6X 1X5",
        )
        assert (row["importer_name"], row["importer_number_masked"]) == ("Northshore Imports LLC", "****4321")
        assert (row["seller_name"], row["buyer_name"]) == ("Northshore Apparel Ltd", "Northshore Imports LLC")
        assert (row["paps_number"], row["export_date"], row["packages"]) == (
            "PCXL20260310",
            "2026-03-10",
            "4",
        )
        assert (row["port_of_entry"], row["broker_filer_code"]) == ("3004", "ABC")


def test_what_nobody_stated_is_blank_and_no_weight_is_0() -> None:
    product = make_product(net_weight_kg=None, gross_weight_kg=None, unit_of_measure="prs")
    [row] = rows_of(make_snapshot(products=(product,), orders=(make_order(),)))
    assert (row["net_weight_kg"], row["gross_weight_kg"], row["weights_complete"]) == ("", "", "no")
    assert (row["seller_name"], row["importer_street"], row["steel_weight_kg"]) == ("", "", "")


def test_goods_of_two_units_on_a_line_have_no_single_quantity() -> None:
    products = (make_product("prod_a"), make_product("prod_b", unit_of_measure="prs"))
    orders = (make_order(items=[make_item("prod_a"), make_item("prod_b", "3")]),)
    [row] = rows_of(make_snapshot(products=products, orders=orders))
    assert (row["quantity"], row["unit_of_measure"], row["quantities"]) == ("", "", "2 pcs, 3 prs")


def test_metal_of_all_goods_on_a_line_is_added_up() -> None:
    def steel(id: str, weight: str, poured: str) -> Product:
        metal = Metal(metal="steel", weight_kg=Decimal(weight), melt_pour=poured)
        return make_product(id, section_232=Section232(status=Section232Status.APPLICABLE, metals=(metal,)))

    orders = (make_order(items=[make_item("prod_a"), make_item("prod_b", "3")]),)
    products = (steel("prod_a", "0.5", "CA"), steel("prod_b", "0.1", "US"))
    [row] = rows_of(make_snapshot(products=products, orders=orders))
    assert (row["steel_weight_kg"], row["aluminum_weight_kg"]) == ("1.3", "")
    assert row["melt_pour_country"] == "CA;US"


def test_a_row_names_the_shipment_control_number_of_its_own_entry() -> None:
    entries = tuple(
        PlannedEntry(number=n, order_ids=(order,), lines=1, value_usd=Decimal(1))
        for n, order in ((1, "ord_123"), (2, "ord_124"))
    )
    trip = {"entries": [{"entry": 1, "paps_number": "PCXL0001"}, {"entry": 2, "paps_number": "PCXL0002"}]}
    rows = rows_of(make_snapshot(entries=entries), package_of(make_shipment(trip=trip)))
    assert [(row["entry"], row["paps_number"]) for row in rows] == [
        ("1", "PCXL0001"),
        ("1", "PCXL0001"),
        ("2", "PCXL0002"),
    ]


def test_no_column_has_the_name_of_another() -> None:
    names = [column.name for column in ENTRY_COLUMNS]
    assert len(set(names)) == len(names)


def test_what_corrects_a_filed_entry_has_no_lines_to_file() -> None:
    amendment = Amendment(supersedes="batch_1", reason="r", after_entry=True, entry_number="ABC-1234567-6")
    assert "entry_lines" not in rendered(make_snapshot(amendment=amendment))
