"""Events of an export are numbered without gaps and name their predecessors, whoever wrote there last."""

import asyncio
from collections.abc import Sequence

import pytest
import pytest_asyncio

from entrygo.execution.state.events import EventRecorder, Fact
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2
from tests.integration.execution.world import LIVE, START, Process, World

FACT: Fact = ("customs_package.withdrawn", events_pb2.CustomsPackageClosed(reason="why"))


class Recorders:
    """Two processes that write events of one export."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.here, self.elsewhere = EventRecorder(Ids()), EventRecorder(Ids())

    @property
    def pool(self) -> Pool:
        return self._process.pool

    async def record(self, recorder: EventRecorder, count: int = 1, *, are_first: bool = False) -> None:
        async with transaction(self._process.pool, LIVE) as connection:
            await recorder.record(connection, LIVE, "batch_123", [FACT] * count, START, are_first=are_first)

    async def fails_to_record(self) -> None:
        with pytest.raises(ZeroDivisionError):
            async with transaction(self._process.pool, LIVE) as connection:
                await self.here.record(connection, LIVE, "batch_123", [FACT], START)
                raise ZeroDivisionError

    async def events(self) -> Sequence[events_pb2.Event]:
        return await self._process.events()


@pytest_asyncio.fixture
async def recorders(world: World) -> Recorders:
    return Recorders(await world.process())


def check_chain(events: Sequence[events_pb2.Event], count: int) -> None:
    assert [event.sequence for event in events] == list(range(1, count + 1))
    assert [event.previous_id for event in events] == ["", *(event.id for event in events)][:count]


async def test_a_recorder_goes_on_behind_its_own_events(recorders: Recorders) -> None:
    for count in (1, 3, 2):
        await recorders.record(recorders.here, count, are_first=True)
    events = await recorders.events()
    check_chain(events, 6)
    assert len({event.epoch for event in events}) == 1


async def test_a_recorder_goes_on_behind_what_another_process_wrote(recorders: Recorders) -> None:
    await recorders.record(recorders.here)
    await recorders.record(recorders.elsewhere, 2)
    await recorders.record(recorders.here)
    await recorders.record(recorders.elsewhere, are_first=True)
    check_chain(await recorders.events(), 5)


async def test_many_recorders_at_once_leave_no_gap(recorders: Recorders) -> None:
    both = (recorders.here, recorders.elsewhere)
    for each in both:
        await recorders.record(each)
    await asyncio.gather(*(recorders.record(both[number % 2], 2) for number in range(6)))
    check_chain(await recorders.events(), 14)


async def test_what_was_rolled_back_leaves_no_gap(recorders: Recorders) -> None:
    await recorders.record(recorders.here)
    await recorders.fails_to_record()
    await recorders.record(recorders.here)
    check_chain(await recorders.events(), 2)


@pytest.mark.parametrize(
    "restored",
    [
        "UPDATE owner_epoch SET epoch = gen_random_uuid()",
        "UPDATE event_log SET event_id = 'evt_other' WHERE sequence = 2",
        "WITH gone AS (DELETE FROM event_log WHERE sequence = 2) UPDATE export_streams SET last_sequence = 1",
        "WITH gone AS (DELETE FROM event_log) DELETE FROM export_streams",
    ],
)
async def test_a_recorder_takes_the_database_as_it_is_after_a_restore(
    recorders: Recorders, restored: str
) -> None:
    await recorders.record(recorders.here, 2)
    async with transaction(recorders.pool, EVERYONE) as connection:
        await connection.execute(restored)
        last = await connection.fetchrow(
            "SELECT sequence, event_id, epoch::text FROM owner_epoch LEFT JOIN event_log ON true"
            " ORDER BY sequence DESC NULLS LAST LIMIT 1"
        )
    assert last is not None
    await recorders.record(recorders.here)
    event = (await recorders.events())[-1]
    place = (event.sequence, event.previous_id, event.epoch)
    assert place == ((last["sequence"] or 0) + 1, last["event_id"] or "", last["epoch"])
