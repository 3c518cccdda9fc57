"""A package, its first attempt and their events are written by one statement, all of it or nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from entrygo.execution.broker.delivery import first_attempt
from entrygo.execution.broker.mail_gate import Passage
from entrygo.execution.broker.recipients import TAKES, RecipientState
from entrygo.execution.state.events import Fact
from entrygo.execution.state.failpoints import AFTER_STORE
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Execution, Package, Step
from entrygo.execution.steps.prepared_store import PreparedStore, preparing
from entrygo.execution.store import ExecutionBacklog, ExecutionStore
from entrygo.messaging.heads import Head
from entrygo.postgres.pool import EVERYONE, single_statement, transaction
from entrygo.proto.events.v1 import events_pb2
from tests.integration.execution.made import made
from tests.integration.execution.test_event_numbers import check_chain
from tests.integration.execution.world import LEASE, LIVE, START, Process, World

ADDRESS = "broker@example.com"
FACT: Fact = ("broker_submission.sending", events_pb2.BrokerSubmissionChanged())
OPEN = Passage(address=ADDRESS, states=TAKES | {RecipientState.UNCONFIRMED})


class Preparing:
    """A package of which only the row is there, and the execution that owns it."""

    def __init__(self, process: Process, execution: Execution, package: Package) -> None:
        self.process, self.execution, self.package = process, execution, package

    async def write(self, passage: Passage = OPEN, execution: Execution | None = None) -> bool:
        owner, prepared = execution or self.execution, made(self.package.id)
        step = preparing(
            owner, prepared, first_attempt(prepared.submissions[0]), passage, now=START, lease=LEASE
        )
        async with single_statement(self.process.pool, LIVE) as connection:
            given = await self.process.recorder.record_beside(
                connection, LIVE, "batch_123", [FACT], START, beside=step, are_first=True
            )
        return given is not None

    async def run(self, statement: str) -> None:
        async with transaction(self.process.pool, LIVE) as connection:
            await connection.execute(statement)

    async def stands(self) -> tuple[Step, str, int, int]:
        """The step, where the package stands, how many submissions there are, and counts of mails."""
        async with transaction(self.process.pool, LIVE) as connection:
            execution = await ExecutionStore(connection, LIVE).find(self.execution.id)
            package = await PackageStore(connection, LIVE).find(self.package.id)
        assert execution is not None
        assert package is not None
        submissions, counts = await self.process.count("broker_submissions"), "mail_counts"
        return execution.step, package.state, submissions, await self.process.count(counts)


@pytest_asyncio.fixture
async def step(world: World) -> Preparing:
    process = await world.crashed(AFTER_STORE)
    await world.pass_lease()
    async with transaction(process.pool, EVERYONE) as connection:
        [before] = await ExecutionBacklog(connection).abandoned_executions(1)
    async with transaction(process.pool, LIVE) as connection:
        execution = await ExecutionStore(connection, LIVE).take_over(before.id, LEASE)
        package = await PackageStore(connection, LIVE).find_by_export("batch_123")
    assert execution is not None
    assert package is not None
    return Preparing(process, execution, package)


async def test_all_of_it_is_written(step: Preparing) -> None:
    assert await step.write()
    assert await step.stands() == (Step.PREPARED, "generated", 1, 0)
    check_chain(await step.process.events(), 1)


async def refused(step: Preparing) -> bool:
    await step.run(
        "INSERT INTO mail_recipients (account_id, mode, id, address, state, changed_at)"
        f" VALUES ('acc_123', 'live', 'rcp_1', '{ADDRESS}', 'refused', now())"
    )
    return await step.write()


async def unconfirmed(step: Preparing) -> bool:
    return await step.write(replace(OPEN, states=TAKES))


async def over_the_cap(step: Preparing) -> bool:
    await step.run(
        "INSERT INTO mail_counts (account_id, mode, day, address, mails)"
        f" SELECT 'acc_123', 'live', (now() AT TIME ZONE 'UTC')::date, name, 3"
        f" FROM unnest(ARRAY['', '{ADDRESS}']) AS name"
    )
    written = await step.write(replace(OPEN, caps={"": None, ADDRESS: 3}))
    await step.run("DELETE FROM mail_counts WHERE mails = 3")
    return written


async def taken_over(step: Preparing) -> bool:
    return await step.write(execution=replace(step.execution, attempt=step.execution.attempt - 1))


async def another_life_of_the_database(step: Preparing) -> bool:
    step.process.recorder._heads.note(LIVE.tenant, "batch_before", Head(1, "evt_before", "another"))
    return await step.write()


@pytest.mark.parametrize(
    "try_to_write",
    [refused, unconfirmed, over_the_cap, taken_over, another_life_of_the_database],
)
async def test_nothing_of_it_is_written_where_something_is_in_the_way(
    step: Preparing, try_to_write: Callable[[Preparing], Awaitable[bool]]
) -> None:
    assert not await try_to_write(step)
    assert await step.stands() == (Step.CLAIMED, "reserved", 0, 0)
    assert await step.process.events() == []


async def test_nothing_of_it_is_written_where_the_stream_of_events_stands_elsewhere(step: Preparing) -> None:
    async with transaction(step.process.pool, LIVE) as connection:
        await step.process.recorder.record(connection, LIVE, "batch_123", [FACT], START)
    step.process.recorder._heads._by_stream.take((LIVE.tenant, "batch_123"))
    assert not await step.write()
    assert await step.stands() == (Step.CLAIMED, "reserved", 0, 0)
    check_chain(await step.process.events(), 1)


@pytest.mark.parametrize(("day", "left"), [("0", [2, 1]), ("30", [1, 1])])
async def test_a_mail_that_the_day_has_room_for_is_counted_and_the_first_one_removes_old_counts(
    step: Preparing, day: str, left: list[int]
) -> None:
    await step.run(
        "INSERT INTO mail_counts (account_id, mode, day, address, mails)"
        f" VALUES ('acc_123', 'live', (now() AT TIME ZONE 'UTC')::date - {day}, '', 1)"
    )
    assert await step.write(replace(OPEN, caps={"": 2, ADDRESS: 1}))
    async with transaction(step.process.pool, LIVE) as connection:
        rows = await connection.fetch("SELECT mails FROM mail_counts ORDER BY address")
    assert [row["mails"] for row in rows] == left


async def test_a_usual_execute_writes_it_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(PreparedStore, "prepared")
    process = await world.process()
    assert (await process.answer()).broker_submission.status == "sent"
