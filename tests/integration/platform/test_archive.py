"""Closed exports leave four databases for one file, and come back; however a run ends."""

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from entrygo.cli.archive import archiving, catalogue_store
from entrygo.cli.archive.archiving import Archive, NotPublished
from entrygo.cli.archive.catalogue_store import ArchiveBusy, archived_exports, limit
from entrygo.cli.archive.databases import Databases
from entrygo.cli.archive.documents_store import WrongStore, check_store
from entrygo.cli.archive.file import ArchiveUnreadable
from entrygo.cli.archive.tables import KEPT, TABLES
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.inspection.folding import ExportKey
from entrygo.inspection.store import ReadModelStore
from entrygo.postgres.pool import EVERYONE, Connection, Pool, open_pool, transaction
from entrygo.proto.events.v1 import events_pb2
from tests.harness.rows import insert_row

ACCOUNT, MODE = "acc_1", "live"
OLD, NEW = "batch_old", "batch_new"
YEARS_AGO = "2019-03-01T12:00:00+00:00"
PACKAGE, ORDER = "cp_old", "ord_old"
KEPT_DAYS = 365
# Columns that say which export a row is of.
LINKS = ("export_id", "package_id", "stream_id", "customs_package_id")
SCHEMAS = ("sync", "planning", "execution", "inspection")
# Beside what is moved, where `fill` writes rows.
FILLED = {
    "sync.orders",
    "planning.order_claims",
    "inspection.webhook_deliveries",
    "inspection.webhook_endpoints",
}

STAYS = {"inspection.webhook_deliveries", "inspection.webhook_endpoints", "planning.archived_exports"}

# Rows as JSON texts, by `schema.table`.
Tables = dict[str, list[str]]


@pytest_asyncio.fixture
async def databases(database_url: str) -> AsyncIterator[Databases]:
    pools = {schema: await open_pool(database_url, schema=schema, max_size=2) for schema in SCHEMAS}
    yield Databases(**pools)
    for pool in pools.values():
        await pool.close()


@pytest_asyncio.fixture
async def archive(databases: Databases, tmp_path: Path) -> Archive:
    """With one export that was closed years ago, and one that was closed today."""
    await fill(databases, OLD, closed_at=YEARS_AGO)
    await fill(databases, NEW, closed_at="now")
    return Archive(databases, ObjectStore(tmp_path.as_uri()))


async def test_a_closed_export_leaves_every_database_and_comes_back_as_it_was(archive: Archive) -> None:
    before = await everything(archive.databases)
    assert of(OLD, before) == moved_tables() | FILLED

    assert await run(archive) == [OLD]

    after = await everything(archive.databases)
    assert of(OLD, after) == STAYS
    assert without(OLD, after) == without(OLD, before)
    assert await run(archive) == []

    await bring_back(archive)

    assert without_notes(await everything(archive.databases)) == without_notes(before)
    assert await run(archive) == [], "what was brought back is left alone for a while"


async def test_the_file_can_be_read_without_the_databases(archive: Archive) -> None:
    await run(archive)
    [archived] = [each async for each in archived_exports(archive.databases.planning)]
    export = await archive.load(archived)
    lines = [json.loads(line) for line in export.to_lines().splitlines()]
    assert lines[0] == {
        "format": "entrygo-archive/1",
        "accountId": ACCOUNT,
        "mode": MODE,
        "exportId": OLD,
        "state": "COMPLETED",
    }
    assert {"readable": "plan", "value": {"orders": [ORDER]}} in lines
    assert [line["value"]["type"] for line in lines if line.get("readable") == "event"] == ["a", "a"]
    [order] = [line["row"] for line in lines if line.get("table") == "orders"]
    assert order["external_id"] == "SO-1"
    # More digits than a float has.
    assert b'"total_value_usd": 12345678901234567890.10' in export.to_lines()


async def test_a_file_that_is_gone_is_named_with_its_export(archive: Archive, tmp_path: Path) -> None:
    await run(archive)
    [archived] = [each async for each in archived_exports(archive.databases.planning)]
    lose(tmp_path, archived.sha256)
    with pytest.raises(ArchiveUnreadable, match=f"{OLD} .*{archived.sha256}"):
        await archive.load(archived)


