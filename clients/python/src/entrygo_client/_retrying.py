"""Which failures are tried again, and when. Pure: no clock, no network."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

STATUSES = frozenset({408, 429, 500, 502, 503, 504})
IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 8.0
# A server that asks for more is not waited for.
LONGEST_RETRY_AFTER = 120.0
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed: the answer's status, code and Retry-After, or no status where none came."""

    status: int | None
    code: str = ""
    retry_after: float | None = None


def failure_of(status: int, body: Any, headers: Mapping[str, str]) -> Failure:
    """What a retry is decided on."""
    code = str(body.get("errorCode", "")) if isinstance(body, Mapping) else ""
    return Failure(status, code, _seconds_asked(headers))


def pause_before_retry(failure: Failure, retries_done: int, max_retries: int) -> float | None:
    """Seconds until the next attempt; None when there is none."""
    if retries_done >= max_retries or not _is_worth_it(failure):
        return None
    asked = failure.retry_after
    if asked is not None:
        return asked if asked <= LONGEST_RETRY_AFTER else None
    pause = min(FIRST_PAUSE * 2.0**retries_done, LONGEST_PAUSE)
    return pause * (1 - JITTER * random.random())  # noqa: S311


def _seconds_asked(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, or as a date from that of the answer: whose clock is right does not matter."""
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        until, now = (parsedate_to_datetime(each) for each in (text, headers.get("date", "")))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        # No date, or one of no time zone beside one of some.
        return None


def _is_worth_it(failure: Failure) -> bool:
    if failure.status is None:
        return True
    return failure.status in STATUSES or (failure.status == 409 and failure.code == IN_PROGRESS)
