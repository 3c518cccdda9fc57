"""Messages that have not come yet: so many of one caller at once, the others in turn, and not for ever.

A message is up to 16 MiB, and is in memory as far as it has come. A caller who begins a hundred and ends
none would otherwise hold a hundred times that, and a place among the calls at once with each.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from entrygo.domain.errors import RateLimited, ServiceUnavailable
from entrygo.rpc.limits import at_the_end

AT_ONCE = 16
WAITING = 100
# From the wait for a turn to the last byte.
SECONDS = 30.0


@dataclass(slots=True)
class _Line:
    """One caller's."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    begun: int = 0


class Receptions:
    """Counts by name; small messages come with their call, and their callers notice nothing."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._lines: dict[str, _Line] = {}
        self._seconds = seconds

    def has_turn(self, name: str) -> bool:
        """Whether one more message would be received at once."""
        line = self._lines.get(name)
        return line is None or not line.turns.locked()

    async def begin(self, name: str) -> "Reception":
        """A message that `has_turn`: it is received until the reception ends, or the call's task does."""
        reception = Reception(self, name, self._line(name))
        await reception.line.turns.acquire()
        at_the_end(reception.end)
        return reception

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Around the wait for a message. Raises RateLimited when too many of this name wait already, and
        ServiceUnavailable when it has not come in time."""
        with self._counted(name) as line:
            try:
                async with asyncio.timeout(self._seconds), line.turns:
                    yield
            except TimeoutError as error:
                raise ServiceUnavailable("The message of the call did not come in time.") from error

    @contextmanager
    def _counted(self, name: str) -> Iterator[_Line]:
        line = self._line(name)
        try:
            yield line
        finally:
            self.forget(name, line)

    def _line(self, name: str) -> _Line:
        line = self._lines.setdefault(name, _Line())
        if line.begun >= AT_ONCE + WAITING:
            raise RateLimited("Too many calls whose message has not come; retry when others are done.")
        line.begun += 1
        return line

    def forget(self, name: str, line: _Line) -> None:
        """One less; the last one takes the line with it."""
        line.begun -= 1
        if not line.begun:
            del self._lines[name]


@dataclass(slots=True)
class Reception:
    """Of one message that is being received."""

    receptions: Receptions
    name: str
    line: _Line
    is_over: bool = False

    def end(self) -> None:
        """The message is there, or never will be; the second time does nothing."""
        if not self.is_over:
            self.is_over = True
            self.line.turns.release()
            self.receptions.forget(self.name, self.line)


class InTurn:
    """The messages of a call, of which the first is waited for in turn.

    No generator: it would keep the message for as long as it is itself kept.
    """

    def __init__(self, contents: AsyncIterator[bytes], receptions: Receptions, name: str) -> None:
        self._contents = contents
        self._receptions = receptions
        self._name: str | None = name

    def __aiter__(self) -> "InTurn":
        return self

    async def __anext__(self) -> bytes:
        if self._name is None:
            return await anext(self._contents)
        name, self._name = self._name, None
        async with self._receptions.turn(name):
            return await anext(self._contents)
