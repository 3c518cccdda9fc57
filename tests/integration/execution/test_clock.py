"""Leases and due times go by the database's clock: a process whose own is wrong changes nothing."""

from datetime import timedelta

import pytest

from entrygo.domain.errors import InvalidExportState
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.state.failpoints import AFTER_CLAIM, AFTER_DATA_PHASE
from tests.integration.execution.channels import AGAIN, ScriptedChannel
from tests.integration.execution.world import Crash, World

DAY = timedelta(days=1)


async def test_a_process_a_day_ahead_takes_no_live_execution_or_attempt_over(world: World) -> None:
    for key, export_id, point in (("a", "batch_123", AFTER_CLAIM), ("b", "batch_124", AFTER_DATA_PHASE)):
        world.planning.snapshots[export_id] = world.planning.snapshots["batch_123"]
        with pytest.raises(Crash):
            await (await world.process(crash_at=point)).execute(key, export_id=export_id)
    world.now += DAY
    ahead = await world.process()
    # Their leases have not run out: for all it may know, the owners live.
    assert await ahead.executions.recover(10) == 0
    await ahead.deliver_due()
    assert (await ahead.events("batch_124"))[-1].type == "broker_submission.sending"


@pytest.mark.parametrize("off", [DAY, -DAY])
async def test_a_wrong_clock_neither_hastens_nor_delays_a_further_attempt(
    world: World, off: timedelta
) -> None:
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    world.now += off
    await (await world.process(channel=channel)).execute()
    world.now -= 2 * off
    process = await world.process(channel=channel)
    await process.deliver_due()
    assert len(channel.deliveries) == 1, "not due yet"
    await world.pass_time(timedelta(minutes=2))
    await process.deliver_due()
    assert len(channel.deliveries) == 2


async def test_a_process_three_days_ahead_does_not_give_a_submission_up(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(Outcome.TRANSIENT, Outcome.TRANSIENT))
    await process.execute()
    world.now += 3 * DAY
    await world.pass_time(timedelta(minutes=2))
    await process.deliver_due()
    assert (await process.events())[-1].type == "broker_submission.retrying"


async def test_what_was_sent_again_is_the_newest_whatever_the_clocks_of_the_processes(world: World) -> None:
    channel = ScriptedChannel(Outcome.REFUSED)
    world.now += DAY
    process = await world.process(channel=channel)
    await process.execute()
    world.now -= DAY
    await process.resubmit(AGAIN)
    # The newest waits to be sent: that the refused one is of tomorrow does not make it the newest.
    with pytest.raises(InvalidExportState):
        await process.resubmit(AGAIN)
