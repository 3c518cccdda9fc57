"""Work in child processes of low priority: what computes for long holds up neither our event loop nor others.

A request and its answer are pickles between a process and its own child, over pipes that nobody else has.
The child is `serve` in a module of its own. It ends when its parent does, whatever ends that.
"""

import asyncio
import os
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import IO, Any, TypeVar

import psutil
import structlog
import uvloop

from entrygo.domain.errors import EntryGoError, InternalError
from entrygo.process.logging import configure_logging
from entrygo.process.memory import collect_seldom, share_arenas
from entrygo.process.settings import LogSettings

# Whoever is not a child has three times its share of a core, and wakes before it. On a machine that is
# busy for minutes a child still comes on: with 10 it had a thirtieth of a core beside sixteen others.
NICENESS = 5
# The kernel ends a child first where memory runs out: it is begun anew, and nothing else was lost.
OOM_SCORE = 500
LENGTH_BYTES = 8
# A child that computes nothing for as long hangs: with a thirtieth of a core it still comes on, and no store
# of documents is waited for in silence for longer.
STILL_SECONDS = 30.0
# What is answered by then needs no look at what the child computes.
_SHORTLY_SECONDS = 1.0

T = TypeVar("T")
# What the child does with a request.
Handle = Callable[[Any], Awaitable[object]]

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

    async def call(self, request: object, *, within_seconds: float, is_last: bool = False) -> Any:
        """The child's answer; with `is_last` it ends then, and gives back all memory that it took.

        Raises what the handler raised (of ours; InternalError for anything else), or WorkerLost.
        """
        async with self._room:
            child = await self._taken()
            if is_last:
                self._begin_spare()
            is_kept = False
            try:
                async with asyncio.timeout(within_seconds):
                    error, answer = await self._answered(child, request)
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

    async def _answered(self, child: "_Child", request: object) -> tuple[EntryGoError | None, Any]:
        """Raises TimeoutError once the child has computed nothing for `still_seconds`."""
        answering = self._in_thread(lambda: child.answer_to(request))
        try:
            if (await asyncio.wait({answering}, timeout=_SHORTLY_SECONDS))[0]:
                return await answering
            computed = child.cpu_seconds()
            while not (await asyncio.wait({answering}, timeout=self._still_seconds))[0]:
                before, computed = computed, child.cpu_seconds()
                if computed == before:
                    raise TimeoutError("The child computes nothing.")
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
        _write(self.requests, request)
        error, answer = _read(self.answers)
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
    _write(child.requests, setup)
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


class _HereAndNow(ThreadPoolExecutor):
    """Does at once what `asyncio.to_thread` is given: the loop of a child has nothing else to do then."""

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


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
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, suppress(EOFError, BrokenPipeError):
        handle, loop = begin(setup), runner.get_loop()
        loop.set_default_executor(_HereAndNow())
        collect_seldom()
        while True:
            # Not by `runner.run`: looking for the handler of SIGINT, Python makes a text of the answer.
            _write(answers, loop.run_until_complete(_handled(handle, _read(requests))))


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


def _read(pipe: IO[bytes]) -> Any:
    """Raises EOFError once the other side is gone."""
    length = int.from_bytes(_exactly(pipe, LENGTH_BYTES))
    return pickle.loads(_exactly(pipe, length))  # noqa: S301 - our own child's, or parent's


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError("The other side of the pipe is gone.")
    return content


def _write(pipe: IO[bytes], message: object) -> None:
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(content).to_bytes(LENGTH_BYTES))
    pipe.write(content)
    pipe.flush()
