"""What is claimed under chapter 98 stands in the documents that an entry is filed from."""

from typing import Any

import orjson

from entrygo.domain.facts import BrokerTemplate
from entrygo.domain.snapshot import Snapshot
from tests.unit.execution.rendered import csv_rows, rendered
from tests.unit.execution.snapshots import make_item, make_order, make_product, make_snapshot

REPAIR: dict[str, Any] = {
    "provision": "9802.00.50.60",
    "declaration": "Repair order 7",
    "exported_on": "2026-02-01",
    "repair_value_usd": "12.505",
}
RETURNED: dict[str, Any] = {
    "provision": "9801001012",
    "declaration": "Declaration 8",
    "exported_on": "2025-06-30",
}


def with_claims(**products: dict[str, Any]) -> Snapshot:
    """Two of each product, in an order; the products with these claims."""
    goods = tuple(
        make_product(id, chapter_98=claim, customs_description=f"Women's jacket {id}", usmca={})
        for id, claim in products.items()
    )
    return make_snapshot(products=goods, orders=(make_order(items=[make_item(id) for id in products]),))


def lines_of(snapshot: Snapshot) -> list[Any]:
    lines: list[Any] = orjson.loads(rendered(snapshot)["entry_dataset"].content)["lines"]
    return lines


def test_entry_data_state_the_provision_its_declaration_and_what_duty_is_taken_of() -> None:
    repaired, returned = lines_of(with_claims(a=REPAIR, b=RETURNED))[::-1]
    assert repaired["chapter_98"] == {
        "provision": "9802.00.50.60",
        "declarations": ["Repair order 7"],
        "exported_from_us_on": ["2026-02-01"],
        "repair_value_usd": "25.01",
        "us_components_value_usd": None,
    }
    assert returned["chapter_98"]["provision"] == "9801.00.10.12"
    assert returned["chapter_98"]["repair_value_usd"] is None


def test_goods_of_one_line_state_the_declarations_and_days_of_all_and_their_sum() -> None:
    other = REPAIR | {"declaration": "Repair order 9", "exported_on": "2026-02-02", "repair_value_usd": "1"}
    [line] = lines_of(with_claims(a=REPAIR, b=other))
    assert line["chapter_98"]["declarations"] == ["Repair order 7", "Repair order 9"]
    assert line["chapter_98"]["exported_from_us_on"] == ["2026-02-01", "2026-02-02"]
    assert line["chapter_98"]["repair_value_usd"] == "27.01"
    [unknown] = lines_of(with_claims(a=REPAIR, b=other | {"repair_value_usd": None}))
    assert unknown["chapter_98"]["repair_value_usd"] is None, "a part of a sum is not the sum"


def test_the_value_of_repairs_of_a_line_is_the_same_to_the_cent_in_every_document() -> None:
    other = REPAIR | {"repair_value_usd": "3.3333"}
    snapshot = with_claims(a=REPAIR | {"repair_value_usd": "5.5555"}, b=other)
    [line] = lines_of(snapshot)
    [row] = csv_rows(snapshot, "entry_lines")
    assert line["chapter_98"]["repair_value_usd"] == row["repair_value_usd"] == "17.78"


def test_goods_without_a_claim_have_none() -> None:
    [line] = lines_of(with_claims(a={"declaration": "Of nothing"}))
    assert "chapter_98" not in line
    [row] = csv_rows(with_claims(a={"declaration": "Of nothing"}), "entry_lines")
    assert (row["chapter98_provision"], row["chapter98_declarations"]) == ("", "")


def test_the_invoice_prints_the_provision_before_the_code() -> None:
    page = rendered(with_claims(a=REPAIR))["cci_human_readable"].content.decode()
    assert "9802.00.50.60<br>6202.30.80.61" in page
    own = make_product(hts_code="9801001012", chapter_98=RETURNED, usmca={})
    once = rendered(make_snapshot(products=(own,), orders=(make_order(),)))
    assert "9801.00.10.12<br>" not in once["cci_human_readable"].content.decode()


def test_tables_and_manifest_state_the_claim() -> None:
    snapshot = with_claims(a=REPAIR)
    [row] = csv_rows(snapshot, "entry_lines")
    names = ("provision", "declarations")
    assert [row[f"chapter98_{name}"] for name in names] == ["9802.00.50.60", "Repair order 7"]
    assert (row["exported_from_us_on"], row["repair_value_usd"]) == ("2026-02-01", "25.01")
    [line] = csv_rows(snapshot)
    assert (line["chapter98_provision"], line["repair_value_usd"]) == ("9802.00.50.60", "25.01")
    manifest = orjson.loads(rendered(snapshot)["manifest"].content)
    assert manifest["consolidated_lines"][0]["chapter98_provision"] == "9802.00.50.60"


def test_a_layout_by_tariff_number_begins_with_the_provision() -> None:
    columns = [{"header": "No.", "field": "tariff_number"}, {"header": "Value", "field": "entered_value"}]
    layout = BrokerTemplate.model_validate({"rows": "tariff_line", "columns": columns})
    snapshot = with_claims(a=REPAIR)
    broker = snapshot.broker.model_copy(update={"template": layout})
    found = csv_rows(snapshot.model_copy(update={"broker": broker}), "broker_template_csv")
    assert [tuple(row.values()) for row in found] == [("9802005060", "0"), ("6202308061", "220")]
