"""Whether there is a place for one more delivery, and for whom the ledger is asked no further. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from entrygo.execution.broker.breaker import BreakerLimits, BreakerState
from entrygo.execution.broker.silences import Tried

# Of one destination, in memory; the others wait in the ledger. Accounts share them.
MAX_WAITING = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadLimits:
    """Deliveries at once: by destination, by server (of mail), by process; and when one counts as silent."""

    destination: int = 2
    server: int = 4
    process: int = 64
    silent_seconds: float = 10.0
    # Deliveries of an account that wait for one silent destination, and of all accounts; further ones, and
    # probes, wait until one of them ends.
    silent: int = 4
    silent_of_all: int = 16
    breaker: BreakerLimits = field(default_factory=BreakerLimits)

    @classmethod
    def of_turns(cls, at_once: int) -> "BulkheadLimits":
        """Of work within the process: so many at once, and none counts as silent, as no peer is involved."""
        a_day = timedelta(days=1).total_seconds()
        return cls(destination=at_once, server=at_once, process=at_once, silent_seconds=a_day)

    @property
    def on_trial(self) -> int:
        """Places at one destination of who met silence there: one is left to who is answered."""
        return max(1, self.destination - 1)

    @property
    def server_on_trial(self) -> int:
        """Places at a server for who met silence behind it, wherever: the others are for who is answered."""
        return max(1, self.server // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupied:
    """What is under way at a destination, as an account asks for a place there."""

    held: int
    # Of these, by accounts that had met silence there.
    on_trial: int
    # That wait for a word without a place, of everybody and of the one that asks.
    silent: int
    own_silent: int


def has_server_room(
    state: BreakerState, held: int, on_trial: int, limits: BulkheadLimits, *, is_on_trial: bool
) -> bool:
    """At a server that all share; `on_trial` of those it has had met silence where they go."""
    if is_on_trial and on_trial >= limits.server_on_trial:
        return False
    match state:
        case BreakerState.OPEN:
            return False
        case BreakerState.HALF_OPEN:
            return held < 1
        case BreakerState.CLOSED:
            return held < limits.server


def has_room(state: BreakerState, occupied: Occupied, limits: BulkheadLimits, *, is_on_trial: bool) -> bool:
    """At a destination, for an account to which it is in this state."""
    if state is BreakerState.OPEN or occupied.held >= limits.destination:
        return False
    if occupied.own_silent >= limits.silent or occupied.silent >= limits.silent_of_all:
        return False
    # What is half open is tried by one at a time, of all accounts that it is half open to.
    tries = 1 if state is BreakerState.HALF_OPEN else limits.on_trial
    return not is_on_trial or occupied.on_trial < tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwanted:
    """What is not taken from the ledger at the moment: of an account at a destination, of all, all mail."""

    tried: frozenset[Tried]
    destinations: frozenset[str]
    mail: bool

    @property
    def is_anything(self) -> bool:
        """Whether there is any such thing."""
        return self.mail or bool(self.tried or self.destinations)

    def has(self, account_id: str, destination: str) -> bool:
        return destination in self.destinations or (account_id, destination) in self.tried


def crowded(waiting: Mapping[Tried, int], on_trial: Collection[Tried]) -> set[Tried]:
    """Who has enough waiting: an equal share of the waiting at a destination, and one at least.

    Of those on trial no more wait than all may share, so that a destination that is silent for a thousand
    accounts keeps few of their submissions in memory.
    """
    accounts = Counter(destination for _, destination in waiting)
    full = {tried for tried, count in waiting.items() if count >= max(1, MAX_WAITING // accounts[tried[1]])}
    tries: defaultdict[str, int] = defaultdict(int)
    for tried in on_trial:
        tries[tried[1]] += waiting.get(tried, 0)
    return full | {tried for tried in on_trial if tries[tried[1]] >= MAX_WAITING}
