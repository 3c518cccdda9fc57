"""A week of many orders comes to what its orders come to one by one: nothing that they share is mixed up."""

import csv
import hashlib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import pytest

from entrygo.domain.allocation import allocate
from entrygo.domain.facts import Order, Product
from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.snapshot import Savings
from entrygo.planning.decide import Decision
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty_books import DutyBooks
from entrygo.planning.reference.in_force import reference_on, shipped_book
from entrygo.planning.snapshots import pack, snapshot_of, unpack
from tests.e2e.warehouse_week import PRODUCTS, write_week
from tests.factories import GOLDEN_ENTRY_DATE, make_importer, make_item, make_order, make_product
from tests.unit.planning.decisions import decide_on

ORDERS = 60
IMPORTERS = 3
AMOUNTS = ("broker_fee", "line_fees", "order_fees", "pga_fees", "bond", "merchandise_processing_fee")
# What only looks at all orders together can say.
OF_SEVERAL = {"ORDER_DUPLICATE_SUSPECTED", "USMCA_PERIOD_MISSING"}
TENANT = Tenant("acc_1", Mode.LIVE)
PLANNED_AT = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)
# The hash of the week's plan and that of its snapshot, by the number of importers with a record.
KNOWN = {
    0: (
        "planhash_daac56513146ed4dcc4251284c5c74aaefb9d8e67d8d2a982f889b8953ab3af7",
        "5b1faf3cd9c5702c367d483a500a2e5e699d7e51357c3b15260820cd03b18fdb",
    ),
    IMPORTERS: (
        "planhash_2304e73ce63297e399d0361dad2367c3d952e8e5d72a0f13af31d0a58f09999d",
        "38f82d165492338bb9c28ecf2202696a90f10fc0293c959627073b2f6a1e1bbd",
    ),
}


@cache
def products() -> tuple[Product, ...]:
    """The week's, with the faults that they are first exported with."""
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        return tuple(
            make_product(
                row["sku"],
                name=row["name"],
                customs_description=row["customs_description"],
                hts_code=row["hts_code"] or None,
                country_of_origin=row["country_of_origin"],
                manufacturer={"name": row["manufacturer_name"], "country": row["manufacturer_country"]},
                unit_value_usd=row["unit_value_usd"],
                usmca={"criterion": row["usmca_criterion"] or None},
            )
            for row in csv.DictReader(file)
        )


@pytest.fixture(scope="module", params=[0, IMPORTERS], ids=["one importer", "three importers"])
def orders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Order]:
    week = write_week(tmp_path_factory.mktemp("week"), orders=ORDERS)
    with week.orders.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["quantity"].isdigit()]
    lines: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        lines.setdefault(row["order_id"], []).append(row)
    return [
        make_order(
            f"ord_{order_id}",
            # Some a tenth of what they usually cost, which is a finding about the line.
            *(
                make_item(
                    row["sku"],
                    row["quantity"],
                    str(Decimal(row["unit_price_usd"]) / (1 if number % 7 else 10)),
                )
                for row in of_order
            ),
            external_id=order_id,
            destination_country=of_order[0]["ship_to_country"],
            destination_region=of_order[0]["ship_to_state"] or None,
            destination_postal_code=of_order[0]["ship_to_zip"] or None,
            importer_external_id=f"brand-{number % request.param}" if request.param else None,
        )
        for number, (order_id, of_order) in enumerate(lines.items())
    ]


def decided(*orders: Order, duty_book: DutyBook | None = None) -> Decision:
    importers = [
        make_importer(f"brand-{number}", number=f"98-112233{number}")
        for number in range(IMPORTERS)
        if any(order.importer_external_id == f"brand-{number}" for order in orders)
    ]
    return decide_on(*orders, products=products(), importers=importers, duty_book=duty_book)


def savings_of(decision: Decision) -> Savings:
    assert decision.savings is not None
    return decision.savings


def test_orders_on_entries_of_their_own_cost_what_each_costs_alone(orders: list[Order]) -> None:
    whole = decided(*orders)
    alone = [savings_of(decided(order)).separate for order in whole.included]
    separate = savings_of(whole).separate
    assert (separate.entries, separate.lines) == (len(alone), sum(cost.lines for cost in alone))
    for name in AMOUNTS:
        assert getattr(separate, name) == sum(getattr(cost, name) for cost in alone)


def test_an_order_has_the_findings_that_it_has_alone(orders: list[Order]) -> None:
    whole = decided(*orders)
    for index, order in enumerate(orders):
        alone = {
            (each.code, each.message, each.field.replace("orders[0]", f"orders[{index}]"), each.product_id)
            for each in decided(order).messages
            if each.order_id is not None
        }
        found = {
            (each.code, each.message, each.field, each.product_id)
            for each in whole.messages
            if each.order_id == order.id and each.code not in OF_SEVERAL
        }
        assert found == {each for each in alone if each[0] not in OF_SEVERAL}


def test_issues_count_the_lines_of_their_findings(orders: list[Order]) -> None:
    whole = decided(*orders)
    lines = Counter(
        (each.code, each.product_id, each.field.partition(".product.")[2])
        for each in whole.messages
        if ".product." in each.field
    )
    issues = {(each.code, each.product_id, each.field): each.lines for each in whole.issues.by_product}
    assert lines
    assert issues == lines


def test_the_same_week_has_the_same_hash_and_the_same_snapshot(orders: list[Order]) -> None:
    """However a plan is worked out: what changes these changes plans, as new rules and rates do."""
    tables = DutyBooks(lambda: shipped_book().tables)
    book = tables.on(reference_on(GOLDEN_ENTRY_DATE), GOLDEN_ENTRY_DATE)
    decision = decided(*orders, duty_book=book)
    snapshot = snapshot_of(decision, tenant=TENANT, export_id="exp_1", revision=1, planned_at=PLANNED_AT)
    content = unpack(pack(snapshot, decision.reference_set))
    assert (decision.plan_hash, hashlib.sha256(content).hexdigest()) == KNOWN[len(decision.importers)]


@pytest.mark.parametrize("total", ["0.00", "0.07", "1234.56"])
def test_parts_are_less_than_a_cent_from_their_share(orders: list[Order], total: str) -> None:
    weights = [order.total_value_usd for order in orders]
    parts = allocate(Decimal(total), weights)
    assert sum(parts) == Decimal(total)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Decimal(total) * weight / sum(weights)) < Decimal("0.01")
