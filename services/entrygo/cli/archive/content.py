"""Gathers everything of an export that is to be archived, from every database that holds some of it."""

import orjson
from google.protobuf.json_format import MessageToDict

from entrygo.cli.archive.catalogue_store import Due
from entrygo.cli.archive.databases import Databases
from entrygo.cli.archive.file import ArchivedExport, Rows
from entrygo.cli.archive.rows_store import (
    Key,
    claims_of,
    events_of,
    orders_of,
    plans_of,
    read_rows,
    waits_in_execution,
    waits_in_inspection,
)
from entrygo.planning.snapshots import unpack
from entrygo.postgres.pool import EVERYONE, Connection, transaction


async def read_export(databases: Databases, due: Due) -> ArchivedExport | None:
    """The export as it stands; None while something of it waits: a mail, a broker's word, an open task."""
    async with transaction(databases.execution, EVERYONE) as connection:
        if await waits_in_execution(connection, due.key):
            return None
        execution = await read_rows(connection, "execution", due.key)
        executed = await events_of(connection, due.key)
    async with transaction(databases.inspection, EVERYONE) as connection:
        if await waits_in_inspection(connection, due.key):
            return None
        inspection = await read_rows(connection, "inspection", due.key)
    async with transaction(databases.planning, EVERYONE) as connection:
        planning = await planning_rows(connection, due.key)
        plans = await plans_of(connection, due.key)
        planned = await events_of(connection, due.key)
    async with transaction(databases.sync, EVERYONE) as connection:
        orders = await orders_of(connection, due.key, planning["order_claims"])
    account_id, mode, export_id = due.key
    return ArchivedExport(
        account_id=account_id,
        mode=mode,
        export_id=export_id,
        state=due.state,
        rows={
            "planning": planning,
            "execution": execution,
            "inspection": inspection,
            "sync": {"orders": orders},
        },
        readable=[
            *(("plan", orjson.loads(unpack(plan))) for plan in plans),
            *(("event", MessageToDict(event)) for event in (*planned, *executed)),
        ],
    )


async def planning_rows(connection: Connection, key: Key) -> Rows:
    """Planning's rows and the claims on orders, which are deleted later than the rest."""
    rows = await read_rows(connection, "planning", key)
    return {**rows, "order_claims": await claims_of(connection, key)}
