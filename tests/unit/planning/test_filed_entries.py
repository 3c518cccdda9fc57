"""What follows an export whose entries were filed, some or all: which stay, and what corrects which."""

from datetime import UTC, datetime
from typing import Any

import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.snapshot import Amendment, FiledEntry, PlannedEntry, Snapshot
from entrygo.planning.amendments import filed_entries, filed_orders, not_filed, with_changes
from entrygo.planning.decide import Decision
from entrygo.planning.snapshots import snapshot_of
from tests.factories import make_broker
from tests.unit.planning.test_importers import order, plan

NUMBERS = {1: "ABC-1234567-6", 2: "ABC-1234568-4"}
NORTH, PRAIRIE = "brand-north", "brand-prairie"
BEFORE = (order(1), order(2, NORTH), order(3, NORTH), order(4, PRAIRIE))


def stored(decision: Decision) -> Snapshot:
    return snapshot_of(
        decision,
        tenant=Tenant("acc_123", Mode.LIVE),
        export_id="batch_1",
        revision=1,
        planned_at=datetime(2026, 3, 11, tzinfo=UTC),
    )


def follow(
    given: dict[int, str], *orders: Any, before: Snapshot, **changes: Any
) -> tuple[Amendment, Decision]:
    """The amendment of `before`, of which these entries were filed, to `orders`."""
    amendment = Amendment(
        supersedes="batch_1", reason="r", after_entry=True, filed=filed_entries(before, given)
    )
    filed, others = filed_orders(amendment, before), not_filed(amendment, before)
    return amendment, plan(*orders, filed=filed, not_filed=others, **changes)


def in_short(entries: tuple[PlannedEntry, ...]) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(each.filed_as, each.order_ids) for each in entries]


def test_only_the_entries_that_were_filed_are_corrected_and_the_others_are_filed() -> None:
    _, after = follow({2: NUMBERS[2]}, *BEFORE, before=stored(plan(*BEFORE)))
    assert in_short(after.entries) == [
        (None, ("ord_1",)),
        (NUMBERS[2], ("ord_2", "ord_3")),
        (None, ("ord_4",)),
    ]
    assert [each.number for each in after.entries] == [1, 2, 3]


def test_a_filed_entry_keeps_its_number_when_those_before_it_are_left_out() -> None:
    _, after = follow({2: NUMBERS[2]}, *BEFORE[1:3], before=stored(plan(*BEFORE)))
    assert in_short(after.entries) == [(NUMBERS[2], ("ord_2", "ord_3"))]
    assert after.entries[0].number == 1


def test_orders_of_a_filed_entry_never_come_into_another_entry() -> None:
    """Two entries of one importer, split at the broker's limit; the first was filed and lost an order."""
    broker = make_broker(max_orders_per_entry=2)
    orders = [order(number, NORTH) for number in range(1, 5)]
    before = stored(plan(*orders, broker=broker))
    assert [each.order_ids for each in before.entries] == [("ord_1", "ord_2"), ("ord_3", "ord_4")]
    _, after = follow({1: NUMBERS[1]}, *orders[1:], order(5, NORTH), before=before, broker=broker)
    assert in_short(after.entries) == [
        (NUMBERS[1], ("ord_2",)),
        (None, ("ord_3", "ord_4")),
        (None, ("ord_5",)),
    ]


def test_what_is_added_to_an_importer_of_whom_all_was_filed_stands_in_its_correction() -> None:
    _, after = follow({1: NUMBERS[1], 2: NUMBERS[2]}, *BEFORE, order(5, NORTH), before=stored(plan(*BEFORE)))
    assert in_short(after.entries)[1] == (NUMBERS[2], ("ord_2", "ord_3", "ord_5"))
    _, other = follow({2: NUMBERS[2]}, *BEFORE[1:], order(5, PRAIRIE), before=stored(plan(*BEFORE)))
    assert in_short(other.entries)[1] == (None, ("ord_4", "ord_5")), "another importer's is filed"


