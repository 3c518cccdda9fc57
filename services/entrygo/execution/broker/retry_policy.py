"""When a submission that surely did not arrive is tried again, and when it is given up. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrygo.execution.state.records import Submission

# While a destination is silent.
SILENT_DELAY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a transient failure is tried again; the last delay repeats until `give_up_after`."""

    delays: Sequence[timedelta]
    give_up_after: timedelta
    # Gives a number in [0, 1): spreads retries so that a healed server is not met by all at once.
    jitter: Callable[[], float]

    def next_attempt(self, submission: Submission, now: datetime, *, is_silent: bool) -> datetime | None:
        """None when it is given up. While a destination is silent its breaker spares it, not the waiting."""
        delay = self.delays[min(submission.attempts, len(self.delays)) - 1]
        if is_silent:
            delay = min(delay, SILENT_DELAY)
        due = now + delay * (1 + self.jitter() / 4)
        assert submission.prepared_at is not None
        # The time in which it was not let out does not count.
        since = max(submission.prepared_at, submission.held_at or submission.prepared_at)
        return due if due <= since + self.give_up_after else None
