"""Tables in partitions hold what they held, in the same order and behind the same fences."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from entrygo.cli.partitioning import keep_partitioned
from entrygo.cli.partitions.months import Month
from entrygo.cli.partitions.table_store import GROWING, GrowingTable, partitions_of
from entrygo.domain.ids import IdKind, make_id
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.messaging.event_log import events_after, replay
from entrygo.messaging.outbox import append
from entrygo.postgres.pool import EVERYONE, open_pool, transaction
from entrygo.proto.events.v1 import events_pb2

THIS = Month(2026, 11)
PLANS = next(table for table in GROWING if table.name == "plans")
ACCOUNT = Visible.whole(Tenant("acc_1", Mode.LIVE))
STRANGER = Visible.whole(Tenant("acc_2", Mode.LIVE))
Owner = Any


@pytest_asyncio.fixture
async def owner(database_url: str) -> AsyncIterator[Owner]:
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "planning"})
    yield connection
    await connection.close()


def export_of(year: int, month: int) -> str:
    instant = datetime(year, month, 15, tzinfo=UTC)
    return make_id(IdKind.EXPORT, unix_ms=int(instant.timestamp() * 1000), entropy=7)


async def plan(owner: Owner, export_id: str, account_id: str = "acc_1") -> None:
    await owner.execute(
        "INSERT INTO planning.exports VALUES ($1, 'live', $2, 'wh_1', 'BATCHED', 1, 'h', 'READY', NULL, NULL,"
        " 1, now(), now()) ON CONFLICT DO NOTHING",
        account_id,
        export_id,
    )
    await owner.execute(
        "INSERT INTO planning.plans (account_id, mode, export_id, revision, plan_hash, snapshot, planned_at)"
        " VALUES ($1, 'live', $2, 1, 'h', 's', now())",
        account_id,
        export_id,
    )


async def places(owner: Owner) -> dict[str, str]:
    """The partition in which the plan of each export lies."""
    rows = await owner.fetch("SELECT export_id, tableoid::regclass::text AS place FROM planning.plans")
    return {row["export_id"]: row["place"].removeprefix("planning.") for row in rows}


async def shape(owner: Owner, table: GrowingTable) -> list[str]:
    """What a table promises beside its columns, without the names that PostgreSQL chooses."""
    name = table.full_name
    constraints = await owner.fetch(
        "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = $1::text::regclass",
        name,
    )
    indexes = await owner.fetch(
        "SELECT regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX .* USING', '\\1')"
        " AS text FROM pg_index WHERE indrelid = $1::text::regclass",
        name,
    )
    others = await owner.fetch(
        "SELECT pg_get_triggerdef(oid) AS text FROM pg_trigger"
        " WHERE tgrelid = $1::text::regclass AND NOT tgisinternal"
        " UNION ALL SELECT 'grants ' || array_to_string(array(SELECT unnest(relacl)::text ORDER BY 1), ' ')"
        "  FROM pg_class WHERE oid = $1::text::regclass"
        " UNION ALL SELECT concat('row security ', relrowsecurity, relforcerowsecurity)"
        "  FROM pg_class WHERE oid = $1::text::regclass"
        " UNION ALL SELECT concat(pg_get_expr(polqual, polrelid), '; ', pg_get_expr(polwithcheck, polrelid))"
        "  FROM pg_policy WHERE polrelid = $1::text::regclass",
        name,
    )
    return sorted(row["text"] for row in (*constraints, *indexes, *others))


@pytest.mark.parametrize("table", GROWING, ids=lambda table: table.full_name)
async def test_a_table_keeps_its_keys_indexes_triggers_grants_and_row_security(
    owner: Owner, table: GrowingTable
) -> None:
    before = await shape(owner, table)
    assert await keep_partitioned(owner, table, THIS, 2) == [
        f"partitioned {table.full_name}",
        f"made {table.full_name}_2026_12",
        f"made {table.full_name}_2027_01",
    ]
    assert await shape(owner, table) == before
    assert await keep_partitioned(owner, table, THIS, 2) == []


async def test_rows_go_to_the_month_of_their_export_and_old_empty_months_are_dropped(owner: Owner) -> None:
    old, now, next_month, far = (
        export_of(2025, 3),
        export_of(2026, 11),
        export_of(2026, 12),
        export_of(2027, 2),
    )
    for export_id in (old, now, far, "batch_zzz"):
        await plan(owner, export_id)
    await keep_partitioned(owner, PLANS, THIS, 2)
    await plan(owner, next_month)
    assert await places(owner) == {
        old: "plans_before",
        now: "plans_before",
        next_month: "plans_2026_12",
        far: "plans_others",
        "batch_zzz": "plans_others",
    }
    with pytest.raises(asyncpg.UniqueViolationError):
        await plan(owner, old)

    # A year later, of which nobody ran the command: what waited among the others moves to its month.
    assert f"made {PLANS.full_name}_2027_02" in await keep_partitioned(owner, PLANS, Month(2027, 1), 2)
    assert (await places(owner))[far] == "plans_2027_02"
    await owner.execute("DELETE FROM planning.plans WHERE export_id = $1", next_month)
    assert await keep_partitioned(owner, PLANS, Month(2027, 3), 2) == [
        f"made {PLANS.full_name}_2027_04",
        f"made {PLANS.full_name}_2027_05",
        f"dropped {PLANS.full_name}_2026_12",
        f"dropped {PLANS.full_name}_2027_01",
    ]
    assert set(await places(owner)) == {old, now, far, "batch_zzz"}


async def test_rows_of_months_in_which_nobody_ran_the_command_move_to_their_months_afterwards(
    owner: Owner,
) -> None:
    before, missed, this_month = export_of(2026, 11), export_of(2027, 4), export_of(2027, 6)
    await plan(owner, before)
    await keep_partitioned(owner, PLANS, THIS, 2)
    for export_id in (missed, this_month, "batch_zzz"):
        await plan(owner, export_id)
    assert set((await places(owner)).values()) == {"plans_before", "plans_others"}

    done = await keep_partitioned(owner, PLANS, Month(2027, 6), 2)
    assert [line for line in done if line.startswith("made")] == [
        f"made {PLANS.full_name}_{month}" for month in ("2027_04", "2027_06", "2027_07", "2027_08")
    ]
    assert await places(owner) == {
        before: "plans_before",
        missed: "plans_2027_04",
        this_month: "plans_2027_06",
        "batch_zzz": "plans_others",
    }
    assert await keep_partitioned(owner, PLANS, Month(2027, 6), 2) == []


async def test_no_partition_shows_another_account_what_the_table_does_not(
    owner: Owner, database_url: str
) -> None:
    await keep_partitioned(owner, PLANS, THIS, 2)
    await plan(owner, export_of(2026, 11))
    await plan(owner, export_of(2026, 12))
    await plan(owner, "batch_zzz")
    names = [PLANS.full_name, *await partitions_of(owner, PLANS)]
    pool = await open_pool(database_url, schema="planning", max_size=1)
    # A later migration grants the application role every table there is.
    await owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA planning TO entrygo_app")
    async with pool:
        async with transaction(pool, STRANGER) as connection:
            assert [await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names] == [0] * 5
        async with transaction(pool, ACCOUNT) as connection:
            assert await connection.fetchval("SELECT count(*) FROM plans") == 3


async def test_the_log_of_events_works_on_partitions(owner: Owner, database_url: str) -> None:
    for table in GROWING:
        await keep_partitioned(owner, table, THIS, 2)
    pool = await open_pool(database_url, schema="planning", max_size=1)
    async with pool:
        exports = [export_of(2026, 11), export_of(2026, 12)]
        for sequence in (1, 2):
            for export_id in exports:
                async with transaction(pool, ACCOUNT) as connection:
                    event = an_event(export_id, sequence)
                    await append(connection, event, warehouse_id="wh_1")
        async with transaction(pool, ACCOUNT) as connection:
            for export_id in exports:
                found = await events_after(connection, ACCOUNT, export_id, 0)
                assert [each.sequence for each in found] == [1, 2]
                assert found[1].previous_id == found[0].id
        replayed = [(each.stream_id, each.sequence) async for each in replay(pool, None)]
        assert replayed == [(export_id, sequence) for sequence in (1, 2) for export_id in exports]
        with pytest.raises(asyncpg.UniqueViolationError):
            async with transaction(pool, EVERYONE) as connection:
                await append(connection, an_event(exports[1], 2), warehouse_id="wh_1")


def an_event(export_id: str, sequence: int) -> events_pb2.Event:
    return events_pb2.Event(
        id=f"evt_{export_id}_{sequence}",
        type="export.cancelled",
        account_id=ACCOUNT.tenant.account_id,
        mode=str(ACCOUNT.tenant.mode),
        stream_id=export_id,
        sequence=sequence,
    )
