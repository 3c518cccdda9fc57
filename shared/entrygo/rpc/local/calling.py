"""A call within the process as its caller sees it."""

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import grpc

from entrygo.rpc.channel import FIRST_PAUSE_SECONDS
from entrygo.rpc.local.context import Entries, Status
from entrygo.rpc.local.server import LocalCall, LocalServer, not_served, too_large

# Messages that wait for their reader; a handler that has more waits. With one, handler and reader take turns
# with everybody else in the process: with more, each would do all of them at a stretch.
MAX_WAITING = 1
TOO_LATE = Status(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
# By its caller, or by whatever ended the task of its handler.
LEFT = Status(grpc.StatusCode.CANCELLED, "Locally cancelled by application!")
CANCELLED = Status(grpc.StatusCode.CANCELLED, "The handler was cancelled.")


class Calling:
    """A call under way: awaited where it has one answer, else read or iterated; as gRPC's own. What
    `find` gives handles it; without any it is UNAVAILABLE, for which there are so many `attempts`.

    It keeps nothing of the call beyond its end but what its caller may still ask for: a circle of call, task
    and error would hold a large message until the garbage collector comes by. One of call, future and the
    error that the future was cancelled with would for good: CPython's collector does not see that error.
    """

    def __init__(
        self,
        find: Callable[[], LocalServer | None],
        method: str,
        content: bytes,
        *,
        metadata: Entries,
        timeout: float | None,
        read: Callable[[bytes], Any],
        most_bytes: int,
        attempts: int = 1,
    ) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._read_message = read
        self._most_bytes = most_bytes
        self._waiting: deque[bytes] = deque()
        self._begun: asyncio.Future[Entries] = loop.create_future()
        self._ended: asyncio.Future[Status] = loop.create_future()
        # While the reader waits for news, and while the handler waits for room.
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        deadline = None if timeout is None else loop.time() + timeout
        self._timer = None if deadline is None else loop.call_at(deadline, self._give_up, TOO_LATE)
        call = LocalCall(method, content, metadata, deadline, self)
        self._pauses = [FIRST_PAUSE_SECONDS * 2**number for number in reversed(range(attempts - 1))]
        self._task: asyncio.Task[Status] | None = None
        self._attempt(find, call)

    def _attempt(self, find: Callable[[], LocalServer | None], call: LocalCall) -> None:
        if self._ended.done():
            return
        server = find()
        self._task = self._loop.create_task(not_served()) if server is None else server.handle(call)
        self._task.add_done_callback(partial(self._note_end, find, call))

    # What the server sends.

    def begin(self, metadata: Entries) -> None:
        """The initial metadata, or none, with the first message at the latest."""
        if not self._begun.done():
            self._begun.set_result(metadata)

    async def send(self, message: bytes) -> None:
        """One more message."""
        if len(message) > self._most_bytes:
            self._give_up(too_large(message, self._most_bytes))
            raise asyncio.CancelledError
        while len(self._waiting) >= MAX_WAITING:
            self._room = self._loop.create_future()
            try:
                await self._room
            finally:
                self._room = None
        self.begin(())
        self._waiting.append(message)
        _wake(self._news)

    def _note_end(
        self, find: Callable[[], LocalServer | None], call: LocalCall, task: "asyncio.Task[Status]"
    ) -> None:
        status = _status_of(task)
        if status.code is grpc.StatusCode.UNAVAILABLE and self._pauses and not self._begun.done():
            self._loop.call_later(self._pauses.pop(), self._attempt, find, call)
        else:
            self._end(status)

    def _end(self, status: Status) -> None:
        self._task = None
        if self._ended.done():
            return
        if self._timer is not None:
            self._timer.cancel()
        self._ended.set_result(status)
        self.begin(())
        _wake(self._news)

    def _give_up(self, status: Status) -> None:
        """Ends the call for its caller at once, whatever its handler does about it."""
        task = self._task
        self._end(status)
        if task is not None:
            task.cancel()

    # What the caller asks.

    def done(self) -> bool:
        """Whether it has ended."""
        return self._ended.done()

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Calls `callback` with this call once it has ended."""
        self._ended.add_done_callback(lambda _: callback(self))

    def cancel(self) -> bool:
        """Ends the call; whether it had not ended before."""
        is_running = not self._ended.done()
        if is_running:
            self._waiting.clear()
            self._give_up(LEFT)
        return is_running

    async def initial_metadata(self) -> grpc.aio.Metadata:
        """Once there is any, or the call has ended."""
        return grpc.aio.Metadata(*await asyncio.shield(self._begun))

    async def trailing_metadata(self) -> grpc.aio.Metadata:
        """Once the call has ended."""
        return grpc.aio.Metadata(*(await asyncio.shield(self._ended)).trailing)

    async def code(self) -> grpc.StatusCode:
        """Once the call has ended."""
        return (await asyncio.shield(self._ended)).code

    def __await__(self) -> Generator[Any, None, Any]:
        """The one answer; raises AioRpcError."""
        return self._answer().__await__()

    async def _answer(self) -> Any:
        while not self._ended.done():
            await self._more()
        _check(self._ended.result())
        return self._read_message(self._waiting.popleft())

    async def read(self) -> Any:
        """The next message, grpc.aio.EOF after the last; raises AioRpcError."""
        while not self._waiting:
            if self._ended.done():
                _check(self._ended.result())
                return grpc.aio.EOF
            await self._more()
        message = self._waiting.popleft()
        _wake(self._room)
        return self._read_message(message)

    async def _more(self) -> None:
        """Waits for a message or the end. A caller that is cancelled meanwhile ends the call."""
        self._news = self._loop.create_future()
        try:
            await self._news
        except asyncio.CancelledError:
            self.cancel()
            raise
        finally:
            self._news = None

    def __aiter__(self) -> "Calling":
        return self

    async def __anext__(self) -> Any:
        message = await self.read()
        if message is grpc.aio.EOF:
            raise StopAsyncIteration
        return message


def _wake(waiting: "asyncio.Future[None] | None") -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)


def _status_of(task: "asyncio.Task[Status]") -> Status:
    if task.cancelled():
        return CANCELLED
    if (error := task.exception()) is not None:
        return Status(grpc.StatusCode.UNKNOWN, f"Unexpected {type(error)}: {error}")
    return task.result()


def _check(status: Status) -> None:
    """A new error for each who asks: one that is kept keeps what its traceback has seen."""
    if status is LEFT:
        raise asyncio.CancelledError
    if status.code is not grpc.StatusCode.OK:
        trailing = grpc.aio.Metadata(*status.trailing)
        raise grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), trailing, status.details)
