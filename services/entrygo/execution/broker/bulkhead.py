"""The bulkhead around each destination: a few deliveries at once, and none of whom it leaves without a word.

A slot is one of the destination's, one of the server's on the way there, and one of the process'. Slots are
given to accounts in turn. A delivery that waits for an answer for long gives its slots up to others, so that
a silent destination holds nobody else up; that of the process it keeps, and no account has more than half
of those. Silence is held against the account that met it (`silences`), for others may be answered there.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import structlog

from entrygo.execution.broker.breaker import BreakerState
from entrygo.execution.broker.channels.base import Silent
from entrygo.execution.broker.rooms import (
    BulkheadLimits,
    Occupied,
    Unwanted,
    crowded,
    has_room,
    has_server_room,
)
from entrygo.execution.broker.routes import MAIL_SERVER, Route
from entrygo.execution.broker.silences import Silences, Tried

log = structlog.get_logger(__name__)


class DestinationSilent(Exception):
    """No attempt is made: the destination did not answer the last ones."""


@dataclass(eq=False, slots=True)
class Slot:
    """What a delivery holds while it runs; `ended` records how."""

    account_id: str
    route: Route
    # Whether silence was what the account met there last.
    is_on_trial: bool = False
    # When it was given, by the bulkhead's clock.
    since: float = 0.0
    # Cleared once the delivery has been silent for long: others may have its place.
    counts: bool = True
    silent: Silent | None = None
    is_over: bool = False
    is_back: bool = False

    @property
    def tried(self) -> Tried:
        return (self.account_id, self.route.destination)

    def ended(self, silent: Silent | None) -> None:
        """Records that the attempt is over; `silent` names the side that gave no answer."""
        self.is_over, self.silent = True, silent


@dataclass(eq=False, slots=True)
class _Waiter:
    account_id: str
    route: Route
    slot: "asyncio.Future[Slot]"

    @property
    def tried(self) -> Tried:
        return (self.account_id, self.route.destination)


class Bulkhead:
    """Gives slots. `seconds` is a clock that never goes back."""

    def __init__(self, limits: BulkheadLimits, seconds: Callable[[], float]) -> None:
        self._limits = limits
        self._seconds = seconds
        self._silences = Silences(limits.breaker)
        self._held: Counter[str] = Counter()
        # Of these, of accounts on trial at the destination.
        self._on_trial: Counter[str] = Counter()
        self._silent: Counter[Tried] = Counter()
        self._by_account: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[_Waiter]] = OrderedDict()

    @asynccontextmanager
    async def slot(self, account_id: str, route: Route) -> AsyncIterator[Slot]:
        """Waits for the account's turn. Raises DestinationSilent, at once or while it waits."""
        with self.held(await self._turn(account_id, route)) as slot:
            yield slot

    def slot_at_once(self, account_id: str, route: Route) -> Slot | None:
        """A slot, where one is free now for this account; the caller uses it in `held` or gives it back."""
        if self._is_open(account_id, route):
            return None
        waiter = self._line_up(account_id, route)
        if waiter.slot.done():
            return waiter.slot.result()
        self._forget(account_id, waiter)
        return None

    @contextmanager
    def held(self, slot: Slot) -> Iterator[Slot]:
        """A delivery with this slot, which is given back at the end."""
        patience = asyncio.get_running_loop().call_later(
            self._limits.silent_seconds, self._count_no_more, slot
        )
        try:
            yield slot
        finally:
            patience.cancel()
            self.give_back(slot)

    def give_back(self, slot: Slot) -> None:
        """Others may have it, once; what the delivery met is learnt, if there was one."""
        if slot.is_back:
            return
        slot.is_back = True
        was_silent_before = not slot.counts
        self._free(slot)
        self._by_account -= Counter([slot.account_id])
        if was_silent_before:
            self._silent -= Counter([slot.tried])
        if slot.is_over:
            self._learn(slot, was_silent_before=was_silent_before)
        self._give_turns()

    def unwanted(self) -> Unwanted:
        """What not to fetch from the ledger: places that are silent, accounts with enough waiting."""
        now, limits = self._seconds(), self._limits
        self._silences.forget(now)
        on_trial = self._silences.on_trial()
        left_alone = {each for each in on_trial if self._state(each, now) is BreakerState.OPEN}
        hanging = {each for each, count in self._silent.items() if count >= limits.silent}
        of_all = Counter(destination for _, destination in self._silent.elements())
        return Unwanted(
            tried=frozenset(left_alone | hanging | crowded(Counter(self._tried()), on_trial)),
            destinations=frozenset(each for each, count in of_all.items() if count >= limits.silent_of_all),
            mail=self._silences.of_server(MAIL_SERVER, now) is BreakerState.OPEN,
        )

    def waiting(self) -> int:
        """How many wait for a slot."""
        return sum(map(len, self._waiting.values()))

    def states(self) -> dict[str, BreakerState]:
        """Every server and destination that was silent recently, to everybody or to one account."""
        return self._silences.states(self._seconds())

    def shut_out(self) -> dict[str, int]:
        """For each destination the number of accounts whose breaker is open."""
        return self._silences.accounts(self._seconds())

    def holding(self) -> dict[str, int]:
        """How many deliveries each place has at this moment."""
        return dict(self._held)

    async def _turn(self, account_id: str, route: Route) -> Slot:
        if self._is_open(account_id, route):
            raise DestinationSilent
        waiter = self._line_up(account_id, route)
        try:
            return await waiter.slot
        except asyncio.CancelledError:
            if waiter.slot.done() and not waiter.slot.cancelled() and waiter.slot.exception() is None:
                self.give_back(waiter.slot.result())
            raise
        finally:
            self._forget(account_id, waiter)

    def _line_up(self, account_id: str, route: Route) -> _Waiter:
        waiter = _Waiter(account_id, route, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(account_id, deque()).append(waiter)
        self._give_turns()
        return waiter

    def _forget(self, account_id: str, waiter: _Waiter) -> None:
        queue = self._waiting.get(account_id)
        if queue is not None and waiter in queue:
            queue.remove(waiter)
        if queue is not None and not queue:
            del self._waiting[account_id]

    def _give_turns(self) -> None:
        """Gives free slots to waiting accounts in turn, one each per round."""
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
        is_on_trial = self._silences.is_on_trial(*waiter.tried)
        slot = Slot(account_id, waiter.route, is_on_trial, self._seconds())
        self._take(slot)
        self._by_account[account_id] += 1
        waiter.slot.set_result(slot)
        return True

    def _has_room(self, waiter: _Waiter) -> bool:
        limits, route, now = self._limits, waiter.route, self._seconds()
        is_on_trial = self._silences.is_on_trial(*waiter.tried)
        server = self._silences.of_server(route.server, now)
        held, on_trial = self._held[route.server], self._on_trial[route.server]
        return (
            not waiter.slot.done()
            and self._by_account.total() < limits.process
            and self._by_account[waiter.account_id] < max(1, limits.process // 2)
            and has_room(
                self._state(waiter.tried, now),
                self._occupied(waiter.tried),
                limits,
                is_on_trial=is_on_trial,
            )
            and (
                not route.is_through_a_server
                or has_server_room(server, held, on_trial, limits, is_on_trial=is_on_trial)
            )
        )

    def _occupied(self, tried: Tried) -> Occupied:
        _, destination = tried
        return Occupied(
            held=self._held[destination],
            on_trial=self._on_trial[destination],
            silent=sum(count for (_, place), count in self._silent.items() if place == destination),
            own_silent=self._silent[tried],
        )

    def _state(self, tried: Tried, now: float) -> BreakerState:
        return self._silences.of_destination(*tried, now)

    def _is_open(self, account_id: str, route: Route) -> bool:
        now = self._seconds()
        return BreakerState.OPEN in (
            self._state((account_id, route.destination), now),
            self._silences.of_server(route.server, now) if route.is_through_a_server else BreakerState.CLOSED,
        )

    def _tried(self) -> Iterator[Tried]:
        return (waiter.tried for queue in self._waiting.values() for waiter in queue)

    def _count_no_more(self, slot: Slot) -> None:
        self._free(slot)
        self._silent[slot.tried] += 1
        self._fell_silent(slot)
        self._give_turns()

    def _take(self, slot: Slot) -> None:
        self._held.update(slot.route.places)
        if slot.is_on_trial:
            self._on_trial.update(slot.route.places)

    def _free(self, slot: Slot) -> None:
        if not slot.counts:
            return
        slot.counts = False
        self._held -= Counter(slot.route.places)
        if slot.is_on_trial:
            self._on_trial -= Counter(slot.route.places)

    def _learn(self, slot: Slot, *, was_silent_before: bool) -> None:
        """An answer also closes the server's breaker; the destination's silence does not count against it."""
        now, route = self._seconds(), slot.route
        match slot.silent:
            case None:
                if self._silences.answered(slot.account_id, route.server, route.destination, now):
                    log.info(
                        "delivery.destination_answers", place=route.destination, account_id=slot.account_id
                    )
            case Silent.SERVER if route.is_through_a_server:
                self._silences.server_fell_silent(route.server, now, now - slot.since)
                if self._silences.of_server(route.server, now) is BreakerState.OPEN:
                    log.warning("delivery.destination_silent", place=route.server)
                    self._turn_away()
            case _ if not was_silent_before:
                self._fell_silent(slot)

    def _fell_silent(self, slot: Slot) -> None:
        now, place = self._seconds(), slot.route.destination
        self._silences.fell_silent(slot.account_id, place, now)
        if self._state(slot.tried, now) is BreakerState.OPEN:
            log.warning("delivery.destination_silent", place=place, account_id=slot.account_id)
            self._turn_away()

    def _turn_away(self) -> None:
        for queue in self._waiting.values():
            for waiter in queue:
                if not waiter.slot.done() and self._is_open(waiter.account_id, waiter.route):
                    waiter.slot.set_exception(DestinationSilent())
