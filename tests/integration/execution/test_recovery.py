"""A process dies or is overtaken while it executes: the next one completes, and nothing comes twice."""

import asyncio
from types import MappingProxyType

import orjson
import pytest

from entrygo.domain.errors import (
    ServiceUnavailable,
)
from entrygo.domain.lifecycle import State
from entrygo.execution.recovery.loops import BATCH, reported
from entrygo.execution.state.failpoints import (
    AFTER_PREPARE,
    AFTER_SENDING,
    AMBIGUOUS_FAILPOINTS,
    BEFORE_DATA,
    FAILPOINTS,
)
from entrygo.execution.steps.leases import LeaseLost
from entrygo.postgres.pool import EVERYONE, transaction
from tests.integration.execution.channels import HeldChannel
from tests.integration.execution.world import Crash, Process, World

SUBMITTED = MappingProxyType(
    {
        "sent": "sent_to_broker",
        "failed": "broker_submission_failed",
        "unknown": "broker_submission_unknown",
    }
)


async def test_planning_being_away_leaves_an_execution_that_the_next_call_completes(world: World) -> None:
    process = await world.process()
    world.planning.is_away = True
    with pytest.raises(ServiceUnavailable):
        await process.execute()
    world.planning.is_away = False
    assert (await process.answer()).status == "COMPLETED"
    assert await process.count("executions") == 1


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("point", FAILPOINTS)
async def test_a_retry_completes_what_a_dead_process_left_with_one_package_and_one_mail(
    world: World, point: str, is_new: bool
) -> None:
    await _die(await world.process(crash_at=point, is_new=is_new))
    await world.pass_lease()
    survivor = await world.process()
    answer = await survivor.answer()
    await survivor.deliver_due()
    assert answer.status == "COMPLETED"
    assert world.planning.states["batch_123"] is State.COMPLETED
    assert await survivor.count("customs_packages") == 1
    assert await survivor.count("broker_submissions") == 1
    await _check_submission(survivor, "unknown" if point in AMBIGUOUS_FAILPOINTS else "sent")
    events = await survivor.events()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_the_recovery_loop_completes_what_a_dead_process_left(world: World, point: str) -> None:
    await _die(await world.process(crash_at=point))
    await world.pass_lease()
    survivor = await world.process()
    await survivor.recovery.recover_executions()
    await survivor.executions.drain(10)
    await survivor.deliver_due()
    reply = await survivor.execute()
    assert reply.replayed
    await _check_submission(survivor, "unknown" if point in AMBIGUOUS_FAILPOINTS else "sent")


async def test_an_execution_that_this_release_cannot_read_holds_up_no_other(world: World) -> None:
    await _die(await world.process(crash_at=AFTER_PREPARE))
    survivor = await world.process()
    async with transaction(survivor.pool, EVERYONE) as connection:
        # More than are looked at in one turn.
        for number in range(BATCH + 1):
            unread = {"id": f"exe_unread{number}", "export_id": f"batch_{number}", "shipment": {"trip": 7}}
            await connection.execute(
                "INSERT INTO executions SELECT (jsonb_populate_record(one, $1)).* FROM executions AS one"
                " WHERE export_id = 'batch_123'",
                orjson.dumps(unread).decode(),
            )
        await connection.execute(
            "UPDATE executions SET lease_until = now() - interval '1 s' WHERE id LIKE 'exe_unread%'"
        )
    await world.pass_lease()
    await survivor.recovery.recover_executions()
    await survivor.executions.drain(10)
    assert (await survivor.execute()).replayed
    assert world.planning.states["batch_123"] is State.COMPLETED


async def test_what_nobody_foresaw_ends_no_loop_that_others_need() -> None:
    with reported():
        raise KeyError("shipment")


@pytest.mark.parametrize("point", [AFTER_PREPARE, AFTER_SENDING, BEFORE_DATA])
async def test_an_attempt_of_which_no_byte_has_left_is_made_again_once_its_lease_is_over_by_nobodys_word(
    world: World, point: str
) -> None:
    await _die(await world.process(crash_at=point))
    survivor = await world.process()
    await survivor.deliver_due()
    assert (await survivor.events())[-1].type == "broker_submission.sending"
    assert world.sink.mails == []
    await world.pass_lease()
    await survivor.deliver_due()
    await _check_submission(survivor, "sent")


async def test_who_comes_back_after_another_has_made_the_attempt_again_sends_nothing(world: World) -> None:
    channel = HeldChannel(is_before=True)
    slow, other = await world.process(channel=channel), await world.process()
    first = asyncio.create_task(slow.execute())
    await channel.reached.wait()
    await world.pass_lease()
    await other.deliver_due()
    channel.go.set()
    await first
    assert channel.deliveries == []
    await _check_submission(other, "sent")


async def _die(process: Process) -> None:
    with pytest.raises(Crash):
        await process.execute()


async def _check_submission(process: Process, status: str) -> None:
    last = (await process.events())[-1].broker_submission_changed
    assert last.broker_submission.status == status
    assert last.customs_package_state == SUBMITTED[status]
    assert len(process.world.sink.mails) <= 1
    if status == "sent":
        assert len(process.world.sink.mails) == 1


async def test_an_owner_whose_execution_was_taken_over_can_write_nothing_more(world: World) -> None:
    slow, fast = await world.process(), await world.process()
    world.planning.gates = [asyncio.Event(), asyncio.Event()]
    of_slow, of_fast = world.planning.gates
    stale = asyncio.create_task(slow.execute())
    await world.planning.waiting.acquire()
    await world.pass_lease()
    owner = asyncio.create_task(fast.execute())
    await world.planning.waiting.acquire()
    of_slow.set()
    with pytest.raises(LeaseLost):
        await stale
    assert await fast.events() == []
    of_fast.set()
    await owner
    assert len(world.sink.mails) == 1


async def test_an_owner_whose_attempt_another_took_for_unknown_still_says_that_it_was_sent(
    world: World,
) -> None:
    channel = HeldChannel()
    slow, other = await world.process(channel=channel), await world.process()
    first = asyncio.create_task(slow.execute())
    await channel.reached.wait()
    await world.pass_lease()
    await other.deliver_due()
    assert (await other.events())[-1].type == "broker_submission.unknown"
    channel.go.set()
    await first
    last = (await other.events())[-1]
    assert last.type == "broker_submission.sent"
    assert last.broker_submission_changed.customs_package_state == "sent_to_broker"
