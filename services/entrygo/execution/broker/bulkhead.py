"""The bulkhead around each destination: a few deliveries at once, and none while it is silent.

A slot is one of the destination's, one of the server's on the way there, and one of the process'. Slots are
given to accounts in turn. A delivery that waits for an answer for long gives its slots up to others, so that
a silent destination holds nobody else up; that of the process it keeps, and no account has more than half
of those.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from entrygo.execution.broker.breaker import Breaker, BreakerLimits, BreakerState
from entrygo.execution.broker.channels.base import Silent
from entrygo.execution.broker.routes import MAIL_SERVER, Route

# Of one destination, in memory; the others wait in the ledger.
MAX_WAITING = 8

log = structlog.get_logger(__name__)


class DestinationSilent(Exception):
    """No attempt is made: the destination did not answer the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadLimits:
    """Deliveries at once: by destination, by server (of mail), by process; and when one counts as silent."""

    destination: int = 2
    server: int = 4
    process: int = 64
    silent_seconds: float = 10.0
    # Deliveries that wait for one silent destination; further ones, and probes, wait until one of them ends.
    silent: int = 4
    breaker: BreakerLimits = field(default_factory=BreakerLimits)

    @classmethod
    def of_turns(cls, at_once: int) -> "BulkheadLimits":
        """Of work within the process: so many at once, and none counts as silent, as no peer is involved."""
        a_day = timedelta(days=1).total_seconds()
        return cls(destination=at_once, server=at_once, process=at_once, silent_seconds=a_day)


@dataclass(eq=False, slots=True)
class Slot:
    """What a delivery holds; `heard` says how it ended."""

    account_id: str
    route: Route
    # Cleared once the delivery has been silent for long: others may have its place.
    counts: bool = True
    silent: Silent | None = None
    is_over: bool = False

    def ended(self, silent: Silent | None) -> None:
        """The attempt is over; `silent` names who said nothing."""
        self.is_over, self.silent = True, silent


@dataclass(eq=False, slots=True)
class _Waiter:
    account_id: str
    route: Route
    slot: "asyncio.Future[Slot]"


