"""Runs a process: event loop, logging, its end. The work itself is the caller's."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
import uvloop

from entrygo.process import open_files, tracing
from entrygo.process.ending import run_until_ended, stop_on_signals
from entrygo.process.logging import configure_logging
from entrygo.process.memory import collect_seldom, share_arenas
from entrygo.process.metrics import serve_metrics
from entrygo.process.settings import ProcessSettings, StopSettings

# How long a thread that computes keeps the interpreter from the event loop, seconds; the default is 0.005,
# and a request comes back to the loop several times. While files were read, others' requests took 59
# to 69 ms (p99) with the default, 37 to 48 with this.
SWITCH_SECONDS = 0.0005

log = structlog.get_logger(__name__)


Main = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def run(name: str, settings: ProcessSettings, main: Main, *, limits: StopSettings | None = None) -> None:
    """Runs `main(stop)` until it returns; SIGINT and SIGTERM set `stop`, and then it ends within `limits`,
    by default those of the settings.

    With `--check` on the command line it prints the settings and returns.
    """
    if "--check" in sys.argv[1:]:
        sys.stdout.write(f"{settings!r}\n")
        return
    open_files.allow_enough()
    share_arenas()
    sys.setswitchinterval(SWITCH_SECONDS)
    configure_logging(name, settings.log)
    serve_metrics(settings.metrics)
    tracing.start(name, settings.metrics.traces)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_supervised(main, limits or settings.stop))
    finally:
        tracing.end()


async def _supervised(main: Main, limits: StopSettings) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop, limits)
    collect_seldom()
    log.info("process.starting")
    await run_until_ended(main(stop), stop, limits)
    log.info("process.stopped")
