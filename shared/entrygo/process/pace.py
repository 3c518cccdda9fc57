"""How often to look for what nobody announces: often while there is work, seldom at rest."""

import time
from collections.abc import Callable

QUIET_SECONDS = 10.0


class Pace:
    """Says how long to pause. At rest a wake-up costs more than what it looks for."""

    def __init__(
        self,
        *,
        busy_seconds: float,
        rest_seconds: float,
        quiet_seconds: float = QUIET_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`busy_seconds` until so long after the last work, `rest_seconds` from then on."""
        self._busy = busy_seconds
        self._rest = rest_seconds
        self._quiet = quiet_seconds
        self._clock = clock
        self._worked_at = clock()

    def note_work(self) -> None:
        """There is something to do now."""
        self._worked_at = self._clock()

    @property
    def seconds(self) -> float:
        """How long to pause from now on."""
        return self._busy if self._clock() - self._worked_at < self._quiet else self._rest
