"""Events of one warehouse's exports, as keys bound to it and to another one meet them."""

import shutil
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.messaging import event_log
from entrygo.messaging.event_log import events_after
from entrygo.messaging.outbox import append_all
from entrygo.postgres.migrate import migrate
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, single_read, transaction
from entrygo.proto.events.v1 import events_pb2
from tests.harness.postgres import MIGRATIONS, temporary_database
from tests.harness.query_plans import Planned

ALICE = Tenant("acc_alice", Mode.LIVE)
WHOLE = Visible.whole(ALICE)
HERE, THERE = Visible(ALICE, "wh_here"), Visible(ALICE, "wh_there")
EXPORT = "batch_1"
BACKFILL = "0007_backfill_event_warehouse.sql"


def event(sequence: int, stream_id: str = EXPORT) -> events_pb2.Event:
    return events_pb2.Event(
        id=f"evt_{stream_id}_{sequence}",
        type="export.cancelled",
        account_id=ALICE.account_id,
        mode=ALICE.mode,
        stream_id=stream_id,
        sequence=sequence,
    )


async def record(pool: Pool, scope: Visible, sequence: int, warehouse_id: str | None) -> None:
    async with transaction(pool, scope) as connection:
        await append_all(connection, [event(sequence)], warehouse_id=warehouse_id)


async def read(pool: Pool, scope: Visible, visible: Visible) -> list[int]:
    async with transaction(pool, scope) as connection:
        return [each.sequence for each in await events_after(connection, visible, EXPORT, 0)]


@pytest.mark.parametrize(
    ("scope", "asks"),
    [(HERE, HERE), (WHOLE, HERE), (HERE, WHOLE)],
    ids=["both fences", "the statement alone", "row security alone"],
)
async def test_events_of_another_warehouse_and_of_none_are_not_read(
    database_url: str, scope: Visible, asks: Visible
) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        await record(pool, WHOLE, 1, "wh_there")
        await record(pool, WHOLE, 2, None)
        await record(pool, HERE, 3, "wh_here")
        assert await read(pool, scope, asks) == [3]
        assert await read(pool, WHOLE, WHOLE) == [1, 2, 3]


@pytest.mark.parametrize("plans", ["force_generic_plan", "force_custom_plan", "auto"])
async def test_an_owner_answers_each_caller_with_its_own_events_in_one_session_whoever_asked_before(
    database_url: str, plans: str
) -> None:
    tenants = [ALICE, Tenant("acc_alice", Mode.TEST), Tenant("acc_bob", Mode.LIVE)]
    async with await open_pool(database_url, schema="planning", max_size=1) as pool:
        await pool.execute(f"SET plan_cache_mode = {plans}")
        for place, tenant in enumerate(tenants, start=1):
            async with transaction(pool, Visible.whole(tenant)) as connection:
                for sequence in range(1, place + 1):
                    own = event(sequence)
                    own.account_id, own.mode = tenant.account_id, tenant.mode
                    await append_all(connection, [own], warehouse_id="wh_here")
        for _ in range(8):
            answers = [await stream_after(pool, tenant) for tenant in tenants]
            assert answers == [
                [(tenant.account_id, tenant.mode)] * place for place, tenant in enumerate(tenants, start=1)
            ]
            assert await pool.fetchval("SELECT count(*) FROM event_log") == 0


async def stream_after(pool: Pool, tenant: Tenant) -> list[tuple[str, str]]:
    """Whose events an owner answers a caller of a whole account with."""

    async def is_visible(_: object) -> bool:
        return True

    events = await event_log.stream_after(pool, Visible.whole(tenant), EXPORT, 0, "", is_visible=is_visible)
    return [(each.account_id, each.mode) for each in events]


@pytest.mark.parametrize("warehouse_id", ["wh_there", None])
async def test_event_of_another_warehouse_is_not_written(database_url: str, warehouse_id: str | None) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await record(pool, HERE, 1, warehouse_id)
        assert await read(pool, WHOLE, WHOLE) == []


async def test_events_from_before_the_column_are_of_the_warehouse_of_an_export_planned_once(
    postgres_url: str, tmp_path: Path
) -> None:
    earlier = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS["planning"], earlier)
    later = [file for file in earlier.iterdir() if file.name >= BACKFILL]
    for file in later:
        file.unlink()
    async with temporary_database(postgres_url) as url:
        await migrate(url, schema="planning", migrations=earlier)
        async with await open_pool(url, schema="planning", max_size=1) as pool:
            await _add_exports_with_events(pool, {"batch_once": 1, "batch_again": 2})
            await migrate(url, schema="planning", migrations=MIGRATIONS["planning"])
            # As the previous release adds one, beside this one.
            async with transaction(pool, WHOLE) as connection:
                await append_all(connection, [event(2, "batch_once")], warehouse_id=None)
            assert await _warehouses(pool) == [
                ("batch_again", 1, None),
                ("batch_once", 1, "wh_here"),
                ("batch_once", 2, "wh_here"),
            ]


async def _add_exports_with_events(pool: Pool, revisions: dict[str, int]) -> None:
    async with transaction(pool, WHOLE) as connection:
        for export_id, revision in revisions.items():
            await connection.execute(
                "INSERT INTO exports (account_id, mode, export_id, warehouse_id, state, revision, plan_hash,"
                " readiness_state, event_sequence, created_at, updated_at)"
                " VALUES ($1, $2, $3, 'wh_here', 'BATCHED', $4, 'hash', 'READY', 1, now(), now())",
                ALICE.account_id,
                ALICE.mode,
                export_id,
                revision,
            )
            await append_all(connection, [event(1, export_id)], warehouse_id=None)


async def _warehouses(pool: Pool) -> list[tuple[str, int, str | None]]:
    async with transaction(pool, EVERYONE) as connection:
        rows = await connection.fetch(
            "SELECT stream_id, sequence, warehouse_id FROM event_log ORDER BY stream_id, sequence"
        )
    return [tuple(row) for row in rows]


async def test_what_follows_of_a_stream_is_found_by_an_index(database_url: str) -> None:
    async with await open_pool(database_url, schema="planning") as pool, single_read(pool) as connection:
        planned: Any = Planned(connection)
        await event_log.events_following(planned, WHOLE, EXPORT, 0, "")
    assert planned.account_looked_for == {"Index Cond"}
