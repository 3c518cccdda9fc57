"""When a delivery is tried again, and when an endpoint is given up. Pure: no clock, no chance of its own."""

from datetime import timedelta

# Standard Webhooks 1.0.0, "Deliverability and reliability": with the first attempt, ten over three days.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2
LONGEST_ASKED = timedelta(hours=1)
GONE = 410
# "I have too much to do": a Retry-After counts.
THROTTLING = frozenset({429, 502, 503, 504})
# As Svix does it: every attempt of five days failed.
PATIENCE = timedelta(days=5)


def pause_after(attempts: int, *, asked: timedelta | None, chance: float) -> timedelta | None:
    """How long to wait after so many failed attempts (1 or more); None: there is no other.

    `asked` is the receiver's Retry-After, of which an hour counts at most; `chance`, from 0 to 1, spreads
    the attempts of deliveries that failed together.
    """
    if attempts > len(PAUSES):
        return None
    pause = PAUSES[attempts - 1] * (1 + JITTER * chance)
    return max(pause, min(asked, LONGEST_ASKED)) if asked is not None else pause


def is_given_up(failing_for: timedelta) -> bool:
    """Whether an endpoint that took nothing for so long is disabled."""
    return failing_for >= PATIENCE
