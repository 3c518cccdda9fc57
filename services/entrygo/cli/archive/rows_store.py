"""Reads, deletes and writes back the rows of an export in every schema, whatever their columns are."""

from collections.abc import Sequence
from datetime import datetime

from entrygo.cli.archive.file import Rows
from entrygo.cli.archive.tables import OF_A_YEAR, OF_ITS_PACKAGE, TABLES
from entrygo.messaging.event_log import event_of
from entrygo.planning.account_orders_store import OF_BATCH
from entrygo.planning.snapshots import PackedSnapshot
from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import Connection
from entrygo.proto.events.v1 import events_pb2

# Account, mode and export.
Key = tuple[str, str, str]

_ORDERS = f"""
SELECT to_jsonb(own)::text AS row FROM unnest($3::jsonb[]) AS claim,
    {looked_up("orders", "id", "(claim ->> 'order_id')", "*")} AS own ORDER BY own.id
"""  # noqa: S608
# OFFSET keeps the account out of the search for each: by it alone all its orders would be compared.
_DELETE_ORDERS = """
DELETE FROM orders AS own USING (
    SELECT $1::text AS account_id, $2::text AS mode, kept ->> 'id' AS id, kept
    FROM unnest($3::jsonb[]) AS kept OFFSET 0) AS given
WHERE own.account_id = given.account_id AND own.mode = given.mode AND own.id = given.id
AND to_jsonb(own) = given.kept
"""
_ORDERS_LEFT = f"""
SELECT own.id FROM unnest($3::jsonb[]) AS kept,
    {looked_up("orders", "id", "(kept ->> 'id')", "id")} AS own
"""  # noqa: S608


async def read_rows(connection: Connection, schema: str, key: Key) -> Rows:
    """All rows of the export as JSON texts, by table; tables without any are left out."""
    found: dict[str, Sequence[str]] = {}
    for table in TABLES[schema]:
        records = await connection.fetch(
            f"SELECT to_jsonb(own)::text AS row FROM {table.name} AS own"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND {table.rows} ORDER BY 1",
            *key,
        )
        if records:
            found[table.name] = [record["row"] for record in records]
    return found


async def delete_rows(connection: Connection, schema: str, key: Key) -> None:
    """Those that refer to others first; what stays longer stays."""
    for table in reversed(TABLES[schema]):
        await connection.execute(
            f"DELETE FROM {table.name} WHERE account_id = $1 AND mode = $2 AND {table.rows}"  # noqa: S608
            f" AND NOT {table.stays}",
            *key,
        )


async def delete_emptied(connection: Connection, key: Key) -> None:
    """The row without a state that an event which came after its export had gone leaves in the read model."""
    await connection.execute(
        "DELETE FROM exports WHERE state = '' AND account_id = $1 AND mode = $2 AND export_id = $3", *key
    )


async def delete_old_costs(connection: Connection) -> None:
    """Deletes what archived exports cost their importers, once no plan asks for it any more."""
    await connection.execute(
        f"DELETE FROM importer_costs AS own USING archived_exports AS known WHERE NOT {OF_A_YEAR}"  # noqa: S608
        " AND known.account_id = own.account_id AND known.mode = own.mode"
        " AND known.export_id = own.export_id AND known.restored_at IS NULL"
    )


async def insert_rows(connection: Connection, schema: str, rows: Rows) -> None:
    """Writes rows back as they were read; one that is there stays as it is."""
    for table in TABLES[schema]:
        if table.name in rows:
            await insert(connection, table.name, rows[table.name])


async def insert(connection: Connection, table: str, rows: Sequence[str]) -> None:
    """Writes rows of one table back, as `insert_rows` does.

    A column that a file of an earlier release does not know gets its default.
    """
    if not rows:
        return
    names = await connection.fetch(
        "SELECT DISTINCT quote_ident(key) AS name FROM unnest($1::text[]) AS row,"
        " jsonb_object_keys(row::jsonb) AS key",
        rows,
    )
    columns = ", ".join(record["name"] for record in names)
    await connection.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608
        f" FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb) ON CONFLICT DO NOTHING",
        f"[{','.join(rows)}]",
    )


async def lock_execution(connection: Connection, key: Key) -> None:
    """Submissions first and the package after them, as every delivery and answer does."""
    await connection.execute(
        f"SELECT FROM broker_submissions WHERE account_id = $1 AND mode = $2 AND {OF_ITS_PACKAGE} FOR UPDATE",
        *key,
    )
    for table in ("customs_packages", "export_streams"):
        await connection.execute(
            f"SELECT FROM {table} WHERE account_id = $1 AND mode = $2 AND export_id = $3 FOR UPDATE",
            *key,
        )


