"""What a check finds, and how checks are run: side by side, each within a bound, none stopping the others."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Never

import structlog

LONGEST_SECONDS = 15.0


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how it stands, and what to do about it."""

    subject: str
    level: Level
    text: str
    advice: str = ""


# Looks at one thing and says what it found, at least one finding; what it raises is a finding too.
Look = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    """One look, and what to do when it cannot be taken at all."""

    subject: str
    look: Look
    advice: str


def ok(subject: str, text: str) -> Finding:
    """A finding that asks for nothing."""
    return Finding(subject, Level.OK, text)


def warning(subject: str, text: str, advice: str) -> Finding:
    """It works, and `advice` says what to change before it does not."""
    return Finding(subject, Level.WARNING, text, advice)


def failed(subject: str, text: str, advice: str) -> Finding:
    """It does not work; `advice` says what to do."""
    return Finding(subject, Level.FAILED, text, advice)


async def run_checks(checks: Sequence[Check], *, seconds: float = LONGEST_SECONDS) -> list[Finding]:
    """What all of them found, in their order. What is logged meanwhile is left out: it is in the findings."""
    with _nothing_logged():
        found = await asyncio.gather(*(_run(check, seconds) for check in checks))
    return [finding for findings in found for finding in findings]


async def _run(check: Check, seconds: float) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await check.look()
    except TimeoutError:
        return [failed(check.subject, f"no answer within {seconds:g} s", check.advice)]
    except Exception as error:  # whatever a driver raises is what the operator is to read
        return [failed(check.subject, _said(error), check.advice)]


def _said(error: BaseException) -> str:
    """What was the cause of it all: what our own errors say is for clients."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


@contextlib.contextmanager
def _nothing_logged() -> Iterator[None]:
    ours = structlog.get_config()
    structlog.configure(processors=[_drop])
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        structlog.configure(**ours)


def _drop(logger: object, method: str, event: structlog.typing.EventDict) -> Never:
    raise structlog.DropEvent
