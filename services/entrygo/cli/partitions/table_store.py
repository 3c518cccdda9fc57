"""Turns a table into partitions, makes further ones and drops empty ones. As the owner of the tables."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from entrygo.cli.partitions.months import Month
from entrygo.domain.ids import IdKind

if TYPE_CHECKING:
    Owner = asyncpg.Connection[asyncpg.Record]
else:  # generic in its stubs alone
    Owner = asyncpg.Connection

LOCK_TIMEOUT = "10s"


@dataclass(frozen=True, slots=True)
class GrowingTable:
    """A table whose `column` names an export or, in the log of sync, a sync; `kind` is that of its ids."""

    schema: str
    name: str
    column: str
    kind: IdKind

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def before(self) -> str:
        """The partition with what was there before the first month that has its own."""
        return f"{self.full_name}_before"

    @property
    def others(self) -> str:
        """The partition of ids that are of no month: not made by us, or by a clock that is far off."""
        return f"{self.full_name}_others"

    def of(self, month: Month) -> str:
        """The partition of a month."""
        return f"{self.full_name}_{month}"

    def is_before(self, month: Month, name: str) -> bool:
        """Whether a partition is that of an earlier month."""
        return name not in (self.before, self.others) and name < self.of(month)


GROWING = (
    GrowingTable("sync", "event_log", "stream_id", IdKind.ORDER_SYNC),
    GrowingTable("planning", "event_log", "stream_id", IdKind.EXPORT),
    GrowingTable("planning", "plans", "export_id", IdKind.EXPORT),
    GrowingTable("execution", "event_log", "stream_id", IdKind.EXPORT),
    GrowingTable("inspection", "timeline", "export_id", IdKind.EXPORT),
)


async def is_partitioned(connection: Owner, table: GrowingTable) -> bool:
    """Whether it has been turned into partitions."""
    kind = await connection.fetchval(
        "SELECT relkind FROM pg_class WHERE oid = to_regclass($1)", table.full_name
    )
    return bool(kind == b"p")


async def partition(connection: Owner, table: GrowingTable, first: Month) -> None:
    """Turns a table into partitions: all ids from before `first` in one, those of no month in another.

    Its rows stay where they are. Readers and writers wait meanwhile: the rows are looked through once.
    Keys, indexes, checks, triggers, row security and grants are those that the table had.
    """
    bound = first.first_id(table.kind)
    async with connection.transaction():
        await _lock(connection, table)
        around = await _around(connection, table)
        plain = table.before.rpartition(".")[2]
        await connection.execute(f"ALTER TABLE {table.full_name} RENAME TO {plain}")
        for name in around.triggers:
            await connection.execute(f"DROP TRIGGER {name} ON {table.before}")
        await connection.execute(
            f"CREATE TABLE {table.full_name} (LIKE {table.before} INCLUDING ALL)"
            f" PARTITION BY RANGE ({table.column})"
        )
        await connection.execute(f"CREATE TABLE {table.others} (LIKE {table.before} INCLUDING ALL)")
        await _move(connection, table.before, table.others, f"{table.column} >= '{bound}'")
        await _secure(connection, table.full_name, around.policy)
        await _secure(connection, table.others, around.policy)
        await connection.execute(
            f"ALTER TABLE {table.full_name} ATTACH PARTITION {table.before}"
            f" FOR VALUES FROM (MINVALUE) TO ('{bound}')"
        )
        await connection.execute(f"ALTER TABLE {table.full_name} ATTACH PARTITION {table.others} DEFAULT")
        for statement in (*around.foreign_keys, *around.triggers.values(), *around.grants):
            await connection.execute(statement)


async def add_month(connection: Owner, table: GrowingTable, month: Month) -> bool:
    """Makes the partition of a month; False when it is there. What went to the others meanwhile moves in."""
    name = table.of(month)
    if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
        return False
    begin, end = month.first_id(table.kind), month.next.first_id(table.kind)
    async with connection.transaction():
        await _lock(connection, table)
        policy = await _policy(connection, table.full_name)
        await connection.execute(f"CREATE TABLE {name} (LIKE {table.full_name} INCLUDING ALL)")
        await _secure(connection, name, policy)
        await _move(
            connection,
            table.others,
            name,
            f"{table.column} >= '{begin}' AND {table.column} < '{end}'",
        )
        await connection.execute(
            f"ALTER TABLE {table.full_name} ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}')"
        )
    return True


async def missed_months(connection: Owner, table: GrowingTable, this_month: Month) -> list[Month]:
    """The months up to this one that went by without a partition, and have rows among the others."""
    first = await _first_bound(connection, table)
    found, month = list[Month](), this_month
    while month.first_id(table.kind) >= first:
        if await _waits_among_others(connection, table, month):
            found.append(month)
        month = month.previous
    return found[::-1]


async def without_month(connection: Owner, schema: str, month: Month) -> list[str]:
    """The partitioned tables of a schema that have no partition of that month."""
    return [
        table.full_name
        for table in GROWING
        if table.schema == schema
        and await is_partitioned(connection, table)
        and table.of(month) not in await partitions_of(connection, table)
    ]


async def partitions_of(connection: Owner, table: GrowingTable) -> list[str]:
    """The names of its partitions, the oldest month first."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
        " WHERE inhparent = $1::text::regclass ORDER BY 1",
        table.full_name,
    )
    return [f"{table.schema}.{row['relname']}" for row in rows]


