"""A backup of a database and its documents, restored into another, and what execution then does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.cli.archive.catalogue_store import alone
from entrygo.cli.backup.going_back import hold
from entrygo.cli.backup.manifest import BackupUnusable
from entrygo.cli.backup.programs import load
from entrygo.cli.backup.restoring import TargetNotEmpty, restore
from entrygo.cli.backup.taking import DocumentsDamaged, take_backup
from entrygo.cli.partitioning import keep_partitioned
from entrygo.cli.partitions.months import Month
from entrygo.cli.partitions.table_store import GROWING
from entrygo.cli.up.home import AlreadyRunning, Home
from entrygo.execution.recovery.restored import RESTORED, RESTORED_CODE
from entrygo.execution.state import failpoints
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from tests.harness.postgres import temporary_database
from tests.integration.execution.world import LIVE, Crash, Process, World


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Callable[[], Path]:
    """Takes one, and then destroys the documents that it was taken of."""

    def take() -> Path:
        url = world.settings.database_url.get_secret_value()
        take_backup(tmp_path / "backup", Home(tmp_path / "home"), lambda _: url, world.settings.storage.url)
        return tmp_path / "backup"

    return take


@pytest_asyncio.fixture
async def empty_database(postgres_url: str) -> AsyncIterator[str]:
    async with temporary_database(postgres_url) as url:
        yield url


async def restored(world: World, folder: Path, url: str, *, resend: bool = False) -> World:
    """The same world on the restored data; its planning lives on."""
    home = Home(folder.parent / "new")
    await restore(folder, home, lambda _: url, resend=resend)
    storage = world.settings.storage.model_copy(update={"artifacts_url": home.artifacts.as_uri()})
    changes = {"database_url": SecretStr(url), "storage": storage}
    new = World(world.settings.model_copy(update=changes), world.sink)
    new.planning, new.now = world.planning, world.now
    return new


@asynccontextmanager
async def before_any_service(
    world: World, backup: Callable[[], Path], url: str
) -> AsyncIterator[asyncpg.Connection]:
    """A restored database after an execute, with nobody on it yet."""
    await (await world.process()).execute()
    new = await restored(world, await asyncio.to_thread(backup), url)
    await new.close()
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def emptied(folder: Path) -> list[str]:
    """The names of the files that were there."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        path.unlink()
    return [path.name for path in files]


async def until_it_waits_for_a_lock(pool: Pool, task: asyncio.Future[Any]) -> None:
    """Until somebody waits for what another session holds by an advisory lock, or `task` is done."""
    waits, asked = False, "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    while not waits and not task.done():
        await asyncio.wait([task], timeout=0.05)
        async with transaction(pool, EVERYONE) as connection:
            waits = await connection.fetchval(
                f"{asked} WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted)"
            )


async def status_of(process: Process) -> tuple[str, str]:
    last = (await process.events())[-1].broker_submission_changed.broker_submission
    return last.status, last.error_message


async def test_what_was_acknowledged_is_there_with_its_documents_and_is_not_mailed_again(
    world: World, backup: Callable[[], Path], empty_database: str
) -> None:
    answer = await (await world.process()).answer()
    new = await restored(world, await asyncio.to_thread(backup), empty_database)
    process = await new.process()
    assert await process.answer() == answer
    for each in answer.artifacts:
        found = await process.packages.artifact(LIVE, answer.customs_package_id, each.filename)
        parts = [part async for part in process.packages.contents(LIVE.tenant, found)]
        assert sum(map(len, parts)) == each.size_bytes
    await process.recovery.deliver_due()
    assert len(world.sink.mails) == 1
    await new.close()


async def test_the_read_model_is_whole_before_any_service_runs(
    world: World, backup: Callable[[], Path], empty_database: str
) -> None:
    async with before_any_service(world, backup, empty_database) as connection:
        recorded = await connection.fetchval("SELECT count(*) FROM execution.event_log")
        assert await connection.fetchval("SELECT execution_sequence FROM inspection.exports") == recorded > 0


async def test_a_backup_has_no_read_model_in_partitions_either(
    world: World, backup: Callable[[], Path], empty_database: str
) -> None:
    url = world.settings.database_url.get_secret_value()
    connection = await asyncpg.connect(url, server_settings={"search_path": "inspection"})
    try:
        for table in GROWING:
            await keep_partitioned(connection, table, Month(2026, 11), 2)
        await (await world.process()).execute()
        await connection.execute(
            "INSERT INTO inspection.timeline (account_id, mode, export_id, source, sequence, entry)"
            " VALUES ('acc_1', 'live', 'batch_1', 'execution', 1, '')"
        )
    finally:
        await connection.close()
    folder = await asyncio.to_thread(backup)
    await asyncio.to_thread(load, empty_database, folder / "database-1.dump")
    there = await asyncpg.connect(empty_database, server_settings={"entrygo.account_id": "*"})
    try:
        assert await there.fetchval("SELECT count(*) FROM execution.event_log") > 0
        assert await there.fetchval("SELECT count(*) FROM inspection.timeline") == 0
    finally:
        await there.close()


