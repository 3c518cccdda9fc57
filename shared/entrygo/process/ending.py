"""The end of a process: within a limit, whatever the work waits for; the log says what that was."""

import asyncio
import contextlib
import faulthandler
import logging
import os
import signal
from collections.abc import Coroutine
from types import FrameType
from typing import Any

import structlog

from entrygo.process.settings import StopSettings

# What a part may take beyond the drain and the grace time to close what it holds.
CLOSING_SECONDS = 0.3
# For work that was cancelled to leave things in order.
CANCELLED_SECONDS = 2.0
# The limit of the last resort comes after all others.
LAST_RESORT_SECONDS = 1.0
HUNG = 1  # exit status

log = structlog.get_logger(__name__)


def stop_on_signals(stop: asyncio.Event, limits: StopSettings) -> None:
    """SIGINT and SIGTERM set `stop`, and begin a time after which the process is gone in any case.

    That last limit is a thread's of the interpreter: it holds also when the event loop does not turn or a
    thread of ours does not end. It writes every thread's stack to stderr and exits with 1.
    """
    loop = asyncio.get_running_loop()
    limit = seconds_to_finish(limits) + CANCELLED_SECONDS + LAST_RESORT_SECONDS

    def on_signal(number: int, frame: FrameType | None) -> None:
        if not stop.is_set():
            faulthandler.dump_traceback_later(limit, exit=True)
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Waits so long, and no longer than until `stop`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def first_of(*events: asyncio.Event, seconds: float | None = None) -> None:
    """Waits until one of `events` is set, and no longer than so long; not at all where one is."""
    if any(event.is_set() for event in events):
        return
    await first_ended(*(event.wait() for event in events), seconds=seconds)


async def first_ended(*waits: Coroutine[Any, Any, Any], seconds: float | None = None) -> None:
    """Waits until one of `waits` has ended, and no longer than so long; cancels the others."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def run_until_ended(work: Coroutine[Any, Any, None], stop: asyncio.Event, limits: StopSettings) -> None:
    """Runs `work`, which ends by itself or after `stop`; cancels it when it does not end in time.

    What does not end although it was cancelled costs the process its life, with status 1.
    """
    task = asyncio.create_task(work, name="process")
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not await _is_done(task, seconds_to_finish(limits)):
        log.warning("process.cut_short", unfinished=unfinished())
        task.cancel()
        if not await _is_done(task, CANCELLED_SECONDS):
            log.error("process.hung", unfinished=unfinished())
            logging.shutdown()
            os._exit(HUNG)
    if not task.cancelled():
        task.result()


def seconds_to_finish(limits: StopSettings) -> float:
    """From the signal to the end of the patience with what is under way."""
    return limits.drain_seconds + limits.stop_grace_seconds + CLOSING_SECONDS


async def _is_done(task: "asyncio.Task[None]", seconds: float) -> bool:
    done, _ = await asyncio.wait((task,), timeout=seconds)
    return bool(done)


def unfinished() -> list[str]:
    """The other tasks of this event loop, each by its name and the line that it waits in."""
    return sorted(
        f"{task.get_name()} at {_place(task)}"
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task()
    )


def _place(task: "asyncio.Task[Any]") -> str:
    """The innermost line of ours or a library's that awaits."""
    place = "?"
    awaiting: Any = task.get_coro()
    while awaiting is not None:
        frame = getattr(awaiting, "cr_frame", None) or getattr(awaiting, "ag_frame", None)
        if frame is not None:
            place = f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        awaiting = getattr(awaiting, "cr_await", None) or getattr(awaiting, "ag_await", None)
    return place
