"""Work in child processes of low priority: what computes for long holds up neither our event loop nor others.

A request and its answer are pickles between a process and its own child, over pipes that nobody else has.
The child is `working.serve` in a module of its own. It ends when its parent does, whatever ends that.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from math import inf
from typing import IO, Any, TypeVar

import psutil
import structlog

from entrygo.domain.errors import EntryGoError
from entrygo.process.pipe_messages import read_message, write_message

# A child that computes nothing for as long hangs: with a thirtieth of a core it still comes on, and no store
# of documents is waited for in silence for longer.
STILL_SECONDS = 30.0
# How often that is looked at. What is answered before the first look needs none, and the caller is told of a
# child that computes nothing after some.
LOOKS = 30
LOOKS_TOLD = 2

T = TypeVar("T")
StandsStill = Callable[[], None]

log = structlog.get_logger(__name__)


class WorkerLost(Exception):
    """The child ended, hung, or gave no answer in time; what it has done by then is not known."""


class Workers:
    """At most `at_once` children that run `python -m module`; further calls wait."""

    def __init__(
        self, module: str, setup: object, *, at_once: int, still_seconds: float = STILL_SECONDS
    ) -> None:
        self._module = module
        self._setup = setup
        self._still_seconds = still_seconds
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._at_once = at_once
        self._room = asyncio.Semaphore(at_once)
        # Begun while the last call of another child runs, so that the next caller need not wait.
        self._spare: asyncio.Task[None] | None = None
        self._is_closed = False
        # Pipes are read by threads: one that was left may still wait for the end of its child.
        self._threads = ThreadPoolExecutor(2 * at_once, thread_name_prefix="workers")

    async def begin(self) -> None:
        """Begins one child, so that the first caller need not wait for its imports."""
        self._idle.append(await self._started())

    async def call(
        self,
        request: object,
        *,
        within_seconds: float,
        is_last: bool = False,
        stands_still: StandsStill = lambda: None,
    ) -> Any:
        """The child's answer; with `is_last` it ends then, and gives back all memory that it took.

        `stands_still` is called, again and again, while the child has computed nothing for a tenth of the
        time after which it is ended for that.
        Raises what the handler raised (of ours; InternalError for anything else), or WorkerLost.
        """
        async with self._room:
            child = await self._taken()
            if is_last:
                self._begin_spare()
            is_kept = False
            try:
                async with asyncio.timeout(within_seconds):
                    error, answer = await self._answered(child, request, stands_still)
                is_kept = not is_last
            except (OSError, EOFError) as lost:  # also the timeout
                log.warning("worker.lost", module=self._module, pid=child.process.pid, error=repr(lost))
                raise WorkerLost from lost
            finally:
                if is_kept:
                    self._idle.append(child)
                else:
                    self._end(child)
        if error is not None:
            raise error
        return answer

    def close(self) -> None:
        """Ends all children."""
        self._is_closed = True
        self._idle.clear()
        for child in list(self._all):
            self._end(child)
        self._threads.shutdown(wait=False)

    async def _answered(
        self, child: "_Child", request: object, stands_still: StandsStill
    ) -> tuple[EntryGoError | None, Any]:
        """Raises TimeoutError once the child has computed nothing for `still_seconds`."""
        answering = self._in_thread(lambda: child.answer_to(request))
        computed, looks = -1.0, 0
        try:
            while not (await asyncio.wait({answering}, timeout=self._still_seconds / LOOKS))[0]:
                before, computed = computed, child.cpu_seconds()
                looks = looks + 1 if computed == before else 0
                if looks >= LOOKS:
                    raise TimeoutError("The child computes nothing.")
                if looks >= LOOKS_TOLD:
                    stands_still()
            return await answering
        finally:
            answering.cancel()

    async def _taken(self) -> "_Child":
        if not self._idle and self._spare is not None:
            await asyncio.wait({self._spare})
        return self._idle.pop() if self._idle else await self._begun_now()

    def _begin_spare(self) -> None:
        is_under_way = self._spare is not None and not self._spare.done()
        if not is_under_way and not self._idle and len(self._all) < self._at_once:
            self._spare = asyncio.create_task(self._add_idle())

    async def _add_idle(self) -> None:
        # Whoever needs one begins it then, and is told why it cannot be.
        with suppress(WorkerLost):
            self._idle.append(await self._begun_now())

    async def _begun_now(self) -> "_Child":
        """WorkerLost where none can be begun, as when there is no memory for it."""
        try:
            return await self._started()
        except OSError as error:
            log.warning("worker.not_begun", module=self._module, error=repr(error))
            raise WorkerLost from error

    async def _started(self) -> "_Child":
        child = await self._in_thread(lambda: _begun(self._module, self._setup))
        if self._is_closed:
            child.process.kill()
            child.bury()
            raise WorkerLost
        self._all.add(child)
        return child

    def _in_thread(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _end(self, child: "_Child") -> None:
        """At once: it holds nothing that another child, or another process, would not find again."""
        if child in self._all:
            self._all.remove(child)
            child.process.kill()
            self._threads.submit(child.bury)


@dataclass(frozen=True, eq=False, slots=True)
class _Child:
    """A running child, and its pipes, which block."""

    process: "subprocess.Popen[bytes]"
    requests: IO[bytes]
    answers: IO[bytes]

    def answer_to(self, request: object) -> tuple[EntryGoError | None, Any]:
        write_message(self.requests, request)
        error, answer = read_message(self.answers)
        return error, answer

    def cpu_seconds(self) -> float:
        """What it has computed so far; the same for ever once it has ended."""
        try:
            times = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error:
            return inf
        return float(times.user + times.system)

    def bury(self) -> None:
        """Of one that was killed."""
        self.process.wait()
        for pipe in (self.requests, self.answers):
            with suppress(OSError):
                pipe.close()


def _begun(module: str, setup: object) -> _Child:
    """Not through the event loop, whose way to begin a process also runs what libraries do at a fork."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(),
        # Neither Ctrl-C nor a signal to our group is for it: it finishes what we wait for.
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    child = _Child(process, process.stdin, process.stdout)
    write_message(child.requests, setup)
    return child


@asynccontextmanager
async def open_workers(module: str, setup: object, *, at_once: int) -> AsyncIterator[Workers]:
    """Workers of which one child has begun; all of them end with the block."""
    workers = Workers(module, setup, at_once=at_once)
    await workers.begin()
    try:
        yield workers
    finally:
        workers.close()


def _environment() -> dict[str, str]:
    """Ours without what EntryGo is told by it: a child is told what it needs, and no secret of others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}
