"""Runs a process: event loop, logging, signals. The work itself is the caller's."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog
import uvloop

from entrygo.process.logging import configure_logging
from entrygo.process.metrics import serve_metrics
from entrygo.process.settings import ProcessSettings

GARBAGE_THRESHOLD = 20_000  # new objects before the youngest are looked at; the default is 700

log = structlog.get_logger(__name__)


def run(name: str, settings: ProcessSettings, main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Runs `main(stop)` until it returns; SIGINT and SIGTERM set `stop`.

    With `--check` on the command line it prints the settings and returns.
    """
    if "--check" in sys.argv[1:]:
        sys.stdout.write(f"{settings!r}\n")
        return
    configure_logging(name, settings.log)
    serve_metrics(settings.metrics)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_supervised(main))


async def _supervised(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    # What is alive now stays alive: the collector need not walk it again and again.
    gc.freeze()
    # A plan or a package of ten thousand orders lives long and in millions of objects: look less often.
    gc.set_threshold(GARBAGE_THRESHOLD, 10, 10)
    log.info("process.starting")
    await main(stop)
    log.info("process.stopped")
