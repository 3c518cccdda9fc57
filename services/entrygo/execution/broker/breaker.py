"""A circuit breaker: after repeated silence no attempts are made for a while, then a single one. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether attempts are let through."""

    CLOSED = "closed"  # all
    OPEN = "open"  # none
    HALF_OPEN = "half_open"  # one, which decides


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """After how many silent attempts in a row it opens, and for how many seconds at first and at most."""

    threshold: int = 3
    first_pause: float = 5.0
    longest_pause: float = 30.0


class Breaker:
    """Of one place, or of one account at it. Times are seconds of a clock that never goes back."""

    def __init__(self, limits: BreakerLimits) -> None:
        self._limits = limits
        self._silent = 0
        self._pause = 0.0
        self._opens_until: float | None = None
        self._fell_silent_at = 0.0

    def state(self, now: float) -> BreakerState:
        if self._opens_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._opens_until else BreakerState.HALF_OPEN

    def silent_for(self, now: float) -> float:
        """Seconds since the last silence."""
        return now - self._fell_silent_at

    def fell_silent(self, now: float, waited: float = 0.0) -> None:
        """An attempt ended without an answer, or has waited too long for one.

        `waited`: the seconds that an attempt which is over spent on it; they are a part of the pause.
        """
        self._silent += 1
        self._fell_silent_at = now
        state = self.state(now)
        if state is BreakerState.HALF_OPEN or (
            state is BreakerState.CLOSED and self._silent >= self._limits.threshold
        ):
            self._pause = min(self._pause * 2 or self._limits.first_pause, self._limits.longest_pause)
            self._opens_until = now + max(self._pause - waited, 0.0)
