"""A small new export is planned in one transaction; what comes of it is what comes of any other plan."""

from typing import Any

import pytest

from entrygo.domain.errors import InvalidOrderReference, ValidationFailed
from entrygo.planning.snapshots import PackedSnapshot, unpack
from entrygo.planning.use_cases import plan_export
from entrygo.postgres.pool import transaction
from tests.integration.planning.conftest import Planner

TABLES = ("exports", "plans", "export_orders", "outbox", "idempotency_keys", "event_log", "reference_sets")
# What differs from one plan to the next.
OWN = {"id", "key", "event_id", "created_at", "updated_at", "added_at", "queued_at", "recorded_at"}


async def stored(planner: Planner, export_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row there is, without ids and instants."""
    async with transaction(planner.pool, planner.visible) as connection:
        rows = {table: await connection.fetch(f"SELECT * FROM {table}") for table in TABLES}
        events = [event.export_planned for event in await planner.events(export_id)]
    plain = {
        table: sorted(
            (
                {name: _without(value, export_id) for name, value in row.items() if name not in OWN}
                for row in found
            ),
            key=str,
        )
        for table, found in rows.items()
    }
    for row in plain["plans"]:
        packed = PackedSnapshot(content=row.pop("snapshot"), reference_digest=None, reference_rows=None)
        row["snapshot"] = unpack(packed).replace(export_id.encode(), b"exp_")
    for table in ("event_log", "outbox"):
        for row in plain[table]:
            row.pop("payload")
    plain["events"] = [
        {"plan": event.plan.SerializeToString(), "revision": event.revision} for event in events
    ]
    return plain


def _without(value: Any, export_id: str) -> Any:
    if isinstance(value, bytes) and export_id.encode() in value:
        return value.replace(export_id.encode(), b"exp_")
    return "exp_" if value == export_id else value


async def cleared(planner: Planner) -> None:
    async with transaction(planner.pool, planner.visible) as connection:
        for table in ("plans", *(name for name in TABLES if name not in ("plans", "exports")), "exports"):
            await connection.execute(f"DELETE FROM {table}")


async def test_it_is_stored_as_a_large_one_is(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = await planner.plan(idempotency_key="one")
    of_small = await stored(planner, at_once.export_id)
    await cleared(planner)
    monkeypatch.setattr(plan_export, "ORDERS_IN_LOOP", 0)
    step_by_step = await planner.plan(idempotency_key="one")
    assert of_small == await stored(planner, step_by_step.export_id)
    assert all(of_small[table] for table in TABLES)


async def test_its_key_is_answered_though_its_orders_are_gone(planner: Planner) -> None:
    first = await planner.reply(idempotency_key="one")
    planner.facts.orders.clear()
    again = await planner.reply(idempotency_key="one")
    assert (again.replayed, again.body) == (True, first.body)
    with pytest.raises(InvalidOrderReference):
        await planner.plan(idempotency_key="two")


async def test_one_that_is_refused_leaves_its_key_free(planner: Planner) -> None:
    with pytest.raises(ValidationFailed):
        await planner.plan(idempotency_key="one", entry_date="2001-01-01")
    assert not (await planner.reply(idempotency_key="one")).replayed
    assert await planner.count("exports") == 1
