"""The answer to a COMMIT is lost on the way: the write asks the database what became of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres import idempotency
from entrygo.postgres.idempotency import Reply, run_once
from entrygo.postgres.pool import EVERYONE, CommitUnknown, Connection, Pool, open_pool, transaction
from tests.harness.network import Way, Weather, way_to
from tests.harness.processes import LOOPBACK

ALICE = Tenant("acc_alice", Mode.LIVE)
WHOLE = Visible.whole(ALICE)
EFFECT = "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload) VALUES ($1, $2, 's', $3, '')"
# The key row's answer passes; the next is that of COMMIT.
LOSES_COMMIT = 1
# Of a replay those of the taken key and of its row pass.
LOSES_COMMIT_OF_A_REPLAY = 2


class Writer:
    """A write through a way that can close in the middle of it."""

    def __init__(self, pool: Pool, way: Way) -> None:
        self.pool = pool
        self.way = way
        self.runs = 0

    async def write(self, key: str, *, answers_left: int | None = None) -> Reply:
        async def work(connection: Connection) -> bytes:
            self.runs += 1
            await connection.execute(EFFECT, ALICE.account_id, ALICE.mode, self.runs)
            self.way.answers_left = answers_left
            return b"body of %d" % self.runs

        return await run_once(self.pool, WHOLE, operation="op", key=key, fingerprint=b"same", work=work)

    async def write_and_lose_the_answer(self, key: str) -> Reply:
        """The way closes at the answer to COMMIT, and opens after the first knock at the closed door."""
        self.way.came.clear()
        writing = asyncio.create_task(self.write(key, answers_left=LOSES_COMMIT))
        await self.way.came.wait()
        self.way.turn(Weather.FAIR)
        return await writing

    async def effects(self) -> int:
        async with transaction(self.pool, EVERYONE) as connection:
            return int(await connection.fetchval("SELECT count(*) FROM event_log"))


@asynccontextmanager
async def writing(database_url: str) -> AsyncIterator[Writer]:
    """One session that has prepared its statements: from here on each has one answer."""
    url = urlsplit(database_url)
    assert url.port is not None
    async with way_to(url.port) as way:
        netloc = f"{url.username}:{url.password}@{LOOPBACK}:{way.port}"
        pool = await open_pool(url._replace(netloc=netloc).geturl(), schema="sync", max_size=1)
        try:
            writer = Writer(pool, way)
            await writer.write("first of the session")
            yield writer
        finally:
            pool.terminate()


@pytest.fixture(autouse=True)
def asks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "REREAD_PAUSE", 0)


async def test_write_answers_as_usual_when_only_the_answer_to_its_commit_was_lost(database_url: str) -> None:
    async with writing(database_url) as writer:
        reply = await writer.write_and_lose_the_answer("key")
        assert reply == Reply(b"body of 2", replayed=False)
        assert (writer.runs, await writer.effects()) == (2, 2)
        assert await writer.write("key") == Reply(b"body of 2", replayed=True)


async def test_replay_whose_commit_was_lost_is_said_to_be_one(database_url: str) -> None:
    async with writing(database_url) as writer:
        first, again = await writer.write("key"), await writer.write("key")
        assert (first.replayed, again.replayed) == (False, True)

        async def lose_the_commit(connection: Connection) -> None:
            writer.way.answers_left = LOSES_COMMIT_OF_A_REPLAY

        async def never(connection: Connection) -> bytes:
            raise AssertionError("it was done before")

        reply = await run_once(
            writer.pool,
            WHOLE,
            operation="op",
            key="key",
            fingerprint=b"same",
            work=never,
            guard=lose_the_commit,
        )
        assert reply == again
        assert writer.way.weather is Weather.REFUSES


async def test_write_without_a_key_cannot_know_whether_its_commit_was_in_time(database_url: str) -> None:
    async with writing(database_url) as writer:
        with pytest.raises(CommitUnknown):
            await writer.write("", answers_left=0)


async def test_write_says_that_it_does_not_know_when_its_key_row_is_not_there(database_url: str) -> None:
    async def refused_at_commit(connection: Connection) -> bytes:
        await connection.execute("CREATE TEMP TABLE twice (number int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        await connection.execute("INSERT INTO twice VALUES (1), (1)")
        return b"never in force"

    async with await open_pool(database_url, schema="sync", max_size=1) as pool:
        with pytest.raises(CommitUnknown):
            await run_once(
                pool,
                WHOLE,
                operation="op",
                key="key",
                fingerprint=b"same",
                work=refused_at_commit,
            )
        writer = Writer(pool, Way(0))
        assert await writer.write("key") == Reply(b"body of 1", replayed=False)
