"""Slots for deliveries: bounded by destination, shared by accounts in turn, none where nobody answers."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from entrygo.execution.broker.breaker import BreakerLimits, BreakerState
from entrygo.execution.broker.bulkhead import Bulkhead, BulkheadLimits, DestinationSilent, Slot
from entrygo.execution.broker.channels.base import Silent
from entrygo.execution.broker.routes import MAIL_SERVER, route_to

ONE, OTHER = route_to("mail:one.example"), route_to("mail:other.example")
UPLOAD = route_to("https:broker.example")
NEVER = 3600.0


class Seconds:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def bulkhead(seconds: Seconds | None = None, **limits: float) -> Bulkhead:
    fields = {"silent_seconds": NEVER} | limits
    return Bulkhead(BulkheadLimits(**fields), seconds or Seconds())  # type: ignore[arg-type]


class Held:
    """A delivery that holds its slot until the test ends it."""

    def __init__(self, bulkhead: Bulkhead, account_id: str = "a", route: object = ONE) -> None:
        self.has_slot = asyncio.Event()
        self._end: asyncio.Future[Silent | None] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(self._hold(bulkhead, account_id, route))

    async def _hold(self, bulkhead: Bulkhead, account_id: str, route: object) -> None:
        async with bulkhead.slot(account_id, route) as slot:  # type: ignore[arg-type]
            self.has_slot.set()
            slot.ended(await self._end)

    async def end(self, silent: Silent | None = None) -> None:
        self._end.set_result(silent)
        await self.task


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def attempt(bulkhead: Bulkhead, silent: Silent | None, route: object = ONE) -> None:
    async with bulkhead.slot("a", route) as slot:  # type: ignore[arg-type]
        slot.ended(silent)


async def test_a_silent_destination_leaves_slots_of_the_mail_server_to_others() -> None:
    rooms = bulkhead(destination=2, server=4)
    at_one = [Held(rooms) for _ in range(4)]
    at_other = Held(rooms, route=OTHER)
    await settle()
    assert [each.has_slot.is_set() for each in at_one] == [True, True, False, False]
    assert at_other.has_slot.is_set()
    await at_one[0].end()
    await settle()
    assert at_one[2].has_slot.is_set()
    for each in (*at_one, at_other):
        each.task.cancel()


async def test_accounts_have_their_turns_at_one_destination() -> None:
    rooms = bulkhead(destination=1)
    first = Held(rooms, "busy")
    await settle()
    order: list[str] = []
    waiting = [("busy", Held(rooms, "busy")) for _ in range(3)]
    waiting += [("quiet", Held(rooms, "quiet")), ("calm", Held(rooms, "calm"))]
    await settle()
    running = first
    for _ in waiting:
        await running.end()
        await settle()
        [(account, running)] = [
            pair for pair in waiting if pair[1].has_slot.is_set() and not pair[1].task.done()
        ]
        order.append(account)
    await running.end()
    assert order == ["busy", "quiet", "calm", "busy", "busy"]


async def test_one_account_has_at_most_half_of_the_process() -> None:
    rooms = bulkhead(process=4, destination=9)
    greedy = [Held(rooms, "greedy", route_to(f"https:{number}.example")) for number in range(4)]
    other = Held(rooms, "other", UPLOAD)
    await settle()
    assert sum(each.has_slot.is_set() for each in greedy) == 2
    assert other.has_slot.is_set()
    for each in (*greedy, other):
        each.task.cancel()


async def test_a_delivery_that_waits_long_gives_its_places_to_others() -> None:
    rooms = bulkhead(destination=1, server=1, silent_seconds=0.01)
    silent = Held(rooms)
    other = Held(rooms, route=OTHER)
    async with asyncio.timeout(5):
        await other.has_slot.wait()
    assert not silent.task.done()
    silent.task.cancel()
    other.task.cancel()


async def test_a_silent_destination_takes_no_more_than_a_few_connections_for_long() -> None:
    rooms = bulkhead(
        destination=9,
        server=2,
        silent=2,
        silent_seconds=0.01,
        breaker=BreakerLimits(threshold=99),  # type: ignore[arg-type]
    )
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(rooms.slot("a", ONE))
        others = [Held(rooms, route=OTHER) for _ in range(2)]
        async with asyncio.timeout(5):
            # The mail server has two places: both have been given up.
            await asyncio.gather(*(each.has_slot.wait() for each in others))
        for each in others:
            await each.end()
        assert rooms.unwanted() == (["mail:one.example"], False)
        third = Held(rooms)
        await settle()
        assert not third.has_slot.is_set()
    async with asyncio.timeout(5):
        await third.has_slot.wait()
    third.task.cancel()


async def test_a_destination_that_is_silent_thrice_is_left_alone_then_tried_once() -> None:
    seconds = Seconds()
    rooms = bulkhead(seconds, destination=2)
    for _ in range(3):
        await attempt(rooms, Silent.DESTINATION)
    assert rooms.states() == {"mail:one.example": BreakerState.OPEN}
    with pytest.raises(DestinationSilent):
        await attempt(rooms, None)
    await attempt(rooms, None, OTHER)
    seconds.now = 5.0
    assert rooms.states() == {"mail:one.example": BreakerState.HALF_OPEN}
    probe, second = Held(rooms), Held(rooms)
    await settle()
    assert (probe.has_slot.is_set(), second.has_slot.is_set()) == (True, False)
    await probe.end(Silent.DESTINATION)
    with pytest.raises(DestinationSilent):
        await second.task
    seconds.now = 14.9
    assert rooms.states() == {"mail:one.example": BreakerState.OPEN}, "twice as long as before"
    seconds.now = 15.0
    await attempt(rooms, None)
    assert rooms.states() == {}


async def test_a_mail_server_without_sessions_is_left_alone_for_all_mail_and_for_no_upload() -> None:
    rooms = bulkhead()
    for route in (ONE, OTHER, ONE):
        await attempt(rooms, Silent.SERVER, route)
    assert rooms.states() == {MAIL_SERVER: BreakerState.OPEN}
    assert rooms.unwanted() == ([MAIL_SERVER], True)
    with pytest.raises(DestinationSilent):
        await attempt(rooms, None, OTHER)
    await attempt(rooms, None, UPLOAD)


async def test_an_answer_between_silences_keeps_the_destination_open() -> None:
    rooms = bulkhead()
    for silent in (Silent.DESTINATION, Silent.DESTINATION, None, Silent.DESTINATION, Silent.DESTINATION):
        await attempt(rooms, silent)
    assert rooms.states() == {}


async def test_whoever_stops_waiting_takes_no_slot_with_them() -> None:
    rooms = bulkhead(destination=1)
    first, leaving, last = Held(rooms), Held(rooms), Held(rooms)
    await settle()
    leaving.task.cancel()
    await settle()
    await first.end()
    await settle()
    assert last.has_slot.is_set()
    assert rooms.holding() == {MAIL_SERVER: 1, "mail:one.example": 1}
    await last.end()
    assert rooms.holding() == {}


def test_a_slot_ends_once_it_is_told_how() -> None:
    slot = Slot("a", ONE)
    slot.ended(Silent.SERVER)
    assert (slot.is_over, slot.silent) == (True, Silent.SERVER)
