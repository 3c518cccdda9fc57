"""Slots for deliveries: bounded by destination, shared by accounts in turn, none where nobody answers."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from entrygo.execution.broker.breaker import BreakerLimits, BreakerState
from entrygo.execution.broker.bulkhead import Bulkhead, DestinationSilent, Slot
from entrygo.execution.broker.channels.base import Silent
from entrygo.execution.broker.rooms import BulkheadLimits, Unwanted
from entrygo.execution.broker.routes import MAIL_SERVER, route_to

ONE, OTHER = route_to("mail:one.example"), route_to("mail:other.example")
UPLOAD = route_to("https:broker.example")
NEVER = 3600.0
PATIENCE_SECONDS = 60.0


class Seconds:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def bulkhead(seconds: Seconds | None = None, **limits: float) -> Bulkhead:
    fields = {"silent_seconds": NEVER} | limits
    return Bulkhead(BulkheadLimits(**fields), seconds or Seconds())  # type: ignore[arg-type]


def unwanted(*tried: tuple[str, str], everybody: Sequence[str] = (), mail: bool = False) -> Unwanted:
    return Unwanted(tried=frozenset(tried), destinations=frozenset(everybody), mail=mail)


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


async def attempt(
    bulkhead: Bulkhead, silent: Silent | None, route: object = ONE, account_id: str = "a"
) -> None:
    async with bulkhead.slot(account_id, route) as slot:  # type: ignore[arg-type]
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
    async with asyncio.timeout(PATIENCE_SECONDS):
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
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The mail server has two places: both have been given up.
            await asyncio.gather(*(each.has_slot.wait() for each in others))
        for each in others:
            await each.end()
        assert rooms.unwanted() == unwanted(("a", "mail:one.example"))
        third = Held(rooms)
        await settle()
        assert not third.has_slot.is_set()
    async with asyncio.timeout(PATIENCE_SECONDS):
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


async def test_silence_that_one_account_meets_holds_back_no_other_at_the_same_host() -> None:
    rooms = bulkhead()
    for _ in range(3):
        await attempt(rooms, Silent.SERVER, UPLOAD, "hanging")
    with pytest.raises(DestinationSilent):
        await attempt(rooms, None, UPLOAD, "hanging")
    assert rooms.unwanted() == unwanted(("hanging", "https:broker.example"))
    assert (rooms.states(), rooms.shut_out()) == (
        {"https:broker.example": BreakerState.OPEN}, {"https:broker.example": 1},
    )  # fmt: skip
    await attempt(rooms, None, UPLOAD, "well")
    with pytest.raises(DestinationSilent):
        await attempt(rooms, None, UPLOAD, "hanging")
    assert rooms.shut_out() == {"https:broker.example": 1}, "another's answer is not its own"


async def test_those_who_met_silence_leave_a_place_to_those_who_did_not() -> None:
    rooms = bulkhead(destination=2)
    for account_id in ("one", "two", "three"):
        await attempt(rooms, Silent.DESTINATION, account_id=account_id)
        # So that the destination itself is open.
        await attempt(rooms, None)
    hanging = [Held(rooms, account_id) for account_id in ("one", "two", "three")]
    await settle()
    well = Held(rooms, "well")
    await settle()
    assert [each.has_slot.is_set() for each in (*hanging, well)] == [True, False, False, True]
    for each in (*hanging, well):
        each.task.cancel()


async def test_those_who_met_silence_leave_slots_of_the_mail_server_to_others() -> None:
    hold = bulkhead()
    silent = [route_to(f"mail:{number}.example") for number in range(4)]
    for route in silent:
        await Held(hold, "a", route).end(Silent.DESTINATION)
    trials = [Held(hold, "a", route) for route in silent]
    await settle()
    assert [each.has_slot.is_set() for each in trials] == [True, True, False, False]
    other = Held(hold, "b", OTHER)
    await asyncio.wait_for(other.has_slot.wait(), PATIENCE_SECONDS)
    await other.end()
    for each in trials:
        await each.has_slot.wait()
        await each.end()


async def test_a_destination_that_is_silent_to_many_is_tried_by_one_of_them_at_a_time() -> None:
    seconds = Seconds()
    rooms = bulkhead(seconds, destination=9)
    for account_id in ("one", "two", "three"):
        await attempt(rooms, Silent.DESTINATION, account_id=account_id)
    for account_id in ("one", "two", "three"):
        with pytest.raises(DestinationSilent):
            await attempt(rooms, None, account_id=account_id)
    seconds.now = 5.0
    probes = [Held(rooms, account_id) for account_id in ("one", "two", "three")]
    await settle()
    assert [each.has_slot.is_set() for each in probes] == [True, False, False]
    await probes[0].end(Silent.DESTINATION)
    for each in probes[1:]:
        with pytest.raises(DestinationSilent):
            await each.task
    seconds.now = 15.0
    probe = Held(rooms, "two")
    await settle()
    await probe.end()
    await attempt(rooms, None, account_id="three")


async def test_connections_that_hang_are_few_of_an_account_and_bounded_of_all_at_one_destination() -> None:
    rooms = bulkhead(
        destination=9, server=9, silent=2, silent_of_all=3, silent_seconds=0.01,
        breaker=BreakerLimits(threshold=99),  # type: ignore[arg-type]
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        for account_id in ("a", "a", "b"):
            await stack.enter_async_context(rooms.slot(account_id, ONE))
        async with asyncio.timeout(PATIENCE_SECONDS):
            # Timers of the bulkhead take the places away; there is no event to await.
            while rooms.holding():  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert rooms.unwanted() == unwanted(("a", "mail:one.example"), everybody=["mail:one.example"])
        further, elsewhere = Held(rooms, "c"), Held(rooms, "a", OTHER)
        await settle()
        assert (further.has_slot.is_set(), elsewhere.has_slot.is_set()) == (False, True)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await further.has_slot.wait()
    further.task.cancel()
    elsewhere.task.cancel()


async def test_a_mail_server_without_sessions_is_left_alone_for_all_mail_and_for_no_upload() -> None:
    rooms = bulkhead()
    for route in (ONE, OTHER, ONE):
        await attempt(rooms, Silent.SERVER, route)
    assert rooms.states() == {MAIL_SERVER: BreakerState.OPEN}
    assert rooms.unwanted() == unwanted(mail=True)
    with pytest.raises(DestinationSilent):
        await attempt(rooms, None, OTHER)
    await attempt(rooms, None, UPLOAD)


async def test_a_mail_server_that_let_an_attempt_wait_for_long_is_tried_by_the_next_one_at_once() -> None:
    seconds = Seconds()
    rooms = bulkhead(seconds)
    waited = [Held(rooms) for _ in range(2)] + [Held(rooms, route=OTHER)]
    await settle()
    seconds.now = 40.0
    for each in waited:
        await each.end(Silent.SERVER)
    assert rooms.states() == {MAIL_SERVER: BreakerState.HALF_OPEN}
    await attempt(rooms, None)
    assert rooms.states() == {}


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


async def test_whoever_is_cancelled_as_the_turn_comes_gives_the_slot_back() -> None:
    slots = bulkhead(destination=1)
    first = slots.slot_at_once("a", ONE)
    assert first is not None
    waiting = Held(slots)
    await settle()
    slots.give_back(first)
    waiting.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting.task
    assert slots.slot_at_once("a", ONE) is not None


def test_a_slot_ends_once_it_is_told_how() -> None:
    slot = Slot("a", ONE)
    slot.ended(Silent.SERVER)
    assert (slot.is_over, slot.silent) == (True, Silent.SERVER)


async def test_a_slot_at_once_is_given_where_one_is_free_and_counts_like_any_other() -> None:
    rooms = bulkhead(destination=1)
    slot = rooms.slot_at_once("a", ONE)
    assert slot is not None
    assert rooms.slot_at_once("b", ONE) is None
    waiting = Held(rooms, "b")
    await settle()
    assert not waiting.has_slot.is_set()
    with rooms.held(slot):
        slot.ended(None)
    await settle()
    assert waiting.has_slot.is_set()
    await waiting.end()
    assert rooms.waiting() == 0
    assert rooms.holding() == {}


async def test_no_slot_is_given_at_once_where_the_account_met_silence() -> None:
    rooms = bulkhead()
    for _ in range(BreakerLimits().threshold):
        await attempt(rooms, Silent.DESTINATION)
    assert rooms.slot_at_once("a", ONE) is None
    other = rooms.slot_at_once("a", OTHER)
    assert other is not None
    rooms.give_back(other)
    assert rooms.holding() == {}