async def waits_in_execution(connection: Connection, key: Key) -> bool:
    """Whether a run, a withdrawal, a person or a mail is still to come to an end."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM executions"  # noqa: S608
            "  WHERE account_id = $1 AND mode = $2 AND export_id = $3 AND finished_at IS NULL)"
            " OR EXISTS (SELECT FROM withdrawals"
            "  WHERE account_id = $1 AND mode = $2 AND export_id = $3 AND response IS NULL)"
            " OR EXISTS (SELECT FROM entry_tasks"
            "  WHERE account_id = $1 AND mode = $2 AND export_id = $3 AND state = 'open')"
            " OR EXISTS (SELECT FROM broker_submissions"
            f"  WHERE account_id = $1 AND mode = $2 AND {OF_ITS_PACKAGE}"
            "  AND status IN ('prepared', 'sending', 'unknown'))",
            *key,
        )
    )


async def waits_in_inspection(connection: Connection, key: Key) -> bool:
    """Whether a webhook is still to be delivered."""
    return bool(
        await connection.fetchval(
            # By the lanes of its endpoints; held ones wait in none, and are few.
            "SELECT EXISTS (SELECT FROM webhook_endpoints AS hook, LATERAL (SELECT FROM webhook_deliveries"
            "  WHERE account_id = hook.account_id AND mode = hook.mode AND endpoint_id = hook.endpoint_id"
            "  AND export_id = $3 AND status = 'pending' LIMIT 1) AS waiting"
            "  WHERE hook.account_id = $1 AND hook.mode = $2)"
            " OR EXISTS (SELECT FROM webhook_deliveries WHERE account_id = $1 AND mode = $2"
            "  AND export_id = $3 AND status = 'held')",
            *key,
        )
    )


async def has_unpublished(connection: Connection, before: datetime) -> bool:
    """Whether events of any account from before an instant still wait for Kafka."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE queued_at < $1)", before))


async def plans_of(connection: Connection, key: Key) -> list[PackedSnapshot]:
    """Its revisions, the first one first."""
    records = await connection.fetch(
        "SELECT snapshot, reference_digest, rows FROM plans"
        " LEFT JOIN reference_sets ON digest = reference_digest"
        " WHERE account_id = $1 AND mode = $2 AND export_id = $3 ORDER BY revision",
        *key,
    )
    return [
        PackedSnapshot(
            content=record["snapshot"],
            reference_digest=record["reference_digest"],
            reference_rows=record["rows"],
        )
        for record in records
    ]


async def events_of(connection: Connection, key: Key) -> list[events_pb2.Event]:
    """What the schema has recorded of it, in order."""
    records = await connection.fetch(
        "SELECT payload FROM event_log WHERE account_id = $1 AND mode = $2 AND stream_id = $3"
        " ORDER BY sequence",
        *key,
    )
    return [event_of(record["payload"]) for record in records]


async def claims_of(connection: Connection, key: Key) -> list[str]:
    """The claims on the orders that left with it, as JSON texts."""
    records = await connection.fetch(
        "SELECT to_jsonb(own)::text AS row FROM order_claims AS own"  # noqa: S608
        f" WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $3 ORDER BY 1",
        *key,
    )
    return [record["row"] for record in records]


async def delete_claims(connection: Connection, key: Key, *, but_of: Sequence[str]) -> None:
    """Deletes its claims, except those on these orders."""
    await connection.execute(
        f"DELETE FROM order_claims WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $3"  # noqa: S608
        " AND NOT order_id = ANY($4::text[])",
        *key,
        but_of,
    )


async def orders_of(connection: Connection, key: Key, claims: Sequence[str]) -> list[str]:
    """The orders under these claims, as JSON texts."""
    records = await connection.fetch(
        _ORDERS,
        *key[:2],
        claims,
    )
    return [record["row"] for record in records]


async def delete_orders(connection: Connection, key: Key, rows: Sequence[str]) -> list[str]:
    """Deletes orders that are as `rows` have them; gives the ids of those that have changed since."""
    await connection.execute(
        _DELETE_ORDERS,
        *key[:2],
        rows,
    )
    records = await connection.fetch(
        _ORDERS_LEFT,
        *key[:2],
        rows,
    )
    return [record["id"] for record in records]