async def test_no_export_moves_into_the_archive_or_back_between_the_dumps_of_several_databases(
    world: World, tmp_path: Path
) -> None:
    url = world.settings.database_url.get_secret_value()
    several = {"planning": f"{url}{'&' if '?' in url else '?'}application_name=another"}
    taking = partial(take_backup, tmp_path / "backup", Home(tmp_path / "home"))
    async with await open_pool(url, schema="planning", max_size=2) as planning:
        async with alone(planning):
            backup = asyncio.create_task(
                asyncio.to_thread(taking, lambda schema: several.get(schema, url), world.settings.storage.url)
            )
            await until_it_waits_for_a_lock(planning, backup)
            assert not backup.done()
        assert len((await backup).dumps) > 1
        async with alone(planning):
            pass


async def test_postgresql_knows_the_restored_tables_before_any_service_runs(
    world: World, backup: Callable[[], Path], empty_database: str
) -> None:
    async with before_any_service(world, backup, empty_database) as connection:
        rows = await connection.fetch("SELECT DISTINCT schemaname || '.' || tablename FROM pg_stats")
    assert {row[0] for row in rows} >= {"execution.event_log", "inspection.timeline"}


async def test_a_backup_says_which_documents_are_gone_that_the_database_names(
    world: World, backup: Callable[[], Path], tmp_path: Path
) -> None:
    await (await world.process()).execute()
    gone = emptied(Path(urlsplit(world.settings.storage.url).path))
    with pytest.raises(DocumentsDamaged) as raised:
        await asyncio.to_thread(backup)
    assert gone
    assert all(name in str(raised.value) for name in gone)
    assert (tmp_path / "backup" / "manifest.json").is_file()


async def test_documents_come_back_where_the_settings_keep_them_and_write_over_none(
    world: World, backup: Callable[[], Path], empty_database: str, tmp_path: Path
) -> None:
    await (await world.process()).execute()
    folder = await asyncio.to_thread(backup)
    names = sorted(path.name for path in (folder / "artifacts").rglob("*") if path.is_file())
    kept, home = tmp_path / "kept", Home(tmp_path / "new")
    first = next(path for path in (folder / "artifacts").rglob("*") if path.is_file())
    there = kept / first.relative_to(folder / "artifacts")
    there.parent.mkdir(parents=True)
    there.write_bytes(b"there before")
    await restore(folder, home, lambda _: empty_database, kept, resend=False)
    assert sorted(path.name for path in kept.rglob("*") if path.is_file()) == names
    assert there.read_bytes() == b"there before"
    assert list(home.artifacts.iterdir()) == []


@pytest.mark.parametrize("resend", [False, True])
async def test_a_submission_that_waited_is_held_for_a_person_unless_it_shall_go_on(
    world: World, backup: Callable[[], Path], empty_database: str, resend: bool
) -> None:
    world.sink.answers = ["451 later"]
    await (await world.process()).execute()
    folder = await asyncio.to_thread(backup)
    new = await restored(world, folder, empty_database, resend=resend)
    process = await new.process()
    if resend:
        assert (await status_of(process))[0] == "prepared"
    else:
        assert await status_of(process) == ("unknown", RESTORED)
        assert await process.count("broker_submissions") == 1
    await new.close()


@pytest.mark.parametrize("point", [failpoints.AFTER_CLAIM, failpoints.AFTER_RESERVE])
async def test_an_execution_that_had_mailed_nothing_yet_does_not_go_on_by_itself(
    world: World, backup: Callable[[], Path], empty_database: str, point: str
) -> None:
    with pytest.raises(Crash):
        await (await world.process(crash_at=point)).execute()
    folder = await asyncio.to_thread(backup)
    connection = await asyncpg.connect(world.settings.database_url.get_secret_value())
    epoch = await connection.fetchval("SELECT epoch FROM execution.owner_epoch")
    await connection.close()
    new = await restored(world, folder, empty_database)
    process = await new.process()
    await new.pass_lease()
    assert await process.executions.recover(10) == 0
    assert world.sink.mails == []
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT error_code FROM execution.executions") == RESTORED_CODE
    assert await connection.fetchval("SELECT epoch FROM execution.owner_epoch") != epoch
    await connection.close()
    await new.close()


async def test_what_was_being_sent_is_held_in_a_database_that_went_back_and_that_nobody_uses(
    world: World,
) -> None:
    url = world.settings.database_url.get_secret_value()
    world.sink.answers = ["451 later"]
    process = await world.process()
    await process.execute()
    with pytest.raises(AlreadyRunning, match="stop the services first"):
        await hold(lambda _: url)
    assert (await status_of(process))[0] == "prepared"
    await world.close()
    await hold(lambda _: url)
    new = World(world.settings, world.sink)
    process = await new.process()
    await process.recovery.deliver_due()
    assert await status_of(process) == ("unknown", RESTORED)
    assert world.sink.mails == []
    await new.close()


async def test_a_backup_is_refused_once_a_byte_of_it_has_changed_and_never_overwrites(
    world: World, backup: Callable[[], Path], empty_database: str
) -> None:
    await (await world.process()).execute()
    folder = await asyncio.to_thread(backup)
    with pytest.raises(TargetNotEmpty):
        await restored(world, folder, world.settings.database_url.get_secret_value())
    document = next(path for path in sorted((folder / "artifacts").rglob("*")) if path.is_file())
    document.write_bytes(document.read_bytes()[:-1] + b"?")
    with pytest.raises(BackupUnusable):
        await restored(world, folder, empty_database)
