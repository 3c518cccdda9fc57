"""Work in child processes of low priority: what computes for long holds up neither our event loop nor others.

A request and its answer are pickles between a process and its own child, over pipes that nobody else has.
The child is `serve` in a module of its own. It ends when its parent does, whatever ends that.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any

import structlog

from entrygo.domain.errors import EntryGoError, InternalError
from entrygo.process.logging import configure_logging
from entrygo.process.memory import share_arenas
from entrygo.process.settings import LogSettings

# Whoever is not a child has four to ten times the share of a core, and wakes before one.
NICENESS = 10
# The kernel ends a child first where memory runs out: it is begun anew, and nothing else was lost.
OOM_SCORE = 500
LEAVING_SECONDS = 1.0
LENGTH_BYTES = 8

# What the child does with a request.
Handle = Callable[[Any], Awaitable[object]]

log = structlog.get_logger(__name__)


class WorkerLost(Exception):
    """The child ended, or gave no answer in time; what it has done by then is not known."""


class Workers:
    """Children that run `python -m module`: as many as there are calls at once, which callers must bound."""

    def __init__(self, module: str, setup: object) -> None:
        self._module = module
        self._setup = setup
        self._idle: list[Process] = []
        self._all: set[Process] = set()

    async def begin(self) -> None:
        """Begins one child, so that the first caller need not wait for its imports."""
        self._idle.append(await self._started())

    async def call(self, request: object, *, within_seconds: float, is_last: bool = False) -> Any:
        """The child's answer; with `is_last` it ends then, and gives back all memory that it took.

        Raises what the handler raised (of ours; InternalError for anything else), or WorkerLost.
        """
        child = self._idle.pop() if self._idle else await self._started()
        is_answered = False
        try:
            async with asyncio.timeout(within_seconds):
                await _send(child, request)
                error, answer = await _received(child)
            is_answered = True
        except (OSError, EOFError) as lost:  # also the timeout
            log.warning("worker.lost", module=self._module, pid=child.pid, error=repr(lost))
            raise WorkerLost from lost
        finally:
            if is_answered and not is_last:
                self._idle.append(child)
            else:
                self._end(child)
        if error is not None:
            raise error
        return answer

    async def close(self) -> None:
        """Ends all children; none is left behind."""
        children = set(self._all)
        for child in children:
            self._end(child)
        await asyncio.gather(*(child.wait() for child in children))

    async def _started(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module,
            stdin=PIPE, stdout=PIPE, env=_environment(),
            # Neither Ctrl-C nor a signal to our group is for it: it finishes what we wait for.
            start_new_session=True,
        )  # fmt: skip
        self._all.add(child)
        await _send(child, self._setup)
        return child

    def _end(self, child: Process) -> None:
        """At once: it holds nothing that another child, or another process, would not find again."""
        if child in self._idle:
            self._idle.remove(child)
        with suppress(ProcessLookupError):
            child.kill()
        self._all.discard(child)


@asynccontextmanager
async def open_workers(module: str, setup: object) -> AsyncIterator[Workers]:
    """Workers of which one child has begun; all of them end with the block."""
    workers = Workers(module, setup)
    await workers.begin()
    try:
        yield workers
    finally:
        await workers.close()


def serve(begin: Callable[[Any], Handle], log_settings: Callable[[Any], LogSettings]) -> None:
    """The child: answers one request after the other until its parent closes the pipe.

    `begin` makes the handler from the setup, and `log_settings` says how what happens in it is logged.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever is printed goes where the parent's errors go, and not among the answers.
    os.dup2(2, 1)
    give_way()
    share_arenas()
    setup = _read(requests)
    configure_logging(f"worker of {os.getppid()}", log_settings(setup))
    with asyncio.Runner() as runner, suppress(EOFError, BrokenPipeError):
        handle = begin(setup)
        while True:
            _write(answers, runner.run(_handled(handle, _read(requests))))


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


def _environment() -> dict[str, str]:
    """Ours without what EntryGo is told by it: a child is told what it needs, and no secret of others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}


async def _send(child: Process, message: object) -> None:
    assert child.stdin is not None
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    child.stdin.write(len(content).to_bytes(LENGTH_BYTES))
    child.stdin.write(content)
    await child.stdin.drain()


async def _received(child: Process) -> Any:
    assert child.stdout is not None
    length = int.from_bytes(await child.stdout.readexactly(LENGTH_BYTES))
    return pickle.loads(await child.stdout.readexactly(length))  # noqa: S301 - our own child's


def _read(requests: IO[bytes]) -> Any:
    """Raises EOFError once the parent is gone."""
    head = requests.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        raise EOFError
    return pickle.loads(requests.read(int.from_bytes(head)))  # noqa: S301 - our own parent's


def _write(answers: IO[bytes], answer: object) -> None:
    content = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    answers.write(len(content).to_bytes(LENGTH_BYTES))
    answers.write(content)
    answers.flush()
