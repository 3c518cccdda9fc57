"""Quantities in the tariff's units: by hand, exact until rounded once, blank where nobody can tell."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.hts_quantities import HtsQuantity, hts_quantities, measures_of
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import TariffTreatment
from entrygo.planning.reference.in_force import reference_on
from tests.factories import GOLDEN_ENTRY_DATE
from tests.unit.execution.rendered import csv_rows, html_of, json_of, rendered, sheets_of
from tests.unit.execution.snapshots import make_item, make_order, make_product, make_snapshot

GARMENT = TariffTreatment(hts_units=("doz", "kg"))


def reported(quantity: str, *units: str, **fields: Any) -> list[tuple[str, str | None]]:
    measures = measures_of(make_product(**fields), units)
    found = hts_quantities([(Decimal(quantity), measures)])
    return [(each.unit, None if each.amount is None else str(each.amount)) for each in found]


def test_24_jackets_of_800_grams_are_two_dozen_and_19_2_kg() -> None:
    assert reported("24", "doz", "kg", net_weight_kg="0.8") == [("doz", "2.00"), ("kg", "19.200")]


@pytest.mark.parametrize(
    ("quantity", "unit_of_measure", "hts_unit", "amount"),
    [
        ("7", "pcs", "doz", "0.58"),
        ("3", "pcs", "doz", "0.25"),
        ("1", "Doz.", "doz", "1.00"),
        ("5", "dozen", "no", "60"),
        ("24", None, "no", "24"),
        ("24", " ", "doz", "2.00"),
        ("9", "pairs", "prs", "9"),
        ("18", "prs", "doz. prs", "1.50"),
        ("1500", "ea", "thousands", "1.50"),
        ("72", "units", "gross", "0.50"),
        ("3", "pcs", "g", "2460.0"),
        ("2000", "pcs", "t", "1.640"),
        ("30", "Packs", "packs", "30.00"),
        ("0.755", "carat", "carat", "0.76"),
    ],
)
def test_a_quantity_is_converted_as_it_is_done_by_hand(
    quantity: str, unit_of_measure: str | None, hts_unit: str, amount: str
) -> None:
    assert reported(quantity, hts_unit, unit_of_measure=unit_of_measure) == [(hts_unit, amount)]


@pytest.mark.parametrize(("quantity", "dozens"), [("0.06", "0.01"), ("0.0599", "0.00"), ("0.18", "0.02")])
def test_half_a_hundredth_of_a_dozen_is_rounded_up(quantity: str, dozens: str) -> None:
    assert reported(quantity, "doz") == [("doz", dozens)]


def test_a_unit_of_weight_tells_the_net_weight_where_none_is_given() -> None:
    given: dict[str, Any] = {"net_weight_kg": None}
    assert reported("2.5", "kg", unit_of_measure="kg", **given) == [("kg", "2.500")]
    assert reported("10", "kg", unit_of_measure="lb", **given) == [("kg", "4.536")]
    assert reported("1000", "kg", unit_of_measure="g", **given) == [("kg", "1.000")]


@pytest.mark.parametrize(
    ("hts_unit", "fields"),
    [
        ("kg", {"net_weight_kg": None}),
        ("kg", {"net_weight_kg": "0"}),
        ("doz", {"unit_of_measure": "pairs"}),
        ("prs", {"unit_of_measure": "pcs"}),
        ("no", {"unit_of_measure": "carton"}),
        ("m2", {}),
        ("pack", {}),
        ("pack", {"unit_of_measure": None}),
    ],
)
def test_what_the_data_do_not_give_is_blank(hts_unit: str, fields: dict[str, Any]) -> None:
    assert reported("24", hts_unit, **fields) == [(hts_unit, None)]


def test_a_code_for_which_no_quantity_is_asked_has_none() -> None:
    assert reported("24", "X") == []
    assert reported("24") == []


def test_a_sum_is_rounded_once() -> None:
    measures = measures_of(make_product(), ("doz",))
    assert hts_quantities([(Decimal(1), measures)]) == (HtsQuantity("doz", Decimal("0.08")),)
    assert hts_quantities([(Decimal(1), measures)] * 12) == (HtsQuantity("doz", Decimal("1.00")),)


def test_one_good_that_nobody_can_tell_leaves_the_sum_untold() -> None:
    known, unknown = (measures_of(make_product(net_weight_kg=each), ("doz", "kg")) for each in ("1", None))
    found = hts_quantities([(Decimal(6), known), (Decimal(6), unknown)])
    assert found == (HtsQuantity("doz", Decimal("1.00")), HtsQuantity("kg", None))
    assert hts_quantities([(Decimal(6), known), (Decimal(6), ())])[0].amount is None


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30))
def test_any_split_of_a_quantity_over_lines_reports_the_same_sum(pieces: list[int]) -> None:
    measures = measures_of(make_product(net_weight_kg="0.3333"), ("doz", "kg"))
    parts = [(Decimal(each), measures) for each in pieces]
    assert hts_quantities(parts) == hts_quantities([(Decimal(sum(pieces)), measures)])


def test_whatever_the_rule_on_units_lets_pass_can_be_converted_and_nothing_else() -> None:
    names = reference_on(GOLDEN_ENTRY_DATE).unit_names
    commercial = {name for group in names.values() for name in group}
    for asked, allowed in names.items():
        for unit in commercial:
            product = make_product(unit_of_measure=unit, net_weight_kg=None)
            [measure] = measures_of(product, (asked,))
            assert (measure.each is not None) is (unit in allowed), (asked, unit)


def _of(*fields: dict[str, Any], quantity: str = "24", treatment: TariffTreatment = GARMENT) -> Snapshot:
    products = tuple(make_product(f"prod_{number}", **each) for number, each in enumerate(fields))
    order = make_order(items=[make_item(product.id, quantity) for product in products])
    tariff = {product.id: treatment for product in products}
    return make_snapshot(products=products, orders=(order,), tariff=tariff, validation_messages=())


def test_the_spreadsheets_have_the_quantities_of_each_line() -> None:
    snapshot = _of({"net_weight_kg": "0.8"})
    [row] = csv_rows(snapshot)
    names = ("hts_quantity_1", "hts_unit_1", "hts_quantity_2", "hts_unit_2")
    assert [row[name] for name in names] == ["2.00", "doz", "19.200", "kg"]
    sheets = sheets_of(rendered(snapshot)["cci_xlsx"].content)
    for sheet in ("orders", "lines"):
        header, cells = sheets[sheet]
        assert [cells[header.index(name)] for name in names] == [2.0, "doz", 19.2, "kg"]


def test_an_entry_line_has_the_exact_sum_of_its_goods_not_of_rounded_lines() -> None:
    snapshot = _of({"net_weight_kg": "0.0333"}, {"net_weight_kg": "0.0333"}, quantity="1")
    assert [row["hts_quantity_1"] for row in csv_rows(snapshot)] == ["0.08", "0.08"]
    [line] = json_of("entry_dataset", snapshot)["lines"]
    expected = [{"unit": "doz", "quantity": "0.17"}, {"unit": "kg", "quantity": "0.067"}]
    assert line["net_quantity_hts_units"] == expected
    assert json_of("manifest", snapshot)["consolidated_lines"][0]["hts_quantities"] == expected


def test_a_quantity_that_is_not_known_is_named_for_the_broker() -> None:
    snapshot = _of({"net_weight_kg": None})
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert line["net_quantity_hts_units"] == [
        {"unit": "doz", "quantity": "2.00"},
        {"unit": "kg", "quantity": None},
    ]
    assert "net_quantity_hts_units.kg" in line["left_to_the_broker"]
    [row] = csv_rows(snapshot)
    assert (row["hts_quantity_2"], row["hts_unit_2"]) == ("", "kg")
    page = html_of("cci_human_readable", snapshot)
    assert "? kg" in page
    assert "A question mark stands for a quantity" in page


def test_a_package_planned_before_the_units_were_looked_up_has_blanks() -> None:
    [row, *_] = csv_rows()
    assert (row["hts_quantity_1"], row["hts_unit_1"], row["pga_flags"]) == ("", "", "")
    line = json_of("entry_dataset")["lines"][0]
    assert line["net_quantity_hts_units"] is None
    assert "net_quantity_hts_units" in line["left_to_the_broker"]
