"""The interface of a channel to a broker: it delivers frozen bytes and reports what became of them."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What is known after an attempt."""

    SENT = "sent"  # the broker's side took responsibility
    REFUSED = "refused"  # for good: trying the same again is useless
    TRANSIENT = "transient"  # surely not delivered, may be tried again
    UNKNOWN = "unknown"  # may have been delivered: must not be tried again by itself


class Silent(StrEnum):
    """Who did not answer, when an attempt ended without a word."""

    SERVER = "server"  # no connection, or a greeting that lets nobody in: as for every other submission
    DESTINATION = "destination"  # the server was there, and fell silent over this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt: to whom, and the bytes that were frozen when the submission was prepared.

    `endpoint` is the JSON of an upload's endpoint, `filename` what the upload is called at the broker,
    and `attempt` counts the tries, so that two of them never write to the same place.
    """

    submission_id: str
    account_id: str
    sender: str
    recipient: str | None
    content: bytes
    endpoint: str = ""
    filename: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, the other side's words, which side gave no answer, and how long the attempt took."""

    outcome: Outcome
    message: str
    silent: Silent | None = None
    # Filled in by who made the attempt, not by the channel.
    took: timedelta = timedelta()


# Awaited right before the point of no return. If it raises, nothing is sent and the error is passed on.
BeforeData = Callable[[], Awaitable[None]]


class Channel(Protocol):
    """A way to a broker. `submit` returns a Result for whatever the other side or the network does."""

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        """One attempt. Returns what is known afterwards; raises only what `before_data` raises."""

    async def close(self) -> None:
        """Ends connections that are kept open between attempts."""


async def nothing_to_record() -> None:
    """For a mail that may leave twice: nobody has to know that its content began to leave."""


MAX_MESSAGE = 500  # characters of another side's answer that are kept
HIDDEN = "…"
# A broker's signed link, which mail servers and uploads may quote: whoever has it answers for the broker.
_LINK_TOKEN = re.compile(r"[\w-]{20,}\.[\w-]{43}(?![\w-])", re.ASCII)
# A shorter one would be found in words that are none.
_SHORTEST_SECRET = 6


def shortened(text: str, secrets: Iterable[str] = ()) -> str:
    """One printable line: the other side may send anything, and quote what it was sent."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    printable = "".join(char if char.isprintable() else " " for char in _LINK_TOKEN.sub(HIDDEN, text))
    return printable.strip()[:MAX_MESSAGE]


def described(error: BaseException) -> str:
    """What ended an attempt, in one line for people: of a server that said nothing, that it did not."""
    silence = "The server did not answer in time." if isinstance(error, TimeoutError) else ""
    # Without the system's number of it: [Errno 111] tells nobody anything.
    said = (isinstance(error, OSError) and error.strerror) or str(error)
    return shortened(said or silence or type(error).__name__)
