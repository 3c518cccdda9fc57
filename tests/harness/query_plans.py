"""How PostgreSQL would carry out a statement of a store, whatever its values are."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from entrygo.domain.principal import Visible
from entrygo.postgres.pool import EVERYONE, Connection, Everyone, open_pool, transaction


class Planned:
    """A connection that notes the plan of each statement that a store fetches with it, and has no rows.

    The plan is the generic one, which sessions of the pool run; of a table without statistics it is that of
    one that PostgreSQL takes for small.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.lines: list[str] = []

    async def fetch(self, statement: str, *arguments: object) -> list[object]:
        nothing = ", ".join(["NULL"] * len(arguments))
        await self.connection.execute(f"PREPARE planned AS {statement}")
        rows = await self.connection.fetch(f"EXPLAIN EXECUTE planned ({nothing})")
        await self.connection.execute("DEALLOCATE planned")
        self.lines += [row[0].strip() for row in rows]
        return []

    async def fetchrow(self, statement: str, *arguments: object) -> None:
        await self.fetch(statement, *arguments)

    async def fetchval(self, statement: str, *arguments: object) -> None:
        await self.fetch(statement, *arguments)

    async def execute(self, statement: str, *arguments: object) -> str:
        await self.fetch(statement, *arguments)
        return "0"

    async def executemany(self, statement: str, arguments: Iterable[Sequence[object]]) -> None:
        for each in arguments:
            await self.fetch(statement, *each)

    @property
    def compared_with_each(self) -> list[str]:
        """The conditions that compare every row of an account with every name that was given."""
        return [
            line
            for line in self.lines
            if line.startswith(("Join Filter:", "Hash Cond:", "Merge Cond:"))
            or (line.startswith("Filter:") and "= ANY ($" in line)
        ]

    def searches(self, condition: str) -> bool:
        """Whether an index is searched by this condition, rather than rows that were read by another."""
        return any(line.startswith("Index Cond:") and condition in line for line in self.lines)

    @property
    def looked_up_by(self) -> set[str]:
        """The columns of the indexes in which each name that was given is looked up."""
        conditions = [line for line in self.lines if line.startswith("Index Cond:")]
        return {column for line in conditions for column in re.findall(r"\((\w+) >= \w+\.", line)}

    @property
    def account_looked_for(self) -> set[str]:
        """How a statement that sets its scope looks for its account: `Index Cond`, if by indexes alone."""
        return {line.partition(":")[0] for line in self.lines if "scope.account_id" in line}


@asynccontextmanager
async def planning_only(url: str, schema: str, visible: Visible | Everyone = EVERYONE) -> AsyncIterator[Any]:
    """A `Planned`, for stores to take for their connection, in a transaction with this scope."""
    async with (
        await open_pool(url, schema=schema, max_size=1) as pool,
        transaction(pool, visible) as connection,
    ):
        yield Planned(connection)