async def drop_if_empty(connection: Owner, table: GrowingTable, name: str) -> bool:
    """Drops a partition from which everything has been archived."""
    async with connection.transaction():
        await _lock(connection, table)
        await connection.execute("SELECT set_config('entrygo.account_id', '*', true)")
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):  # noqa: S608
            return False
        await connection.execute(f"DROP TABLE {name}")
    return True


async def _first_bound(connection: Owner, table: GrowingTable) -> str:
    """The id with which the first month begins, which is where what was there before ends."""
    found: str = await connection.fetchval(
        "SELECT substring(pg_get_expr(relpartbound, oid) FROM $$ TO \\('(.*)'\\)$$)"
        " FROM pg_class WHERE oid = $1::text::regclass",
        table.before,
    )
    return found


async def _waits_among_others(connection: Owner, table: GrowingTable, month: Month) -> bool:
    async with connection.transaction():
        await connection.execute("SELECT set_config('entrygo.account_id', '*', true)")
        return bool(
            await connection.fetchval(
                f"SELECT EXISTS (SELECT FROM {table.others}"  # noqa: S608
                f" WHERE {table.column} >= $1 AND {table.column} < $2)",
                month.first_id(table.kind),
                month.next.first_id(table.kind),
            )
        )


@dataclass(frozen=True, slots=True)
class _Around:
    """What a table has beside its columns, as statements that give it to another of the same name."""

    policy: str
    foreign_keys: list[str]
    triggers: dict[str, str]
    grants: list[str]


async def _lock(connection: Owner, table: GrowingTable) -> None:
    await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    await connection.execute(f"LOCK TABLE {table.full_name} IN ACCESS EXCLUSIVE MODE")


async def _around(connection: Owner, table: GrowingTable) -> _Around:
    keys = await connection.fetch(
        "SELECT format('ALTER TABLE %s ADD %s', $1::text, pg_get_constraintdef(oid)) AS statement"
        " FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'f'",
        table.full_name,
    )
    triggers = await connection.fetch(
        "SELECT quote_ident(tgname) AS name, pg_get_triggerdef(oid) AS statement FROM pg_trigger"
        " WHERE tgrelid = $1::text::regclass AND NOT tgisinternal",
        table.full_name,
    )
    grants = await connection.fetch(
        "SELECT format('GRANT %s ON %s TO %I', privilege_type, $1::text, pg_get_userbyid(grantee))"
        " AS statement FROM pg_class, aclexplode(relacl)"
        " WHERE pg_class.oid = $1::text::regclass AND grantee <> relowner"
        " AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')",
        table.full_name,
    )
    return _Around(
        policy=await _policy(connection, table.full_name),
        foreign_keys=[row["statement"] for row in keys],
        triggers={row["name"]: row["statement"] for row in triggers},
        grants=[row["statement"] for row in grants],
    )


async def _policy(connection: Owner, table: str) -> str:
    """The conditions of row security: what is seen, and what may be written where that is less."""
    found: str = await connection.fetchval(
        "SELECT concat('USING (', pg_get_expr(polqual, polrelid), ')',"
        " ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')"
        " FROM pg_policy WHERE polrelid = $1::text::regclass",
        table,
    )
    return found


async def _secure(connection: Owner, table: str, policy: str) -> None:
    await connection.execute(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f" CREATE POLICY in_scope ON {table} {policy}"
    )


async def _move(connection: Owner, source: str, target: str, condition: str) -> None:
    """Moves rows between two partitions, as far as row security lets background work see them: all."""
    await connection.execute("SELECT set_config('entrygo.account_id', '*', true)")
    await connection.execute(
        f"WITH moved AS (DELETE FROM {source} WHERE {condition} RETURNING *)"  # noqa: S608
        f" INSERT INTO {target} SELECT * FROM moved"
    )
