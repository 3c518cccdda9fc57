"""asyncpg's pool, of which a few connections go from one transaction to the next without it.

To give a connection back asyncpg makes a task, and begins timers, which costs more than a short statement.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

from entrygo.postgres.metrics import WAITING

if TYPE_CHECKING:
    PooledConnection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record] | PooledConnection
    _Pool = asyncpg.Pool[asyncpg.Record]
else:  # asyncpg's classes are generic in its stubs alone
    PooledConnection = asyncpg.pool.PoolConnectionProxy
    Connection = asyncpg.Connection
    _Pool = asyncpg.Pool

MAX_QUERIES = 50_000  # after which a connection is closed when it is given back
IDLE_SECONDS = 300.0  # after which one is closed that is above `min_size`
USES = 1_000  # after which a connection passes through asyncpg's pool, which looks at the above


class SessionPool(_Pool):
    """Sessions must hold no state of their own: nothing is reset between two transactions."""

    def __init__(self, url: str, *, min_size: int, max_size: int, **settings: Any) -> None:
        super().__init__(
            url,
            min_size=min_size,
            max_size=max_size,
            max_queries=MAX_QUERIES,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            **settings,
        )
        # Some of the pool are always left to whoever asks it itself.
        self._at_most = min(min_size, max_size // 2)
        self._at_hand: list[PooledConnection] = []
        self._uses: Counter[PooledConnection] = Counter()
        self._waiting = 0

    async def take(self, timeout: float) -> PooledConnection:  # noqa: ASYNC109
        """A connection; it goes back by `give_back`. TimeoutError where there is none for so many seconds."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if not is_lost(connection):
                return connection
            await self._let_go(connection)
        if self.get_idle_size():
            # There is nothing to wait for, and so no timer to begin.
            return await self.acquire()
        self._waiting += 1
        try:
            with WAITING.track_inprogress():
                return await self.acquire(timeout=timeout)
        finally:
            self._waiting -= 1

    async def give_back(self, connection: PooledConnection, timeout: float, *, is_clean: bool) -> None:  # noqa: ASYNC109
        """`is_clean` says that nothing is under way on it. Whoever is cancelled meanwhile gives it back all
        the same: asyncpg shields it."""
        self._uses[connection] += 1
        is_wanted = len(self._at_hand) < self._at_most and not self._waiting
        if is_clean and is_wanted and self._uses[connection] < USES and not is_lost(connection):
            self._at_hand.append(connection)
        else:
            await self._let_go(connection, timeout)

    async def _let_go(self, connection: PooledConnection, timeout: float | None = None) -> None:  # noqa: ASYNC109
        del self._uses[connection]
        await self.release(connection, timeout=timeout)

    @asynccontextmanager
    async def session(self, timeout: float) -> AsyncIterator[PooledConnection]:  # noqa: ASYNC109
        """A connection for a block that begins no transaction. It is taken back in the same time: without one
        this would wait for ever for a server that is silent to confirm that a query was cancelled."""
        connection, is_clean = await self.take(timeout), False
        try:
            yield connection
            is_clean = True
        finally:
            await self.give_back(connection, timeout, is_clean=is_clean)

    async def close(self) -> None:
        """As asyncpg's: waits for the connections that are in use."""
        self._at_most = 0
        while self._at_hand:
            await self._let_go(self._at_hand.pop())
        await super().close()

    def at_hand(self) -> int:
        """How many connections are free without being the pool's."""
        return len(self._at_hand)


def is_lost(connection: Connection) -> bool:
    """Whether it is closed, or was terminated and is out of the pool by that."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True
