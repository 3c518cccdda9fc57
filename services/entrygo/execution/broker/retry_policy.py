"""When a submission that surely did not arrive is tried again, and when it is given up. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrygo.execution.state.records import Submission

# While a destination is silent.
SILENT_DELAY = timedelta(seconds=30)
NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a transient failure is tried again; the last delay repeats until `give_up_after`."""

    delays: Sequence[timedelta]
    give_up_after: timedelta
    # Gives a number in [0, 1): spreads retries so that a healed server is not met by all at once.
    jitter: Callable[[], float]

    def next_attempt(
        self, submission: Submission, now: datetime, *, silent_for: timedelta | None
    ) -> datetime | None:
        """None when it is given up. `silent_for`: how long an attempt that got no answer waited for one.

        While a destination is silent its breaker spares it, not the waiting; what the attempt itself waited
        is a part of the delay.
        """
        delay = self.delays[min(submission.attempts, len(self.delays)) - 1]
        if silent_for is not None:
            delay = min(delay, SILENT_DELAY)
        spread = delay * (1 + self.jitter() / 4)
        due = now + max(spread - (silent_for or NO_TIME), NO_TIME)
        assert submission.prepared_at is not None
        # The time in which it was not let out does not count.
        since = max(submission.prepared_at, submission.held_at or submission.prepared_at)
        return due if due <= since + self.give_up_after else None
