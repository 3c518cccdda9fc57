"""What an owner writes is refused once another one has taken over: by the number of its attempt, in SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from entrygo.domain.errors import InvalidExportState, SnapshotUnreadable
from entrygo.domain.lifecycle import State
from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.failpoints import (
    AFTER_BEGIN,
    AFTER_CLAIM,
    AFTER_DATA_PHASE,
    AFTER_RESERVE,
    AFTER_SENDING,
)
from entrygo.execution.state.records import Claim, Execution, Submission, SubmissionStatus
from entrygo.execution.steps.leases import LeaseLost
from entrygo.execution.steps.prepared_store import PreparedStore
from entrygo.execution.steps.step_store import OPERATION, StepStore
from entrygo.execution.store import ExecutionBacklog, ExecutionStore
from entrygo.postgres.clock import current_time
from entrygo.postgres.idempotency import KeyStore
from entrygo.postgres.pool import EVERYONE, Connection, transaction
from tests.integration.execution.made import made
from tests.integration.execution.world import LEASE, LIVE, START, Process, World

OF_EXECUTION: tuple[Callable[[Connection, Execution], Awaitable[object]], ...] = (
    lambda connection, owned: ExecutionStore(connection, LIVE).extend_lease(owned, LEASE),
    lambda connection, owned: StepStore(connection, LIVE).claimed(
        owned, Claim(1, "planhash_", None), "cpkg_1", replaces=None, now=START, lease=LEASE
    ),
    lambda connection, owned: PreparedStore(connection, LIVE).prepared(
        owned, made("pkg_1"), now=START, lease=LEASE
    ),
    lambda connection, owned: StepStore(connection, LIVE).completed(owned, b"answer", START),
)
OF_SUBMISSION: tuple[Callable[[AttemptStore, Submission], Awaitable[bool]], ...] = (
    lambda store, owned: store.extend_lease(owned, LEASE),
    lambda store, owned: store.enter_data_phase(owned, LEASE),
    lambda store, owned: store.settle(owned),
)


async def left_by_its_owner(world: World, at: str) -> tuple[Process, Execution]:
    """A process that died at the named point, and its execution as it knew it, whose lease is over."""
    process = await world.crashed(at)
    await world.pass_lease()
    async with transaction(process.pool, EVERYONE) as connection:
        [before] = await ExecutionBacklog(connection).abandoned_executions(1)
    return process, before


async def test_an_owner_whose_execution_was_taken_over_changes_nothing_of_it(world: World) -> None:
    process, before = await left_by_its_owner(world, AFTER_CLAIM)
    async with transaction(process.pool, LIVE) as connection:
        store = ExecutionStore(connection, LIVE)
        owner = await store.take_over(before.id, LEASE)
        assert owner is not None
        assert not any([await change(connection, before) for change in OF_EXECUTION])
        assert await store.find(before.id) == owner
        assert not await connection.fetchval("SELECT EXISTS (SELECT FROM customs_packages)")
        assert all([await change(connection, owner) for change in OF_EXECUTION])


async def test_an_execution_is_taken_over_by_nobody_while_its_owner_lives(world: World) -> None:
    process = await world.crashed(AFTER_CLAIM)
    async with transaction(process.pool, LIVE) as connection:
        store = ExecutionStore(connection, LIVE)
        execution_id = await connection.fetchval("SELECT id FROM executions")
        assert await store.take_over(execution_id, LEASE) is None
        before = await store.find(execution_id)
        assert before is not None
        assert before.attempt == 1


async def test_an_owner_that_planning_refuses_forgets_nothing_of_an_execution_that_was_taken_over(
    world: World,
) -> None:
    process, before = await left_by_its_owner(world, AFTER_BEGIN)
    async with transaction(process.pool, LIVE) as connection:
        assert await ExecutionStore(connection, LIVE).take_over(before.id, LEASE) is not None
    world.planning.states["batch_123"], world.planning.owners["batch_123"] = State.CANCELLED, "another"
    with pytest.raises(InvalidExportState):
        await process.executions._steps.run(before, world.planning)
    async with transaction(process.pool, LIVE) as connection:
        assert await ExecutionStore(connection, LIVE).find(before.id) is not None
        assert await KeyStore(connection, LIVE, OPERATION).find("key-1", b"same") is not None


async def test_an_owner_whose_execution_was_taken_over_does_not_fail_it(world: World) -> None:
    process, before = await left_by_its_owner(world, AFTER_RESERVE)
    async with transaction(process.pool, LIVE) as connection:
        owner = await ExecutionStore(connection, LIVE).take_over(before.id, LEASE)
    with pytest.raises(LeaseLost):
        await process.executions._steps._fail(before, world.planning, SnapshotUnreadable())
    async with transaction(process.pool, LIVE) as connection:
        assert await ExecutionStore(connection, LIVE).find(before.id) == owner
        assert await KeyStore(connection, LIVE, OPERATION).find("key-1", b"same") is not None


async def test_an_owner_whose_submission_was_taken_over_changes_nothing_of_it(world: World) -> None:
    process = await world.crashed(AFTER_SENDING)
    async with transaction(process.pool, LIVE) as connection:
        submission_id = await connection.fetchval("SELECT id FROM broker_submissions")
        ledger, store = SubmissionStore(connection, LIVE), AttemptStore(connection, LIVE)
        before = await ledger.get(submission_id)
        given_back = replace(before, status=SubmissionStatus.PREPARED, next_attempt_at=START)
        assert await store.settle(given_back)
        owner = await store.begin(submission_id, LEASE)
        assert owner is not None
        assert [await change(store, before) for change in OF_SUBMISSION] == [False] * len(OF_SUBMISSION)
        assert await ledger.get(submission_id) == owner
        assert [await change(store, owner) for change in OF_SUBMISSION] == [True] * len(OF_SUBMISSION)


async def test_an_attempt_enters_its_data_phase_once(world: World) -> None:
    process = await world.crashed(AFTER_SENDING)
    async with transaction(process.pool, LIVE) as connection:
        submission_id = await connection.fetchval("SELECT id FROM broker_submissions")
        attempt = await SubmissionStore(connection, LIVE).get(submission_id)
        store = AttemptStore(connection, LIVE)
        assert [await store.enter_data_phase(attempt, LEASE) for _ in range(2)] == [True, False]


async def test_an_attempt_is_given_up_for_dead_by_nobody_while_its_owner_lives(world: World) -> None:
    process = await world.crashed(AFTER_SENDING)
    async with transaction(process.pool, LIVE) as connection:
        submission_id = await connection.fetchval("SELECT id FROM broker_submissions")
        attempt = await SubmissionStore(connection, LIVE).get(submission_id)
        given_up = replace(attempt, status=SubmissionStatus.PREPARED, next_attempt_at=START)
        store = AttemptStore(connection, LIVE)
        assert not await store.settle(given_up, is_abandoned=True)
    await world.pass_lease()
    async with transaction(process.pool, LIVE) as connection:
        assert await AttemptStore(connection, LIVE).settle(given_up, is_abandoned=True)


async def test_an_owner_that_comes_back_settles_what_is_unknown_and_has_nothing_sent_again(
    world: World,
) -> None:
    process = await world.crashed(AFTER_DATA_PHASE)
    await world.pass_lease()
    async with transaction(process.pool, LIVE) as connection:
        submission_id = await connection.fetchval("SELECT id FROM broker_submissions")
        ledger, store = SubmissionStore(connection, LIVE), AttemptStore(connection, LIVE)
        attempt = await ledger.get(submission_id)
        assert await store.settle(replace(attempt, status=SubmissionStatus.UNKNOWN), is_abandoned=True)
        to_be_sent = replace(attempt, status=SubmissionStatus.PREPARED, next_attempt_at=START)
        assert not await store.settle(to_be_sent)
        assert (await ledger.get(submission_id)).status is SubmissionStatus.UNKNOWN
        assert await store.settle(replace(attempt, status=SubmissionStatus.SENT, sent_at=START))


async def test_a_further_attempt_begins_once_it_is_due_whoever_saw_it_before(world: World) -> None:
    process = await world.crashed(AFTER_SENDING)
    async with transaction(process.pool, LIVE) as connection:
        submission_id = await connection.fetchval("SELECT id FROM broker_submissions")
        attempt = await SubmissionStore(connection, LIVE).get(submission_id)
        store = AttemptStore(connection, LIVE)
        later = await current_time(connection) + timedelta(minutes=5)
        assert await store.settle(replace(attempt, status=SubmissionStatus.PREPARED, next_attempt_at=later))
        assert await store.begin(submission_id, LEASE) is None
    await world.pass_time(timedelta(minutes=6))
    async with transaction(process.pool, LIVE) as connection:
        begun = await AttemptStore(connection, LIVE).begin(submission_id, LEASE)
        assert begun is not None
        assert begun.attempts == 2
