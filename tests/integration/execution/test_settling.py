"""The end of an attempt and its event are written by one statement, both or neither."""

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio

from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.channels.base import Outcome, Result
from entrygo.execution.broker.settling_store import settling
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.events import EventRecorder, Fact
from entrygo.execution.state.failpoints import AFTER_SENDING
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import PackageState, Submission, SubmissionStatus
from entrygo.postgres.pool import single_statement, transaction
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.execution.test_event_numbers import check_chain
from tests.integration.execution.world import LIVE, START, Process, World

FACT: Fact = ("broker_submission.sent", events_pb2.BrokerSubmissionChanged())
EXPORT = "batch_123"


class Ending:
    """A mail that a process has begun to send, and two processes that write events of its export."""

    def __init__(self, process: Process, attempt: Submission) -> None:
        self.process, self.attempt = process, attempt
        self.here, self.elsewhere = EventRecorder(Ids()), EventRecorder(Ids())

    async def record(self, recorder: EventRecorder) -> None:
        async with transaction(self.process.pool, LIVE) as connection:
            await recorder.record(connection, LIVE, EXPORT, [FACT], START)

    async def settle(self, attempt: Submission) -> bool:
        sent = replace(attempt, status=SubmissionStatus.SENT, sent_at=START, server_answer="250 OK")
        async with single_statement(self.process.pool, LIVE) as connection:
            given = await self.here.record_beside(
                connection, LIVE, EXPORT, [FACT], START, beside=settling(sent)
            )
        return given is not None

    async def stands(self) -> tuple[str, str]:
        """Where the submission and its package stand."""
        async with transaction(self.process.pool, LIVE) as connection:
            submission = await SubmissionStore(connection, LIVE).get(self.attempt.id)
            return submission.status, await connection.fetchval("SELECT state FROM customs_packages")

    async def check_nothing_is_written(self, events: int) -> None:
        assert await self.stands() == (SubmissionStatus.SENDING, PackageState.GENERATED)
        check_chain(await self.process.events(), events)


@pytest_asyncio.fixture
async def ending(world: World) -> Ending:
    process = await world.crashed(AFTER_SENDING)
    async with transaction(process.pool, LIVE) as connection:
        submission_id = await connection.fetchval("SELECT id FROM broker_submissions")
        return Ending(process, await SubmissionStore(connection, LIVE).get(submission_id))


async def test_end_is_written_with_its_event(ending: Ending) -> None:
    await ending.record(ending.here)
    before = len(await ending.process.events())
    assert await ending.settle(ending.attempt)
    assert await ending.stands() == (SubmissionStatus.SENT, PackageState.SENT)
    check_chain(await ending.process.events(), before + 1)


async def test_end_is_not_written_where_nobody_remembers_the_events_before(ending: Ending) -> None:
    before = len(await ending.process.events())
    assert not await ending.settle(ending.attempt)
    await ending.check_nothing_is_written(before)


async def test_end_is_not_written_behind_an_event_that_is_not_the_last(ending: Ending) -> None:
    await ending.record(ending.here)
    await ending.record(ending.elsewhere)
    before = len(await ending.process.events())
    assert not await ending.settle(ending.attempt)
    await ending.check_nothing_is_written(before)


async def test_event_is_not_written_of_an_attempt_that_another_has_taken_over(ending: Ending) -> None:
    await ending.record(ending.here)
    before = len(await ending.process.events())
    assert not await ending.settle(replace(ending.attempt, attempts=ending.attempt.attempts + 1))
    await ending.check_nothing_is_written(before)


async def test_a_mail_that_has_left_is_settled_by_that_statement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(AttemptStore, "settle")
    process = await world.process()
    await process.execute()
    assert (await process.events())[-1].type == "broker_submission.sent"


async def test_an_attempt_that_ends_while_its_package_is_closed_leaves_nothing_to_try_again(
    ending: Ending,
) -> None:
    pool, attempt = ending.process.pool, ending.attempt
    async with transaction(pool, LIVE) as closing, pool.acquire() as watching:
        packages = PackageStore(closing, LIVE)
        package = await packages.find(attempt.package_id)
        assert package is not None
        # In the order in which it is done: the submissions are locked first.
        await SubmissionStore(closing, LIVE).of_package(package.id)
        settle = ending.process.dispatcher._delivery._settling.settle
        settled = asyncio.create_task(settle(attempt, Result(Outcome.TRANSIENT, "451 later")))
        async with asyncio.timeout(60):
            while not await watching.fetchval(SESSIONS_THAT_WAIT):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        withdrawn = replace(package, state=PackageState.WITHDRAWN, closed_at=START, closed_reason="r")
        await packages.close(withdrawn)
    assert (await settled).status is SubmissionStatus.FAILED
