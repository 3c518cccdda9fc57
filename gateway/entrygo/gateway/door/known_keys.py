"""Whose key a request carries: asked of a service once, then known for a few seconds.

This decides only who may send a body and whose limits count. The service that takes the request
authenticates it again, so a revoked key is refused as early as before.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from entrygo.domain.errors import EntryGoError, InvalidApiKey, Kind
from entrygo.gateway.services import Call
from entrygo.requests.known_keys import Memory, StrangersLine

KNOWN_SECONDS = 3.0
# After that it is asked about again; for so long its requests go on meanwhile.
STALE_SECONDS = 60.0
REFUSED_SECONDS = 3.0
MAX_KEYS = 10_000
# Look-ups of keys that nobody has seen here: a few at once, and a short line. Keys that were good before
# are looked up again without standing in it.
STRANGERS_AT_ONCE = 8
MAX_STRANGERS = 256

LookUp = Callable[[Call], Awaitable[str]]


class KnownKeys:
    """Remembers the account of a good key and the refusal of a bad one, by the key's SHA-256."""

    def __init__(self, look_up: LookUp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._look_up = look_up
        self._clock = clock
        self._good: Memory[tuple[float, str]] = Memory(MAX_KEYS)
        self._bad: Memory[float] = Memory(MAX_KEYS)
        self._asking: dict[bytes, asyncio.Task[str]] = {}
        self._strangers = StrangersLine(at_once=STRANGERS_AT_ONCE, waiting=MAX_STRANGERS)

    def is_stranger(self, digest: bytes) -> bool:
        """Whether the key with this SHA-256 was not good when it was last asked about, or never was."""
        return digest not in self._good

    async def account_of(self, digest: bytes, call: Call) -> str:
        """The id of the key's account; raises InvalidApiKey for a key that no service accepts."""
        now = self._clock()
        if now < self._bad.get(digest, 0):
            raise InvalidApiKey
        until, account = self._good.get(digest, (0.0, ""))
        if now >= until:
            asking = self._ask(digest, call)
            # A key that was good a moment ago waits for nobody, also while a service is away.
            if now >= until + STALE_SECONDS:
                return await asyncio.shield(asking)
        return account

    def _ask(self, digest: bytes, call: Call) -> "asyncio.Task[str]":
        """One question at a time for each key, whoever waits for it or leaves."""
        task = self._asking.get(digest)
        if task is None:
            ask = self._known if digest in self._good else self._stranger
            task = asyncio.create_task(ask(digest, call))
            self._asking[digest] = task
            task.add_done_callback(lambda done: self._asked(digest, done))
        return task

    def _asked(self, digest: bytes, task: "asyncio.Task[str]") -> None:
        del self._asking[digest]
        if not task.cancelled():
            task.exception()  # who asked may have left

    async def _stranger(self, digest: bytes, call: Call) -> str:
        async with self._strangers.place():
            return await self._known(digest, call)

    async def _known(self, digest: bytes, call: Call) -> str:
        try:
            account = await self._look_up(call)
        except EntryGoError as error:
            if error.error_kind is Kind.UNAUTHENTICATED:
                self._good.forget(digest)
                self._bad.put(digest, self._clock() + REFUSED_SECONDS)
            raise
        self._good.put(digest, (self._clock() + KNOWN_SECONDS, account))
        return account
