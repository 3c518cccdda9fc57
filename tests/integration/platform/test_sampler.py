"""Figures that metrics take from a database: right while it answers, and nobody waits when it does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial

import asyncpg
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from entrygo.messaging.measures import measure_outbox
from entrygo.postgres.measures import ROWS, TableMeasure
from entrygo.process.metrics import Readers
from entrygo.service.sampler import Sampler

SCHEMA = {"schema": "planning"}


def figure(name: str) -> float | None:
    return REGISTRY.get_sample_value(name, SCHEMA)


@pytest_asyncio.fixture
async def owner(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "planning"})
    yield connection
    await connection.close()


async def queue(connection: "asyncpg.Connection[asyncpg.Record]", *, minutes: int) -> None:
    await connection.execute(
        "INSERT INTO outbox (account_id, mode, payload, queued_at)"
        " VALUES ('acc_1', 'live', '', now() - make_interval(mins => $1))",
        minutes,
    )


@contextmanager
def sampler(database_url: str, longest: float = 10.0) -> Iterator[Sampler]:
    one = Sampler(
        database_url=database_url,
        schema="planning",
        measures=[partial(measure_outbox, "planning")],
        longest=longest,
    )
    yield one
    one.close()


async def test_outbox_is_measured_by_how_much_waits_and_since_when(
    database_url: str, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await queue(owner, minutes=10)
    await queue(owner, minutes=5)
    with sampler(database_url) as looks:
        await looks.sample()
        assert figure("entrygo_outbox_events") == 2
        oldest = figure("entrygo_outbox_oldest_seconds")
        assert oldest is not None
        assert 600 <= oldest < 1200
        await owner.execute("DELETE FROM outbox")
        await looks.sample()
    assert (figure("entrygo_outbox_events"), figure("entrygo_outbox_oldest_seconds")) == (0, 0)


async def test_database_that_hangs_is_left_after_a_moment_and_read_again_later(
    database_url: str, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    with sampler(database_url) as looks, sampler(database_url, longest=0.2) as hurried:
        await looks.sample()
        before = figure("entrygo_sampled_timestamp_seconds")
        await queue(owner, minutes=1)
        async with owner.transaction():
            await owner.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
            await hurried.sample()
        # The last figures stand, and say how old they are.
        assert figure("entrygo_outbox_events") == 0
        assert figure("entrygo_sampled_timestamp_seconds") == before
        await looks.sample()
        assert figure("entrygo_outbox_events") == 1


async def test_database_that_is_away_fails_nobody() -> None:
    with sampler("postgresql://nobody@127.0.0.1:1/none", longest=5.0) as looks:
        await looks.sample()


async def test_tables_are_measured_by_their_size_their_dead_rows_and_their_age(
    database_url: str, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await queue(owner, minutes=1)
    await owner.execute("ANALYZE outbox")
    await owner.execute("DELETE FROM outbox")
    await owner.execute("SELECT pg_stat_force_next_flush()")
    await owner.execute("SELECT 1")

    async with asyncio.timeout(30):
        # Statistics are written by other processes of the server; there is no event to await.
        while True:
            await TableMeasure("planning")(owner)
            if table_figure("entrygo_table_dead_rows"):
                break
    assert table_figure("entrygo_table_dead_rows") == 1
    assert table_figure("entrygo_table_bytes") > 0
    assert table_figure("entrygo_table_index_bytes") > 0
    assert 0 < table_figure("entrygo_table_transaction_age") < 1_000_000


async def test_tables_are_measured_once_a_minute(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    measure = TableMeasure("planning")
    await measure(owner)
    ROWS.labels("planning", "outbox").set(-1)
    await measure(owner)
    assert table_figure("entrygo_table_rows") == -1


def table_figure(name: str) -> float:
    value = REGISTRY.get_sample_value(name, {**SCHEMA, "table": "outbox"})
    assert value is not None
    return value


@pytest.mark.parametrize("is_read", [True, False])
async def test_figures_that_nobody_reads_are_seldom_asked_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, is_read: bool
) -> None:
    pauses: list[float] = []
    stop, registry, now = asyncio.Event(), CollectorRegistry(), 0.0
    readers = Readers(lambda: now)
    registry.register(readers)

    async def paused(_: asyncio.Event, seconds: float) -> None:
        pauses.append(seconds)
        stop.set()

    monkeypatch.setattr("entrygo.service.sampler.pause", paused)
    if is_read:
        generate_latest(registry)
    now = 100.0
    looks = Sampler(database_url=database_url, schema="planning", measures=[], readers=readers)
    await looks.run(stop)
    stop.clear()
    now = 200.0
    await looks.run(stop)
    assert pauses == [5.0 if is_read else 30.0, 30.0]
