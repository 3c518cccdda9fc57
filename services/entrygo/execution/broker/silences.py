"""Who met silence where, and who is let through again. Pure but for what it remembers.

What hangs for one account (a path, a mailbox) may answer all others at the same host. So an account is held
back by silence that it met itself: by its own breaker, and, as a destination that is silent for many is to be
tried by one of them at a time, by the destination's. Whoever was answered last, or was never there, is held
back by neither. Our own mail server is everybody's: its silence holds all mail back.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from entrygo.execution.broker.breaker import Breaker, BreakerLimits, BreakerState

# Nobody tried for so long: what was tried there was given up.
FORGOTTEN_AFTER_SECONDS = 3600.0
_BY_GRAVITY = (BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN)

Name = TypeVar("Name")
# An account at a destination.
Tried = tuple[str, str]


class Silences:
    """The silences since the last answer. `now` is always a time of one clock that never goes back."""

    def __init__(self, limits: BreakerLimits) -> None:
        self._limits = limits
        # Of servers that all share, and of destinations whoever met the silence.
        self._places: dict[str, Breaker] = {}
        self._own: dict[Tried, Breaker] = {}

    def of_server(self, place: str, now: float) -> BreakerState:
        """For everybody."""
        breaker = self._places.get(place)
        return BreakerState.CLOSED if breaker is None else breaker.state(now)

    def of_destination(self, account_id: str, place: str, now: float) -> BreakerState:
        """For this account."""
        own = self._own.get((account_id, place))
        return BreakerState.CLOSED if own is None else _graver(own.state(now), self.of_server(place, now))

    def is_on_trial(self, account_id: str, place: str) -> bool:
        """Whether silence was the last thing that the account met there."""
        return (account_id, place) in self._own

    def server_fell_silent(self, place: str, now: float, waited: float = 0.0) -> None:
        """There is no session with a server that all share; `waited` seconds were spent on one."""
        self._places.setdefault(place, Breaker(self._limits)).fell_silent(now, waited)

    def fell_silent(self, account_id: str, place: str, now: float) -> None:
        """A destination said nothing to this account."""
        self.server_fell_silent(place, now)
        self._own.setdefault((account_id, place), Breaker(self._limits)).fell_silent(now)

    def answered(self, account_id: str, server: str, destination: str, now: float) -> bool:
        """Both live, and the account is heard; whether that is news."""
        was = (self.of_server(server, now), self.of_destination(account_id, destination, now))
        for place in (server, destination):
            self._places.pop(place, None)
        self._own.pop((account_id, destination), None)
        return was != (BreakerState.CLOSED, BreakerState.CLOSED)

    def forget(self, now: float) -> None:
        """Drops what nobody has tried for long."""
        self._places = _fresh(self._places, now)
        self._own = _fresh(self._own, now)

    def on_trial(self) -> list[Tried]:
        """Every account that met silence last, with where."""
        return list(self._own)

    def states(self, now: float) -> dict[str, BreakerState]:
        """Each place that is not open to everybody, by the account that it is gravest for."""
        found: dict[str, BreakerState] = {}
        for place, state in self._all(now):
            found[place] = _graver(state, found.get(place, BreakerState.CLOSED))
        return {place: state for place, state in found.items() if state is not BreakerState.CLOSED}

    def accounts(self, now: float) -> dict[str, int]:
        """How many accounts a destination is not open to."""
        states = ((place, self.of_destination(account, place, now)) for account, place in list(self._own))
        return dict(Counter(place for place, state in states if state is not BreakerState.CLOSED))

    def _all(self, now: float) -> Iterator[tuple[str, BreakerState]]:
        yield from ((place, breaker.state(now)) for place, breaker in list(self._places.items()))
        yield from ((place, breaker.state(now)) for (_, place), breaker in list(self._own.items()))


def _fresh(breakers: dict[Name, Breaker], now: float) -> dict[Name, Breaker]:
    return {
        name: breaker
        for name, breaker in breakers.items()
        if breaker.silent_for(now) < FORGOTTEN_AFTER_SECONDS
    }


def _graver(one: BreakerState, other: BreakerState) -> BreakerState:
    return max(one, other, key=_BY_GRAVITY.index)
