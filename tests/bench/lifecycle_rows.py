"""The rows that one lifecycle of the running system left, to be written again by plain statements.

A fresh account each time keeps every key distinct, for all of them lead with it. The eight transactions are
those no design with these four owners does without: orders, plan, claim by planning, start, package with its
submission, mail begun, mail and execution ended, projection.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

SCHEMAS = ("planning", "execution", "inspection")
# Parents before what refers to them; counters and transient rows are written besides.
PARENTS = ("exports", "customs_packages", "executions")
STARTED = ("executions", "export_streams")
UPDATES = {
    "claim": "UPDATE planning.exports SET state = 'EXECUTING', claimed_at = now() WHERE account_id = $1",
    "sending": "UPDATE execution.broker_submissions SET status = 'sending' WHERE account_id = $1",
    "sent": "UPDATE execution.broker_submissions SET status = 'sent', sent_at = now() WHERE account_id = $1",
    "ended": "UPDATE execution.executions SET finished_at = now() WHERE account_id = $1",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Of one table: the statement, where the account stands in it, and the values."""

    schema: str
    table: str
    statement: str
    account_at: int
    values: tuple[tuple[object, ...], ...]

    async def write(
        self, connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", account: str
    ) -> None:
        at = self.account_at
        rows = [(*row[:at], account, *row[at + 1 :]) for row in self.values]
        if len(rows) == 1:
            await connection.execute(self.statement, *rows[0])
        else:
            await connection.executemany(self.statement, rows)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """All rows of one lifecycle but those of its sync."""

    rows: tuple[Rows, ...]

    async def write(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        account = f"acc_{secrets.token_hex(13)}"
        await _transaction(pool, account, self._of("planning"))
        await _transaction(pool, account, [], "claim")
        started = [each for each in self._of("execution") if each.table in STARTED]
        await _transaction(pool, account, started)
        rest = [each for each in self._of("execution") if each.table not in STARTED]
        await _transaction(pool, account, rest)
        await _transaction(pool, account, [], "sending")
        await _transaction(pool, account, [], "sent", "ended")
        await _transaction(pool, account, self._of("inspection"))

    def _of(self, schema: str) -> list[Rows]:
        return [each for each in self.rows if each.schema == schema]


async def _transaction(
    pool: "asyncpg.Pool[asyncpg.Record]", account: str, rows: Sequence[Rows], *updates: str
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        for each in rows:
            await each.write(connection, account)
        for name in updates:
            await connection.execute(UPDATES[name], account)


async def learn_lifecycle(database_url: str, export_id: str) -> Lifecycle:
    """Reads what the export left in every table that is kept by account."""
    connection = await asyncpg.connect(database_url)
    try:
        package_id = await connection.fetchval(
            "SELECT id FROM execution.customs_packages WHERE export_id = $1", export_id
        )
        rows = [
            found
            for schema in SCHEMAS
            for table in await _tables(connection, schema)
            if (found := await _rows(connection, schema, table, (export_id, str(package_id))))
        ]
    finally:
        await connection.close()
    rows += [_outbox(each) for each in rows if each.table == "event_log"]
    return Lifecycle(tuple(sorted(rows, key=lambda each: each.table not in PARENTS)))


async def _tables(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> list[str]:
    found = await connection.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = $1 AND column_name = 'account_id' AND table_name <> 'outbox'"
        " ORDER BY table_name",
        schema,
    )
    return [row["table_name"] for row in found]


async def _rows(
    connection: "asyncpg.Connection[asyncpg.Record]", schema: str, table: str, ids: tuple[str, str]
) -> Rows | None:
    """Those that name the export or its package, in a column of their own or in stored bytes."""
    columns = await connection.fetch(
        "SELECT column_name, data_type, is_identity = 'YES' OR is_generated = 'ALWAYS' AS is_made"
        " FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"
        " ORDER BY ordinal_position",
        schema,
        table,
    )
    conditions = [_names_one(row["column_name"], row["data_type"]) for row in columns]
    given = [row["column_name"] for row in columns if not row["is_made"]]
    listed = ", ".join(f'"{name}"' for name in given)
    condition = " OR ".join(each for each in conditions if each)
    found = await connection.fetch(f"SELECT {listed} FROM {schema}.{table} WHERE {condition}", *ids)
    if not found:
        return None
    places = ", ".join(f"${number}" for number in range(1, len(given) + 1))
    statement = f"INSERT INTO {schema}.{table} ({listed}) VALUES ({places})"
    return Rows(schema, table, statement, given.index("account_id"), tuple(tuple(row) for row in found))


def _names_one(column: str, data_type: str) -> str | None:
    if data_type == "text":
        return f'"{column}" IN ($1, $2)'
    if data_type == "bytea":
        return " OR ".join(f"position(convert_to({id}, 'UTF8') IN \"{column}\") > 0" for id in ("$1", "$2"))
    return None


def _outbox(event_log: Rows) -> Rows:
    """An event's row for the relay, which deletes it when it is published."""
    listed = event_log.statement.partition("(")[2].partition(")")[0].replace('"', "").split(", ")
    mode, payload = listed.index("mode"), listed.index("payload")
    values = tuple(("", row[mode], row[payload]) for row in event_log.values)
    statement = f"INSERT INTO {event_log.schema}.outbox (account_id, mode, payload) VALUES ($1, $2, $3)"
    return Rows(event_log.schema, "outbox", statement, 0, values)