class Bulkhead:
    """Gives slots. `seconds` is a clock that never goes back."""

    def __init__(self, limits: BulkheadLimits, seconds: Callable[[], float]) -> None:
        self._limits = limits
        self._seconds = seconds
        self._held: Counter[str] = Counter()
        self._silent: Counter[str] = Counter()
        self._by_account: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[_Waiter]] = OrderedDict()
        self._breakers: dict[str, Breaker] = {}

    @asynccontextmanager
    async def slot(self, account_id: str, route: Route) -> AsyncIterator[Slot]:
        """Waits for the account's turn. Raises DestinationSilent, at once or while it waits."""
        slot = await self._turn(account_id, route)
        patience = asyncio.get_running_loop().call_later(
            self._limits.silent_seconds, self._count_no_more, slot
        )
        try:
            yield slot
        finally:
            patience.cancel()
            self._give_back(slot)

    def unwanted(self) -> tuple[list[str], bool]:
        """Destinations for which enough are waiting, or that are silent; and whether all mail is unwanted."""
        waiting = Counter(each.route.destination for queue in self._waiting.values() for each in queue)
        full = {name for name, count in waiting.items() if count >= MAX_WAITING}
        silent = {name for name, count in self._silent.items() if count >= self._limits.silent}
        is_open = {place for place, state in self.states().items() if state is BreakerState.OPEN}
        return sorted(full | silent | is_open), MAIL_SERVER in is_open

    def waiting(self) -> int:
        """How many wait for a slot."""
        return sum(map(len, self._waiting.values()))

    def states(self) -> dict[str, BreakerState]:
        """Every server and destination that has been silent of late."""
        now = self._seconds()
        states = {place: breaker.state(now) for place, breaker in self._breakers.items()}
        return {place: state for place, state in states.items() if state is not BreakerState.CLOSED}

    def holding(self) -> dict[str, int]:
        """How many deliveries each place has at this moment."""
        return dict(self._held)

    async def _turn(self, account_id: str, route: Route) -> Slot:
        if self._is_open(route):
            raise DestinationSilent
        waiter = _Waiter(account_id, route, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(account_id, deque()).append(waiter)
        self._give_turns()
        try:
            return await waiter.slot
        except asyncio.CancelledError:
            if waiter.slot.done() and not waiter.slot.cancelled() and waiter.slot.exception() is None:
                self._give_back(waiter.slot.result())
            raise
        finally:
            self._forget(account_id, waiter)

    def _forget(self, account_id: str, waiter: _Waiter) -> None:
        queue = self._waiting.get(account_id)
        if queue is not None and waiter in queue:
            queue.remove(waiter)
        if queue is not None and not queue:
            del self._waiting[account_id]

    def _give_turns(self) -> None:
        """Round after round, one slot for each account that waits for one that is free."""
        while sum(self._give_turn(account_id) for account_id in list(self._waiting)):
            continue

    def _give_turn(self, account_id: str) -> bool:
        queue = self._waiting[account_id]
        waiter = next((each for each in queue if self._has_room(each)), None)
        if waiter is None:
            return False
        queue.remove(waiter)
        # Who had a turn is last in the next round.
        self._waiting.move_to_end(account_id)
        if not queue:
            del self._waiting[account_id]
        slot = Slot(account_id, waiter.route)
        self._held.update(waiter.route.places)
        self._by_account[account_id] += 1
        waiter.slot.set_result(slot)
        return True

    def _has_room(self, waiter: _Waiter) -> bool:
        limits, route = self._limits, waiter.route
        return (
            not waiter.slot.done()
            and self._by_account.total() < limits.process
            and self._by_account[waiter.account_id] < max(1, limits.process // 2)
            and self._silent[route.destination] < limits.silent
            and all(self._held[place] < self._capacity(place, route) for place in route.places)
        )

    def _capacity(self, place: str, route: Route) -> int:
        match self._breaker(place).state(self._seconds()):
            case BreakerState.OPEN:
                return 0
            case BreakerState.HALF_OPEN:
                return 1
            case BreakerState.CLOSED:
                is_shared = place != route.destination
                return self._limits.server if is_shared else self._limits.destination

    def _is_open(self, route: Route) -> bool:
        now = self._seconds()
        return any(self._breaker(place).state(now) is BreakerState.OPEN for place in route.places)

    def _count_no_more(self, slot: Slot) -> None:
        self._free(slot)
        self._silent[slot.route.destination] += 1
        self._fell_silent(slot.route.destination)
        self._give_turns()

    def _give_back(self, slot: Slot) -> None:
        was_silent_before = not slot.counts
        self._free(slot)
        self._by_account -= Counter([slot.account_id])
        if was_silent_before:
            self._silent -= Counter([slot.route.destination])
        if slot.is_over:
            self._learn(slot, was_silent_before=was_silent_before)
        self._give_turns()

    def _free(self, slot: Slot) -> None:
        if slot.counts:
            slot.counts = False
            self._held -= Counter(slot.route.places)

    def _learn(self, slot: Slot, *, was_silent_before: bool) -> None:
        """An answer of the destination proves the server alive; its silence does not accuse the server."""
        match slot.silent:
            case None:
                for place in slot.route.places:
                    if self._breaker(place).state(self._seconds()) is not BreakerState.CLOSED:
                        log.info("delivery.destination_answers", place=place)
                    self._breakers.pop(place, None)
            case Silent.SERVER:
                self._fell_silent(slot.route.server)
            case Silent.DESTINATION if not was_silent_before:
                self._fell_silent(slot.route.destination)

    def _fell_silent(self, place: str) -> None:
        breaker = self._breakers.setdefault(place, Breaker(self._limits.breaker))
        breaker.fell_silent(self._seconds())
        if breaker.state(self._seconds()) is BreakerState.OPEN:
            log.warning("delivery.destination_silent", place=place)
            self._turn_away(place)

    def _turn_away(self, place: str) -> None:
        for queue in self._waiting.values():
            for waiter in queue:
                if place in waiter.route.places and not waiter.slot.done():
                    waiter.slot.set_exception(DestinationSilent())

    def _breaker(self, place: str) -> Breaker:
        return self._breakers.get(place) or Breaker(self._limits.breaker)
