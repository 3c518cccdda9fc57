"""The child of `workers`: answers its parent, one request after the other, and gives way to others."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import structlog
import uvloop

from entrygo.domain.errors import EntryGoError, InternalError
from entrygo.process.logging import configure_logging
from entrygo.process.memory import collect_seldom, share_arenas
from entrygo.process.pipe_messages import read_message, write_message
from entrygo.process.settings import LogSettings

# Whoever is not a child has three times its share of a core, and wakes before it. On a machine that is
# busy for minutes a child still comes on: with 10 it had a thirtieth of a core beside sixteen others.
NICENESS = 5
# The kernel ends a child first where memory runs out: it is begun anew, and nothing else was lost.
OOM_SCORE = 500

T = TypeVar("T")
# What the child does with a request.
Handle = Callable[[Any], Awaitable[object]]

log = structlog.get_logger(__name__)


class _HereAndNow(ThreadPoolExecutor):
    """Does at once what `asyncio.to_thread` is given: the loop of a child has nothing else to do then."""

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def serve(name: str, begin: Callable[[Any], Handle], log_settings: Callable[[Any], LogSettings]) -> None:
    """The child: answers one request after the other until its parent closes the pipe.

    Its log lines come from the `process` of this name. `begin` makes the handler from the setup, and
    `log_settings` says how what happens in it is logged.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever is printed goes where the parent's errors go, and not among the answers.
    os.dup2(2, 1)
    give_way()
    share_arenas()
    setup = read_message(requests)
    configure_logging(name, log_settings(setup))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, suppress(EOFError, BrokenPipeError):
        handle, loop = begin(setup), runner.get_loop()
        loop.set_default_executor(_HereAndNow())
        collect_seldom()
        while True:
            # Not by `runner.run`: looking for the handler of SIGINT, Python makes a text of the answer.
            write_message(answers, loop.run_until_complete(_handled(handle, read_message(requests))))


def give_way() -> None:
    """Makes this process one that others go before, and that the kernel ends first where memory runs out."""
    os.nice(NICENESS)
    # Linux shares cores between sessions first, where it does so at all.
    for file, value in (("autogroup", NICENESS), ("oom_score_adj", OOM_SCORE)):
        with suppress(OSError):
            Path("/proc/self", file).write_text(str(value), encoding="ascii")


async def _handled(handle: Handle, request: Any) -> tuple[EntryGoError | None, object]:
    try:
        return None, await handle(request)
    except EntryGoError as error:
        if error.__cause__ is not None:
            log.warning("worker.refused", exc_info=error)
        return error, None
    except Exception:
        log.exception("worker.failed")
        return InternalError(), None
