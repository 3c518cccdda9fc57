"""Weights that no article has are found before a broker reads them, and those of real goods are not."""

import csv
from dataclasses import replace
from decimal import Decimal

import pytest

from entrygo.planning.plan_issues import ProductIssue
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.tables import rows_of
from tests.e2e.warehouse_week import PRODUCTS
from tests.factories import CAP, GOLDEN_ENTRY_DATE, make_item, make_order, make_product
from tests.unit.planning.decisions import codes, decide_on, found

NET, GROSS = "PRODUCT_NET_WEIGHT_IMPLAUSIBLE", "PRODUCT_GROSS_WEIGHT_IMPLAUSIBLE"


def test_grams_that_were_stated_as_kilograms_are_found_before_the_broker_reads_them() -> None:
    vase = make_product(CAP, sku="VASE", net_weight_kg="400", gross_weight_kg="450")
    decision = decide_on(make_order("ord_1", make_item(CAP, "20", "30")), products=[vase])
    assert [each.message for code in (NET, GROSS) for each in found(decision, code)] == [
        f"The {kind} weight of VASE, {weight} kg a unit, is implausible for a value of USD 30: less than"
        " USD 2 a kg. Is it in grams?"
        for kind, weight in (("net", "400"), ("gross", "450"))
    ]
    assert decision.readiness == "REVIEW_REQUIRED"


def test_a_product_is_named_once_for_all_orders_that_wait_for_its_weight() -> None:
    vase = make_product(CAP, net_weight_kg="400")
    orders = [make_order(f"ord_{number}", make_item(CAP, "20", "30")) for number in range(3)]
    (issue,) = (each for each in decide_on(*orders, products=[vase]).issues.by_product if each.code == NET)
    assert isinstance(issue, ProductIssue)
    assert (issue.field, issue.lines, issue.accepted) == (
        "net_weight_kg",
        3,
        "Net weight of one unit in kg, above zero",
    )


@pytest.mark.parametrize(
    ("weight", "unit", "is_found"),
    [("70.001", "pcs", True), ("70.001", None, True), ("70", "pcs", False), ("1000", "t", False)],
)
def test_an_article_heavier_than_parcels_are_is_looked_at_whatever_it_is_worth(
    weight: str, unit: str | None, is_found: bool
) -> None:
    heavy = make_product(CAP, net_weight_kg=weight, unit_of_measure=unit)
    decision = decide_on(make_order("ord_1", make_item(CAP, "1", "9000")), products=[heavy])
    assert (NET in codes(decision)) is is_found


def test_the_limits_are_rows_that_an_operator_may_replace() -> None:
    higher = tuple(
        replace(row, value="150") if row.key == "unit_kg" else row for row in rows_of("weight_limits")
    )
    book = Book({**shipped_book().tables, "weight_limits": higher})
    treadmill = make_product(CAP, net_weight_kg="90")
    order = make_order("ord_1", make_item(CAP, "1", "1500"))
    assert NET in codes(decide_on(order, products=[treadmill]))
    with_book = decide_on(order, products=[treadmill], reference=book.on(GOLDEN_ENTRY_DATE))
    assert NET not in codes(with_book)


def test_no_weight_of_a_warehouses_week_is_implausible_and_all_of_them_are_in_grams() -> None:
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        weighed = [row for row in csv.DictReader(file) if row["net_weight_kg"]]
    assert weighed

    def findings(factor: int) -> list[bool]:
        return [
            NET
            in codes(
                decide_on(
                    make_order("ord_1", make_item(CAP, "1", row["unit_value_usd"])),
                    products=[make_product(CAP, net_weight_kg=str(Decimal(row["net_weight_kg"]) * factor))],
                )
            )
            for row in weighed
        ]

    assert not any(findings(1))
    assert all(findings(1000))
