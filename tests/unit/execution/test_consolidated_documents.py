"""An export of several entries, and lines added together: nothing is lost on the way to the documents."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from entrygo.domain.facts import Metal, OrderItem, Section232, Section232Status, TradeReview
from entrygo.domain.snapshot import PlannedEntry, Snapshot
from entrygo.execution.package.invoicing import build_invoice
from tests.unit.execution.rendered import csv_rows, html_of, json_of
from tests.unit.execution.snapshots import (
    PACKAGE,
    make_item,
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
)


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
    manifest = json_of("manifest", snapshot)
    parts = manifest["entry"]["entries"]
    assert [(part["number"], len(part["order_ids"])) for part in parts] == [(1, 10), (2, 10), (3, 5)]
    for part in parts:
        lines = [one for one in manifest["consolidated_lines"] if one["entry_number"] == part["number"]]
        assert {order_id for line in lines for order_id in line["order_ids"]} == set(part["order_ids"])
        assert part["lines"] == len(lines)
        assert Decimal(part["value_usd"]) == sum(Decimal(line["value_usd"]) for line in lines)
    assert sum(Decimal(part["value_usd"]) for part in parts) == Decimal(manifest["entry"]["value_usd"])
    assert "ask for 3; they are imported together" in html_of("cci_human_readable", snapshot)
    assert "imported together" not in html_of("cci_human_readable")


def test_what_is_in_two_entries_is_told_in_each_with_its_own_share() -> None:
    steel = Metal(metal="steel", weight_kg=Decimal("0.5"), melt_pour="CA")
    section = Section232(status=Section232Status.APPLICABLE, metals=(steel,))
    product = make_product("prod_a", section_232=section)
    orders = tuple(
        make_order(f"ord_{n}", [make_item("prod_a", quantity)]) for n, quantity in ((1, "2"), (2, "6"))
    )
    entries = tuple(
        PlannedEntry(number=number, order_ids=(order.id,), lines=1, value_usd=Decimal(0))
        for number, order in enumerate(orders, start=1)
    )
    snapshot = make_snapshot(products=(product,), orders=orders, entries=entries, validation_messages=())
    lines = json_of("entry_dataset", snapshot)["lines"]
    assert [line["part_of_entry"] for line in lines] == [1, 2]
    assert [[metal["weight_kg"] for metal in line["metals"]] for line in lines] == [["1"], ["3"]]
    rows = csv_rows(snapshot, "section_232_declaration_csv")
    assert [(row["entry_line"], row["quantity"]) for row in rows] == [("1", "2"), ("2", "6")]


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
    assert [row["chapter99_headings"] for row in csv_rows(snapshot)] == ["9903.88.03;9903.88.15", ""]
    assert [line["chapter99_headings"] for line in json_of("manifest", snapshot)["consolidated_lines"]] == [
        [],
        ["9903.88.03", "9903.88.15"],
    ]