def test_a_correction_that_is_amended_has_its_filed_entries_still() -> None:
    _, first = follow({2: NUMBERS[2]}, *BEFORE[1:], before=stored(plan(*BEFORE)))
    assert filed_entries(stored(first), {2: "ABC-1234569-2"}) == (
        FiledEntry(entry=1, entry_number=NUMBERS[2]),
        FiledEntry(entry=2, entry_number="ABC-1234569-2"),
    )
    earlier = Amendment(supersedes="b", reason="r", after_entry=True, entry_number=NUMBERS[1])
    from_before = stored(plan(order(1))).model_copy(update={"amendment": earlier})
    assert filed_entries(from_before, {}) == (FiledEntry(entry=1, entry_number=NUMBERS[1]),)


def test_each_change_names_the_filed_entries_that_it_corrects() -> None:
    before = stored(plan(*BEFORE))
    amendment, after = follow(NUMBERS, order(1), order(2, NORTH), order(4, PRAIRIE), before=before)
    marked = with_changes(amendment, before, stored(after))
    [left_out] = [each for each in marked.changes if each.subject == "order"]
    assert (left_out.id, left_out.corrects) == ("ord_3", (NUMBERS[2],))
    assert all(each.corrects == () for each in marked.changes if each.field == "orders"), "of the truck"


def test_a_change_of_goods_corrects_every_filed_entry_that_had_them_and_no_other() -> None:
    before = stored(plan(*BEFORE))
    amendment, after = follow({2: NUMBERS[2]}, *BEFORE, before=before)
    changed = stored(after)
    product = changed.products[0].model_copy(update={"country_of_origin": "VN"})
    changed = changed.model_copy(update={"products": (product,)})
    found = with_changes(amendment, before, changed).changes
    assert [(each.subject, each.corrects) for each in found] == [("product", (NUMBERS[2],))]


def test_a_change_of_an_importer_corrects_its_filed_entries_and_no_other() -> None:
    before = stored(plan(*BEFORE))
    amendment, after = follow(NUMBERS, *BEFORE, before=before)
    changed = stored(after)
    north, *others = changed.importers
    renamed = north.model_copy(update={"name": "North Ltd"})
    found = with_changes(amendment, before, changed.model_copy(update={"importers": (renamed, *others)}))
    assert [(each.subject, each.id, each.field, each.after, each.corrects) for each in found.changes] == [
        ("importer", north.id, "name", "North Ltd", (NUMBERS[2],))
    ]


def test_an_order_that_goes_to_another_importer_corrects_the_entry_that_it_was_filed_in() -> None:
    before = stored(plan(order(2, NORTH)))
    amendment, after = follow({1: NUMBERS[1]}, order(2, PRAIRIE), before=before)
    found = with_changes(amendment, before, stored(after)).changes
    of_importers = [each for each in found if each.subject == "importer"]
    assert [(each.before, each.after) for each in of_importers] == [
        (f"imp_{NORTH}", None),
        (None, f"imp_{PRAIRIE}"),
    ]
    assert of_importers[0].corrects == (NUMBERS[1],)


def test_the_hash_covers_what_was_filed_and_is_as_ever_where_nothing_was() -> None:
    before = stored(plan(*BEFORE))
    _, one = follow({1: NUMBERS[1]}, *BEFORE, before=before)
    _, other = follow({2: NUMBERS[1]}, *BEFORE, before=before)
    assert len({plan(*BEFORE).plan_hash, one.plan_hash, other.plan_hash}) == 3
    assert plan(*BEFORE, not_filed=frozenset({"ord_1"})).plan_hash == plan(*BEFORE).plan_hash


@pytest.mark.parametrize("kind", ["product", "order"])
def test_changes_of_one_entry_of_one_export_are_all_of_its_number(kind: str) -> None:
    before = stored(plan(order(1), order(2)))
    amendment, after = follow({1: NUMBERS[1]}, order(1), before=before)
    marked = with_changes(amendment, before, stored(after))
    assert marked.changes
    assert {each.corrects for each in marked.changes} == {(NUMBERS[1],)}
