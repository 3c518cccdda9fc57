"""What a channel to a broker is: it delivers frozen bytes and says truthfully what became of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What is known after an attempt."""

    SENT = "sent"  # the broker's side took responsibility
    REFUSED = "refused"  # for good: trying the same again is useless
    TRANSIENT = "transient"  # surely not delivered, may be tried again
    UNKNOWN = "unknown"  # may have been delivered: must not be tried again by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt: to whom, and the bytes that were frozen when the submission was prepared."""

    submission_id: str
    sender: str
    recipient: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and in words what the other side said."""

    outcome: Outcome
    message: str


# Awaited right before the point of no return. If it raises, nothing is sent and the error is passed on.
BeforeData = Callable[[], Awaitable[None]]


class Channel(Protocol):
    """A way to a broker. `submit` returns a Result for whatever the other side or the network does."""

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result: ...

    async def close(self) -> None: ...
