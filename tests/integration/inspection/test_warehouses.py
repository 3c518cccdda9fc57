"""What a key bound to one warehouse meets of another's exports: nothing, in any question or table."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from entrygo.domain.errors import NotFound
from entrygo.domain.principal import Visible
from entrygo.inspection.export_store import ExportFilter, ExportStore
from entrygo.inspection.requests import read_list_request
from entrygo.inspection.use_cases import Caller
from entrygo.postgres.migrate import migrate
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.proto.inspection.v1.inspection_pb2 import ListExportsRequest
from tests.harness.postgres import MIGRATIONS, temporary_database
from tests.integration.inspection.conftest import Service, caller
from tests.unit.inspection.events import ALICE, Life

HERE, THERE = caller(warehouse_id="wh_123"), caller(warehouse_id="wh_other")
WHOLE = caller()
EXPORT, PACKAGE = "batch_123", "cp_batch_123"
TABLES = ("exports", "timeline", "customs_packages", "dead_letters")
FILL = "0003_fill_warehouses.sql"

Question = Callable[[Service, Caller], Awaitable[object]]


async def first_of_watch(service: Service, asking: Caller) -> object:
    async with asyncio.timeout(20):
        return await anext(service.inspector.watch_export(asking, EXPORT))


QUESTIONS: dict[str, Question] = {
    "inspect": lambda service, asking: service.inspector.inspect_export(asking, EXPORT),
    "package": lambda service, asking: service.inspector.get_customs_package(asking, PACKAGE),
    "watch": first_of_watch,
}


async def list_ids(service: Service, asking: Caller, **request: str) -> list[str]:
    limit, wanted = read_list_request(ListExportsRequest(**request))  # type: ignore[arg-type]
    page = await service.inspector.list_exports(asking, wanted, limit)
    return [summary.export_id for summary in page.data]


async def visible_rows(pool: Pool, visible: Visible) -> dict[str, int]:
    """What row security alone leaves of each table."""
    async with transaction(pool, visible) as connection:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


@pytest.mark.parametrize("has_arrived", [True, False], ids=["in the read model", "with the owners alone"])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_export_of_another_warehouse_answers_as_if_missing(
    service: Service, question: str, has_arrived: bool
) -> None:
    # These owners answer whoever asks: the read model has fences of its own.
    events = Life().lived()
    service.owners.record(events)
    if has_arrived:
        await service.read_model.apply(EVERYONE, events)
    with pytest.raises(NotFound):
        await QUESTIONS[question](service, THERE)
    assert await QUESTIONS[question](service, HERE) is not None


async def test_list_shows_the_exports_of_the_keys_warehouse_whatever_it_asks_for(service: Service) -> None:
    other = Life("batch_other")
    await service.read_model.apply(EVERYONE, [*Life().lived(), other.planned(warehouse_id="wh_other")])
    assert await list_ids(service, HERE) == [EXPORT]
    assert await list_ids(service, THERE) == ["batch_other"]
    assert await list_ids(service, HERE, warehouse_id="wh_other") == []
    assert sorted(await list_ids(service, WHOLE)) == [EXPORT, "batch_other"]


async def test_statements_name_the_warehouse_beside_row_security(service: Service) -> None:
    await service.read_model.apply(EVERYONE, Life().lived())
    async with transaction(service.pool, EVERYONE) as connection:
        there = ExportStore(connection, THERE.visible)
        assert await there.find_of_package(PACKAGE) is None
        assert await there.list_exports(ExportFilter(), 10) == []
        assert await ExportStore(connection, HERE.visible).find_of_package(PACKAGE) == EXPORT


async def test_row_security_hides_every_table_of_another_warehouse(service: Service) -> None:
    life = Life()
    poisoned = life.planned(estimated_import_savings_usd="a lot")
    await service.read_model.apply(EVERYONE, [poisoned, life.planned(), life.generated()])
    assert await visible_rows(service.pool, THERE.visible) == dict.fromkeys(TABLES, 0)
    assert await visible_rows(service.pool, HERE.visible) == {
        "exports": 1,
        "timeline": 2,
        "customs_packages": 1,
        # For an operator alone.
        "dead_letters": 0,
    }
    assert (await visible_rows(service.pool, Visible.whole(ALICE)))["dead_letters"] == 1


async def test_what_arrived_before_the_plan_is_seen_once_the_plan_names_the_warehouse(
    service: Service,
) -> None:
    life = Life()
    planned, generated = life.planned(), life.generated()
    service.owners.record(life.events)
    await service.read_model.apply(EVERYONE, [generated])
    assert await visible_rows(service.pool, HERE.visible) == dict.fromkeys(TABLES, 0)
    await service.read_model.apply(EVERYONE, [planned])
    export = await service.inspector.inspect_export(HERE, EXPORT)
    assert [entry.type for entry in export.events] == ["export.planned", "customs_package.generated"]
    assert (await service.inspector.get_customs_package(HERE, PACKAGE)).id == PACKAGE


async def test_export_planned_again_for_another_warehouse_is_that_ones(service: Service) -> None:
    life = Life()
    await service.read_model.apply(EVERYONE, [life.planned(), life.generated()])
    await service.read_model.apply(EVERYONE, [life.planned(warehouse_id="wh_other")])
    service.owners.record(life.events)
    with pytest.raises(NotFound):
        await service.inspector.inspect_export(HERE, EXPORT)
    assert len((await service.inspector.inspect_export(THERE, EXPORT)).events) == 3
    assert await visible_rows(service.pool, HERE.visible) == dict.fromkeys(TABLES, 0)


OF_BEFORE = """
INSERT INTO exports (account_id, mode, export_id, warehouse_id)
    VALUES ('acc_alice', 'live', 'batch_123', 'wh_123');
INSERT INTO timeline (account_id, mode, export_id, source, sequence, entry)
    VALUES ('acc_alice', 'live', 'batch_123', 'planning', 1, '');
INSERT INTO customs_packages (account_id, mode, export_id, customs_package_id)
    VALUES ('acc_alice', 'live', 'batch_123', 'cp_batch_123');
UPDATE timeline SET warehouse_id = NULL;
UPDATE customs_packages SET warehouse_id = NULL;
"""


async def test_rows_from_before_the_column_are_of_their_exports_warehouse(
    postgres_url: str, tmp_path: Path
) -> None:
    earlier = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS["inspection"], earlier)
    for file in [file for file in earlier.iterdir() if file.name >= FILL]:
        file.unlink()
    async with temporary_database(postgres_url) as url:
        await migrate(url, schema="inspection", migrations=earlier)
        async with await open_pool(url, schema="inspection", max_size=2) as pool:
            async with transaction(pool, EVERYONE) as connection:
                await connection.execute(OF_BEFORE)
            await migrate(url, schema="inspection", migrations=MIGRATIONS["inspection"])
            rows = await visible_rows(pool, HERE.visible)
            assert (rows["timeline"], rows["customs_packages"]) == (1, 1)
