"""What changed between two plans: each kind of fact, by its deepest path, counted and bounded."""

from datetime import UTC, date, datetime
from typing import Any

from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.snapshot import ReferenceRow, Snapshot
from entrygo.planning.decide import Decision
from entrygo.planning.plan_diff import FieldChange, Item, PlanDiff, diff_plans
from entrygo.planning.snapshots import snapshot_of
from tests.factories import (
    make_broker,
    make_fee_schedule,
    make_importer,
    make_item,
    make_order,
    make_product,
    make_warehouse,
)
from tests.unit.planning.decisions import decide_on

PLANNED_AT = datetime(2026, 3, 11, 16, tzinfo=UTC)


def snapshot(decision: Decision) -> Snapshot:
    tenant = Tenant("acc_123", Mode.LIVE)
    return snapshot_of(decision, tenant=tenant, export_id="batch_1", revision=1, planned_at=PLANNED_AT)


def diff(before: Decision, after: Decision, limit: int = 100) -> PlanDiff:
    return diff_plans(snapshot(before), snapshot(after), limit)


def fields(changes: Any) -> dict[str, tuple[str | None, str | None]]:
    return {change.field: (change.before, change.after) for change in changes.first}


def test_equal_plans_differ_in_nothing() -> None:
    found = diff(decide_on(make_order("ord_1")), decide_on(make_order("ord_1")))
    assert (found.plan.count, found.warehouse.count, found.broker.count) == (0, 0, 0)
    for items in (found.importers, found.orders, found.products, found.reference_rows):
        assert (items.added_count, items.removed_count, items.changed_count) == (0, 0, 0)
    assert (found.messages.appeared_count, found.messages.disappeared_count) == (0, 0)


def test_orders_are_added_removed_and_changed_line_by_line() -> None:
    before = decide_on(make_order("ord_1"), make_order("ord_2", make_item(quantity="2")))
    after = decide_on(
        make_order("ord_2", make_item(quantity="3"), make_item(), destination_region="WA"),
        make_order("ord_3"),
    )
    found = diff(before, after).orders
    assert found.added == (Item("ord_3", "wms-ord_3"),)
    assert found.removed == (Item("ord_1", "wms-ord_1"),)
    [changed] = found.changed
    assert (changed.id, changed.name) == ("ord_2", "wms-ord_2")
    assert changed.changes is not None
    assert fields(changed.changes) == {
        "destination_region": ("CA", "WA"),
        "items[0].quantity": ("2", "3"),
        "items[1]": (None, '{"product_id": "prod_cap_002", "quantity": "1", "unit_value_usd": "35"}'),
    }


def test_numbers_of_importers_are_masked() -> None:
    importer = make_warehouse().importer_of_record.model_dump()
    before = decide_on(make_order("ord_1"))
    after = decide_on(
        make_order("ord_1", importer_number="12-3456789"),
        warehouse=make_warehouse(importer_of_record=importer | {"number": "12-3456789"}),
    )
    found = diff(before, after)
    [order] = found.orders.changed
    assert order.changes is not None
    assert fields(order.changes) == {"importer_number": (None, "****6789")}
    assert fields(found.warehouse) == {"importer_of_record.number": ("****4321", "****6789")}


def test_importers_are_compared_and_their_numbers_are_masked() -> None:
    order = make_order("ord_1", importer_external_id="brand-north")
    before = decide_on(order, importers=[make_importer()])
    after = decide_on(order, importers=[make_importer(name="North Ltd", number="12-3456789")])
    assert before.plan_hash != after.plan_hash
    [changed] = diff(before, after).importers.changed
    assert (changed.id, changed.name) == ("imp_brand-north", "North Ltd")
    assert changed.changes is not None
    assert fields(changed.changes) == {
        "name": ("Brand-North Ltd", "North Ltd"),
        "number": ("****2334", "****6789"),
    }


def test_products_name_the_field_that_changed_however_deep() -> None:
    maker = {"name": "Northshore", "city": "Vancouver", "country": "CA"}
    before = make_product("prod_a", country_of_origin=None, manufacturer=maker)
    after = make_product("prod_a", country_of_origin="CA", manufacturer=maker | {"city": "Delta"})
    order = make_order("ord_1", make_item("prod_a"))
    [changed] = diff(
        decide_on(order, products=(before,)), decide_on(order, products=(after,))
    ).products.changed
    assert changed.changes is not None
    assert fields(changed.changes) == {
        "country_of_origin": (None, "CA"),
        "manufacturer.city": ("Vancouver", "Delta"),
    }