async def test_a_store_that_holds_no_document_of_the_databases_is_refused(
    archive: Archive, tmp_path: Path
) -> None:
    of_nobody_else = ObjectStore((tmp_path / "elsewhere").as_uri())
    tenant, content = Tenant(ACCOUNT, Mode(MODE)), b"a document"
    sha256 = await archive.store.put(tenant, content)
    async with transaction(archive.databases.execution, EVERYONE) as connection:
        await connection.execute("UPDATE artifacts SET sha256 = $1 WHERE package_id = $2", sha256, PACKAGE)
    await check_store(archive.databases, archive.store)
    with pytest.raises(WrongStore, match="ENTRYGO_ARTIFACTS_URL"):
        await check_store(archive.databases, of_nobody_else)

    async with transaction(archive.databases.execution, EVERYONE) as connection:
        await connection.execute("DELETE FROM artifacts")
    await check_store(archive.databases, of_nobody_else)
    await run(archive)
    await check_store(archive.databases, archive.store)
    with pytest.raises(WrongStore):
        await check_store(archive.databases, of_nobody_else)


# A run takes 14; its tenth is the first that deletes. Restoring takes six.
@pytest.mark.parametrize("transactions", [*range(2, 6), *range(9, 14)])
async def test_a_run_that_ends_anywhere_is_carried_on_by_the_next(
    archive: Archive, transactions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await everything(archive.databases)
    with crashing_after(transactions, monkeypatch):
        await run(archive)
    await still_has_everything(archive, before)
    await run(archive)
    assert of(OLD, await everything(archive.databases)) == STAYS
    with crashing_after(transactions, monkeypatch):
        await bring_back(archive)
    await run(archive)
    everywhere = moved_tables() | FILLED | STAYS
    assert of(OLD, await everything(archive.databases)) in (STAYS, everywhere), "never half of it"
    await bring_back(archive)
    assert without_notes(await everything(archive.databases)) == without_notes(before)


@pytest.mark.parametrize(
    ("schema", "statement"),
    [
        ("execution", "UPDATE executions SET finished_at = NULL"),
        ("execution", "UPDATE withdrawals SET response = NULL"),
        ("execution", "UPDATE entry_tasks SET state = 'open'"),
        ("execution", "UPDATE broker_submissions SET status = 'prepared'"),
        ("execution", "UPDATE broker_submissions SET status = 'unknown'"),
        ("inspection", "UPDATE webhook_deliveries SET status = 'pending'"),
        ("planning", "UPDATE exports SET state = 'FAILED'"),
        ("planning", "UPDATE exports SET state = 'EXECUTING'"),
        ("planning", f"UPDATE exports SET superseded_by = '{NEW}' WHERE export_id = '{OLD}'"),
    ],
)
async def test_an_export_that_waits_for_something_stays(
    archive: Archive, schema: str, statement: str
) -> None:
    async with transaction(getattr(archive.databases, schema), EVERYONE) as connection:
        await connection.execute(statement)
    before = await everything(archive.databases)
    assert await run(archive) == []
    assert await everything(archive.databases) == before


async def test_nothing_is_archived_while_old_events_wait_for_kafka(archive: Archive) -> None:
    async with transaction(archive.databases.execution, EVERYONE) as connection:
        await connection.execute(
            "INSERT INTO outbox (account_id, mode, payload, queued_at) VALUES ($1, $2, '', $3)",
            ACCOUNT,
            MODE,
            datetime.fromisoformat(YEARS_AGO),
        )
    with pytest.raises(NotPublished):
        await run(archive)


async def test_an_export_that_changes_while_it_is_read_stays(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = archive.store.put

    async def change_then_put(*given: Any) -> str:
        async with transaction(archive.databases.planning, EVERYONE) as connection:
            await connection.execute("UPDATE export_approvals SET note = 'later' WHERE export_id = $1", OLD)
        return await put(*given)

    monkeypatch.setattr(archive.store, "put", change_then_put)
    before = without_approvals(await everything(archive.databases))
    assert await run(archive) == []
    assert without_approvals(await everything(archive.databases)) == before


async def test_nothing_is_brought_back_while_a_run_would_take_it_out_again(archive: Archive) -> None:
    before = await everything(archive.databases)
    running = archive.run(await limit(archive.databases.planning, KEPT_DAYS))
    async with aclosing(running):
        await anext(running)
        with pytest.raises(ArchiveBusy):
            await bring_back(archive)
    await bring_back(archive)
    assert without_notes(await everything(archive.databases)) == without_notes(before)


async def test_what_execution_writes_between_reading_and_taking_is_in_the_file(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = catalogue_store.note_archived

    async def take_then_change(*given: Any) -> None:
        await take(*given)
        async with transaction(archive.databases.execution, EVERYONE) as connection:
            await connection.execute("UPDATE entry_tasks SET note = 'later' WHERE export_id = $1", OLD)

    monkeypatch.setattr(archiving, "note_archived", take_then_change)
    await run(archive)
    monkeypatch.undo()
    await bring_back(archive)
    async with transaction(archive.databases.execution, EVERYONE) as connection:
        assert await connection.fetchval("SELECT note FROM entry_tasks WHERE export_id = $1", OLD) == "later"


async def test_what_is_sent_again_between_reading_and_taking_keeps_its_export_out_of_the_archive(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, again = catalogue_store.note_archived, "UPDATE broker_submissions SET status = 'prepared'"

    async def take_then_send_again(*given: Any) -> None:
        await take(*given)
        async with transaction(archive.databases.execution, EVERYONE) as connection:
            await connection.execute(again)

    before = await everything(archive.databases)
    monkeypatch.setattr(archiving, "note_archived", take_then_send_again)
    assert await run(archive) == []
    after = without_notes(await everything(archive.databases))
    sent = after.pop("execution.broker_submissions")
    assert [json.loads(row)["status"] for row in sent] == ["prepared", "prepared"]
    assert after == {table: rows for table, rows in without_notes(before).items() if table in after}
    assert [each async for each in archived_exports(archive.databases.planning)] == []


async def test_what_was_sent_again_after_a_run_that_died_half_way_is_put_back_by_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crashing_after(10, monkeypatch):
        await run(archive)
    assert "planning.plans" not in of(OLD, await everything(archive.databases))
    async with transaction(archive.databases.execution, EVERYONE) as connection:
        await connection.execute("UPDATE broker_submissions SET status = 'prepared'")
    assert await run(archive) == []
    assert of(OLD, await everything(archive.databases)) >= moved_tables()


async def test_what_a_late_event_leaves_in_the_read_model_gives_way_to_the_export_that_comes_back(
    archive: Archive,
) -> None:
    before = await everything(archive.databases)
    await run(archive)
    async with transaction(archive.databases.inspection, EVERYONE) as connection:
        # As the projection has it: the event was applied, and its owner knew no such export.
        key = ExportKey(ACCOUNT, MODE, OLD)
        store = ReadModelStore(connection)
        await store.lock([key])
        await store.forget(key)
    await bring_back(archive)
    assert without_notes(await everything(archive.databases)) == without_notes(before)


async def test_an_order_that_was_synced_again_stays_and_stays_claimed(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = catalogue_store.note_archived

    async def take_then_sync(*given: Any) -> None:
        await take(*given)
        async with transaction(archive.databases.sync, EVERYONE) as connection:
            await connection.execute("UPDATE orders SET updated_at = now() WHERE id = $1", ORDER)

    monkeypatch.setattr(archiving, "note_archived", take_then_sync)
    assert await run(archive) == [OLD]
    after = await everything(archive.databases)
    assert any(ORDER in row for row in after["sync.orders"])
    claims = after["planning.order_claims"]
    assert any(ORDER in row for row in claims), "or it could leave the warehouse a second time"


async def test_what_an_archived_export_cost_counts_into_the_year_of_its_importer(archive: Archive) -> None:
    planning = archive.databases.planning
    dated = f"UPDATE importer_costs SET entry_date = current_date - $1::integer WHERE export_id = '{OLD}'"
    async with transaction(planning, EVERYONE) as connection:
        await connection.execute(dated, 364)
    before = await everything(archive.databases)

    assert await run(archive) == [OLD]
    assert of(OLD, await everything(archive.databases)) == STAYS | {"planning.importer_costs"}

    await bring_back(archive)
    assert without_notes(await everything(archive.databases)) == without_notes(before)

    async with transaction(planning, EVERYONE) as connection:
        await connection.execute("UPDATE archived_exports SET restored_at = NULL")
        await connection.execute(dated, 1000)
    await run(archive)
    assert "planning.importer_costs" not in of(OLD, await everything(archive.databases))


async def test_every_table_that_names_an_export_is_moved_or_says_why_it_is_not(databases: Databases) -> None:
    found = {
        f"{schema}.{table}"
        for schema in TABLES
        for table in await tables_naming_an_export(getattr(databases, schema), schema)
    }
    assert found == moved_tables() | set(KEPT)


def moved_tables() -> set[str]:
    return {f"{schema}.{table.name}" for schema, tables in TABLES.items() for table in tables}


def lose(folder: Path, name: str) -> None:
    [file] = folder.rglob(name)
    file.unlink()


async def run(archive: Archive) -> list[str]:
    before = await limit(archive.databases.planning, KEPT_DAYS)
    return [due.key[2] async for due, _ in archive.run(before)]


async def bring_back(archive: Archive) -> None:
    async for archived in archived_exports(archive.databases.planning, only=[OLD]):
        await archive.restore(archived)


class Crash(BaseException):
    """Ends the run as a killed process does: nothing of ours handles it."""


@contextmanager
def crashing_after(transactions: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets so many transactions commit and begins no further one."""
    left = iter(range(transactions))

    @asynccontextmanager
    async def counted(pool: Pool, scope: Any) -> AsyncIterator[Connection]:
        if next(left, None) is None:
            raise Crash
        async with transaction(pool, scope) as connection:
            yield connection

    with monkeypatch.context() as patch, suppress(Crash):
        for module in ("archiving", "content", "catalogue_store"):
            patch.setattr(f"entrygo.cli.archive.{module}.transaction", counted)
        yield


async def still_has_everything(archive: Archive, before: Tables) -> None:
    """Each row of the export is in its database or in its file."""
    now = await everything(archive.databases)
    kept: Tables = {}
    async for archived in archived_exports(archive.databases.planning):
        export = await archive.load(archived)
        for schema, tables in export.rows.items():
            for table, rows in tables.items():
                kept.setdefault(f"{schema}.{table}", []).extend(rows)
    for table, rows in before.items():
        assert set(rows) <= set(now[table]) | set(kept.get(table, ())), table


async def everything(databases: Databases) -> Tables:
    """Every row of the tables that have an account, as JSON."""
    found = {}
    for schema in SCHEMAS:
        async with transaction(getattr(databases, schema), EVERYONE) as connection:
            for table in await tables_with(connection, schema, ["account_id"]):
                records = await connection.fetch(
                    f"SELECT to_jsonb(t)::text AS row FROM {table} AS t WHERE account_id = $1 ORDER BY 1",
                    ACCOUNT,
                )
                found[f"{schema}.{table}"] = [record["row"] for record in records]
    return found


def of(export_id: str, tables: Tables) -> set[str]:
    """The tables with a row of this export, whose ids all end alike."""
    suffix = export_id.removeprefix("batch")
    return {table for table, rows in tables.items() if any(suffix in row for row in rows)}


def without(export_id: str, tables: Tables) -> Tables:
    suffix = export_id.removeprefix("batch")
    left = {table: [row for row in rows if suffix not in row] for table, rows in tables.items()}
    return {table: rows for table, rows in left.items() if table not in KEPT}


def without_notes(tables: Tables) -> Tables:
    return {table: rows for table, rows in tables.items() if table != "planning.archived_exports"}


def without_approvals(tables: Tables) -> Tables:
    return {table: rows for table, rows in tables.items() if table != "planning.export_approvals"}


async def tables_naming_an_export(pool: Pool, schema: str) -> list[str]:
    async with transaction(pool, EVERYONE) as connection:
        return await tables_with(connection, schema, LINKS)


async def tables_with(connection: Connection, schema: str, columns: Any) -> list[str]:
    records = await connection.fetch(
        "SELECT DISTINCT table_name FROM information_schema.columns"
        " WHERE table_schema = $1 AND column_name = ANY($2::text[])",
        schema,
        list(columns),
    )
    return [record["table_name"] for record in records]


async def fill(databases: Databases, export_id: str, *, closed_at: str) -> None:
    """A row in every table that names an export."""
    suffix = export_id.removeprefix("batch_")
    for schema in ("sync", *TABLES):
        async with transaction(getattr(databases, schema), EVERYONE) as connection:
            for table, columns in rows_of(schema, suffix, closed_at):
                await insert_row(connection, table, columns)


def rows_of(schema: str, suffix: str, closed_at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, columns) of the rows that an export has in a schema."""
    own = {"account_id": ACCOUNT, "mode": MODE}
    of_export = {**own, "export_id": f"batch_{suffix}"}
    of_package = {**of_export, "package_id": f"cp_{suffix}", "warehouse_id": "wh_1"}
    event = events_pb2.Event(id=f"evt_{suffix}", type="a").SerializeToString()
    logged = {**own, "stream_id": f"batch_{suffix}", "sequence": 1, "payload": hexed(event)}
    if schema == "sync":
        yield (
            "orders",
            {
                **own,
                "id": f"ord_{suffix}",
                "external_id": "SO-1" if suffix == "old" else "SO-2",
                "destination_country": "US",
                "items": [],
                "total_value_usd": "12345678901234567890.10",
                "created_at": closed_at,
                "updated_at": closed_at,
            },
        )
    elif schema == "planning":
        yield (
            "exports",
            {
                **of_export,
                "warehouse_id": "wh_1",
                "state": "COMPLETED",
                "revision": 1,
                "plan_hash": "h",
                "readiness_state": "READY",
                "event_sequence": 1,
                "created_at": closed_at,
                "updated_at": closed_at,
            },
        )
        snapshot = zlib.compress(json.dumps({"orders": [f"ord_{suffix}"]}).encode())
        plan = {"revision": 1, "plan_hash": "h", "snapshot": hexed(snapshot), "planned_at": closed_at}
        yield "plans", {**of_export, **plan}
        yield "export_orders", {**of_export, "order_id": f"ord_{suffix}"}
        yield "order_claims", {**of_export, "order_id": f"ord_{suffix}", "claimed_at": closed_at}
        approval = {"plan_hash": "h", "approved_by": "Mo", "note": "", "approved_at": closed_at}
        yield "export_approvals", {**of_export, **approval}
        cost = {"importer_number": "1", "entry_date": "2019-03-01", "amount_usd": "1.10"}
        yield "importer_costs", {**of_export, "warehouse_id": "wh_1", **cost}
        yield "event_log", logged
    elif schema == "execution":
        yield "export_streams", {**of_export, "last_sequence": 1}
        run = {"step": "completed", "idempotency_key": "", "expected_plan_hash": "h", "attempt": 1}
        times = {"lease_until": closed_at, "created_at": closed_at, "finished_at": closed_at}
        yield "executions", {**of_export, "id": f"exe_{suffix}", **run, **times}
        package = {"id": f"cp_{suffix}", "number": f"N-{suffix}", "state": "sent_to_broker"}
        yield "customs_packages", {**of_export, **package, "generated_at": closed_at}
        document = {
            "filename": "a.pdf",
            "position": 1,
            "artifact_type": "cci",
            "media_type": "application/pdf",
        }
        stored = {"size_bytes": 1, "sha256": "0", "generated_at": closed_at}
        yield "artifacts", {**own, "package_id": f"cp_{suffix}", **document, **stored}
        notice = {"channel": "EMAIL", "recipient": "broker", "status": "sent", "created_at": closed_at}
        yield "notifications", {**own, "id": f"notif_{suffix}", "package_id": f"cp_{suffix}", **notice}
        yield "broker_submissions", {**of_package, "id": f"bes_{suffix}", **submission(suffix, closed_at)}
        withdrawal = {"reason": "r", "idempotency_key": "", "due_at": closed_at, "created_at": closed_at}
        yield "withdrawals", {**of_export, "id": f"wdr_{suffix}", **withdrawal, "response": hexed(b"r")}
        summary = {"entry": 1, "revision": 1, "entry_number": "n", "summary": {}, "given_by": "api"}
        yield "entry_summaries", {**of_package, "id": f"ens_{suffix}", **summary, "recorded_at": closed_at}
        task = {"entry": 1, "code": "c", "place": "p", "message": "m", "expected": "1", "actual": "2"}
        ended = {"state": "closed", "note": "", "opened_at": closed_at}
        yield "entry_tasks", {**of_package, "id": f"etk_{suffix}", **task, **ended}
        yield "event_log", logged
    else:
        yield "exports", {**of_export, "detail": hexed(b"d"), "plan": hexed(b"p"), "state": "COMPLETED"}
        yield "timeline", {**of_export, "source": "planning", "sequence": 1, "entry": hexed(b"e")}
        yield "passed_events", {**of_export, "event_type": "a"}
        yield "customs_packages", {**of_export, "customs_package_id": f"cp_{suffix}"}
        endpoint = {"endpoint_id": f"whk_{suffix}", "url": "https://a.example.com", "events": []}
        yield "webhook_endpoints", {**own, **endpoint, "description": ""}
        delivery = {
            "endpoint_id": f"whk_{suffix}",
            "event_id": f"evt_{suffix}",
            "event_type": "a",
            "body": "",
        }
        yield "webhook_deliveries", {**of_export, **delivery, "body": "", "status": "delivered"}


def submission(suffix: str, at: str) -> dict[str, Any]:
    mail = {"sender": "s", "subject": "s", "message_id": f"<{suffix}>", "content_sha256": "0", "reason": "r"}
    fence = {"phase": "data", "attempts": 1, "created_at": at, "sent_at": at}
    return {"notification_id": "n", "submission_type": "EMAIL", "status": "sent", **mail, **fence}


def hexed(content: bytes) -> str:
    """As PostgreSQL writes bytea in JSON."""
    return r"\x" + content.hex()
