"""States of exports as the console shows them: word, who acts next, next step. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from entrygo.domain.money import to_cents
from entrygo.domain.time import parse_rfc3339


class Turn(StrEnum):
    """Who has to do something next."""

    YOURS = "yours"
    OURS = "ours"
    BROKER = "broker"
    NOBODY = "nobody"


class Tone(StrEnum):
    """How urgent it looks; a class of the style sheet."""

    BAD = "bad"
    WARN = "warn"
    READY = "ready"
    BUSY = "busy"
    GOOD = "good"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Standing:
    """A state as word, sign and colour, with whose turn it is and the next step."""

    word: str
    icon: str
    tone: Tone
    turn: Turn
    action: str


_BLOCKED = Standing("Blocked", "■", Tone.BAD, Turn.YOURS, "Fix and plan again")
_REVIEW = Standing("To review", "◆", Tone.WARN, Turn.YOURS, "Review, then send")
_READY = Standing("Ready to send", "▶", Tone.READY, Turn.YOURS, "Send to the broker")
_UNDER_WAY = Standing("Being sent", "◌", Tone.BUSY, Turn.OURS, "Wait a moment")
_FAILED = Standing("Failed", "✕", Tone.BAD, Turn.YOURS, "Read the reason, plan again")
_NOT_SENT = Standing("Not sent", "✕", Tone.BAD, Turn.YOURS, "Read the reason, send again")
_UNKNOWN = Standing("May have arrived", "?", Tone.BAD, Turn.YOURS, "Ask the broker and record the answer")
_REJECTED = Standing("Rejected by the broker", "✕", Tone.BAD, Turn.YOURS, "Read the reason, amend")
_WITH_BROKER = Standing("With the broker", "→", Tone.QUIET, Turn.BROKER, "Waiting for the broker's answer")
_ACKNOWLEDGED = Standing("Acknowledged", "✓", Tone.GOOD, Turn.NOBODY, "Nothing to do")
_CANCELLED = Standing("Cancelled", "–", Tone.QUIET, Turn.NOBODY, "Its orders can be planned again")
_WITHDRAWN = Standing("Withdrawn", "↩", Tone.QUIET, Turn.NOBODY, "Its orders can be planned again")
_SUPERSEDED = Standing("Replaced", "⇢", Tone.QUIET, Turn.NOBODY, "Open the export that replaces it")

_BY_READINESS = {"READY": _READY, "REVIEW_REQUIRED": _REVIEW, "BLOCKED": _BLOCKED}
_BY_STATE = {
    "EXECUTING": _UNDER_WAY,
    "FAILED": _FAILED,
    "CANCELLED": _CANCELLED,
    "WITHDRAWN": _WITHDRAWN,
    "SUPERSEDED": _SUPERSEDED,
}
_BY_SUBMISSION = {
    "prepared": _UNDER_WAY,
    "sending": _UNDER_WAY,
    "sent": _WITH_BROKER,
    "acknowledged": _ACKNOWLEDGED,
    "rejected": _REJECTED,
    "failed": _NOT_SENT,
    "unknown": _UNKNOWN,
}
NOW = "just now"
# After so long without an answer the broker is asked.
OVERDUE = timedelta(hours=4)


def standing(state: str, readiness: str, submission: str) -> Standing:
    """How an export stands, by its state, its plan's readiness and the status of its last submission."""
    if state == "BATCHED":
        return _BY_READINESS.get(readiness, _REVIEW)
    if state == "COMPLETED":
        return _BY_SUBMISSION.get(submission, _UNDER_WAY)
    return _BY_STATE.get(state, _UNDER_WAY)


def age(text: str, now: datetime) -> str:
    """How long ago an instant (RFC 3339) was, as people say it."""
    seconds = max(0.0, (now - parse_rfc3339(text)).total_seconds())
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        count = int(seconds // size)
        if count:
            return "1 day" if (unit, count) == ("days", 1) else f"{count} {unit}"
    return NOW


def past(text: str, now: datetime) -> str:
    """The same of something that happened: 5 min ago."""
    since = age(text, now)
    return since if since == NOW else f"{since} ago"


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 order`, `3,418 orders`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def money(amount: object) -> str:
    """`USD 1,234.50`: readers in two countries call theirs dollars."""
    return f"USD {to_cents(Decimal(str(amount))):,}"