def test_warehouse_broker_and_the_plan_itself_show_old_and_new() -> None:
    order = make_order("ord_1")
    found = diff(
        decide_on(order, broker=make_broker(fee_schedules=[make_fee_schedule(fee_formal="80")])),
        decide_on(
            order,
            make_order("ord_2"),
            warehouse=make_warehouse(phone="+1 604 555 0100"),
            broker=make_broker(fee_schedules=[make_fee_schedule(fee_formal="90")]),
        ),
    )
    assert fields(found.warehouse)["phone"][1] == "+1 604 555 0100"
    assert found.broker.first == (FieldChange("fee_schedules[0].fee_formal", "80", "90"),)
    plan = fields(found.plan)
    assert plan["orders"] == ("1", "2")
    assert plan["total_value_usd"] == ("35", "70")
    assert "savings.separate.entries" in plan


def test_messages_appear_and_disappear_but_do_not_move() -> None:
    """The place of an order in the request is in a message's path, and no difference."""
    bad, good = make_order("ord_9", destination_postal_code=None), make_order("ord_1")
    moved = diff(decide_on(bad, good), decide_on(good, bad)).messages
    assert (moved.appeared_count, moved.disappeared_count) == (0, 0)
    fixed = diff(decide_on(bad, good), decide_on(make_order("ord_9"), good)).messages
    assert [message.code for message in fixed.disappeared] == ["ORDER_POSTAL_CODE_MISSING"]
    assert fixed.appeared_count == 0
    broken = diff(decide_on(good), decide_on(good, bad)).messages
    assert [message.order_id for message in broken.appeared] == ["ord_9"]


def test_message_that_comes_once_more_has_appeared_once() -> None:
    bad = make_product("prod_a", country_of_origin=None)
    once = decide_on(make_order("ord_1", make_item("prod_a")), products=(bad,))
    twice = decide_on(make_order("ord_1", make_item("prod_a"), make_item("prod_a")), products=(bad,))
    found = diff(once, twice).messages
    codes = [message.code for message in found.appeared]
    assert codes.count("PRODUCT_ORIGIN_MISSING") == 1
    assert found.disappeared_count == 0


def test_reference_rows_and_rulesets_are_named() -> None:
    first = snapshot(decide_on(make_order("ord_1")))
    rows = [
        ReferenceRow(table="fees", key=key, value=value, effective_from=first.entry_date, source="CBP")
        for key, value in (("a", "1"), ("b", "2"), ("b", "3"), ("c", "4"))
    ]
    before = first.model_copy(update={"reference_rows": (rows[0], rows[1])})
    after = first.model_copy(
        update={"reference_rows": (rows[2], rows[3]), "ruleset_version": "2027.1", "revision": 2}
    )
    found = diff_plans(before, after, 10)
    assert [item.id for item in found.reference_rows.added] == ["fees c"]
    assert [item.id for item in found.reference_rows.removed] == ["fees a"]
    [changed] = found.reference_rows.changed
    assert changed.changes is not None
    assert (changed.id, fields(changed.changes)) == ("fees b", {"value": ("2", "3")})
    assert fields(found.plan)["ruleset_version"][1] == "2027.1"


def test_second_row_under_one_key_is_shown_too() -> None:
    first = snapshot(decide_on())
    early, late = (
        ReferenceRow(table="lists", key="steel", value=value, effective_from=day, source="FR")
        for value, day in (("7326", date(2026, 4, 6)), ("7323", date(2026, 6, 8)))
    )
    before, after = (first.model_copy(update={"reference_rows": rows}) for rows in ((early,), (early, late)))
    found = diff_plans(before, after, 100).reference_rows
    assert [item.id for item in found.added] == ["lists steel from 2026-06-08 by FR"]
    assert (found.removed_count, found.changed_count) == (0, 0)


def test_lists_are_bounded_and_counts_are_of_all() -> None:
    orders = [make_order(f"ord_{number}", destination_postal_code=None) for number in range(5)]
    found = diff(decide_on(make_order("ord_x")), decide_on(*orders), limit=2)
    assert found.orders.added_count == 5
    assert [item.id for item in found.orders.added] == ["ord_0", "ord_1"]
    assert (found.messages.appeared_count, len(found.messages.appeared)) == (5, 2)
    assert len(found.plan.first) == 2 < found.plan.count
    long = diff(decide_on(), decide_on(warehouse=make_warehouse(name="W" * 5000))).warehouse
    assert long.first[0].after == "W" * 1000 + "…"


def test_a_change_of_the_importers_number_shows_its_last_characters_alone() -> None:
    record = make_warehouse().importer_of_record.model_dump(mode="json")
    before, after = (
        decide_on(
            make_order("ord_1"),
            warehouse=make_warehouse(importer_of_record=record | {"number": number}),
        )
        for number in ("98-7654321", "123-45-6789")
    )
    assert fields(diff(before, after).warehouse) == {"importer_of_record.number": ("****4321", "****6789")}
