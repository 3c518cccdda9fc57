"""A key that is bound to a warehouse: what was executed for another one is not there for it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from entrygo.domain.errors import NotFound
from entrygo.domain.principal import Visible
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.postgres.pool import transaction
from entrygo.postgres.session_pool import SessionPool
from entrygo.proto.events.v1 import events_pb2
from tests.integration.execution.world import LIVE, Process, World
from tests.unit.execution.snapshots import make_snapshot

OWN = Visible(LIVE.tenant, "wh_123")
OTHERS = Visible(LIVE.tenant, "wh_other")
TABLES = ("executions", "customs_packages", "artifacts", "notifications", "broker_submissions", "event_log")


def resubmit_command(visible: Visible) -> ResubmitCommand:
    return ResubmitCommand(visible=visible, export_id="batch_123", reason="r", key="again", fingerprint=b"r")


async def events(process: Process, visible: Visible, **named: str) -> list[events_pb2.Event]:
    names = {"export_id": "", "package_id": "", **named}
    return await process.packages.events_after(visible, sequence=0, **names)


async def warehouses(process: Process) -> list[set[str | None]]:
    """Which warehouses stand in each table."""
    async with transaction(process.pool, LIVE) as connection:
        return [
            {row[0] for row in await connection.fetch(f"SELECT warehouse_id FROM {table}")}
            for table in TABLES
        ]


@pytest_asyncio.fixture(params=["bound by row security", "bound by the statements alone"])
async def process(request: pytest.FixtureRequest, world: World, database_url: str) -> AsyncIterator[Process]:
    """Isolation is double, so each half is looked at without the other one."""
    assert make_snapshot().warehouse.id == OWN.warehouse_id
    if request.param == "bound by row security":
        yield await world.process()
        return
    # The login of the tests is a superuser, whom no policy binds.
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "execution"}
    ) as unbound:
        yield await world.process(pool=unbound)


async def test_documents_of_another_warehouse_are_not_found(process: Process) -> None:
    package_id = (await process.answer()).customs_package_id
    assert await process.packages.artifact(OWN, package_id, "manifest.json")
    with pytest.raises(NotFound, match="Artifact not found"):
        await process.packages.artifact(OTHERS, package_id, "manifest.json")


async def test_events_of_another_warehouses_export_are_not_there(process: Process) -> None:
    package_id = (await process.answer()).customs_package_id
    for named in ({"export_id": "batch_123"}, {"package_id": package_id}):
        assert len(await events(process, OWN, **named)) == len(await process.events())
        assert await events(process, OTHERS, **named) == []


async def test_a_package_of_another_warehouse_is_not_sent_again(process: Process) -> None:
    await process.execute()
    with pytest.raises(NotFound, match="No executed export with this id"):
        await process.resubmit(resubmit_command(OTHERS))
    reply = await process.resubmit(resubmit_command(OWN))
    with pytest.raises(NotFound, match="No executed export with this id"):
        await process.resubmit(resubmit_command(OTHERS))
    assert (await process.resubmit(resubmit_command(OWN))).body == reply.body
    assert await process.count("broker_submissions") == 2


async def test_an_answer_is_not_replayed_to_another_warehouses_key(process: Process) -> None:
    reply = await process.execute()
    with pytest.raises(NotFound, match="Export batch not found"):
        await process.execute(visible=OTHERS)
    assert (await process.execute(visible=OWN)).body == reply.body


async def test_a_dead_execution_is_not_taken_over_by_another_warehouses_key(
    world: World, process: Process
) -> None:
    dying = await world.process(crash_at="execution.after_reserve")
    with pytest.raises(BaseException, match="after_reserve"):
        await dying.execute()
    await world.pass_lease()
    with pytest.raises(NotFound, match="Export batch not found"):
        await process.execute(visible=OTHERS)
    assert (await process.execute(visible=OWN)).body


async def test_a_bound_key_waits_for_one_of_the_whole_account_that_has_only_begun(
    world: World, process: Process
) -> None:
    dying = await world.process(crash_at="execution.after_begin")
    with pytest.raises(BaseException, match="after_begin"):
        await dying.execute()
    joining = asyncio.create_task(process.execute(visible=OWN))
    await world.pass_lease()
    await process.recovery.recover_executions()
    assert (await joining).body == (await process.execute()).body


async def test_a_bound_key_executes_an_export_of_its_own_warehouse(process: Process) -> None:
    answer = await process.answer(visible=OWN)
    assert answer.broker_submission.status == "sent"
    assert await warehouses(process) == [{"wh_123"}] * len(TABLES)


async def test_row_security_hides_other_warehouses_from_a_statement_that_forgets_to(world: World) -> None:
    process = await world.process()
    await process.execute()
    async with transaction(process.pool, OTHERS) as connection:
        seen = [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]
    assert seen == [0] * len(TABLES)


async def test_what_an_earlier_release_executed_is_given_its_warehouse_once_planning_was_asked(
    world: World,
) -> None:
    world.planning.names_warehouses = False
    process = await world.process()
    package_id = (await process.answer()).customs_package_id
    await process.resubmit(resubmit_command(LIVE))
    assert await warehouses(process) == [{None}] * len(TABLES)
    with pytest.raises(NotFound):
        await process.packages.artifact(OWN, package_id, "manifest.json")
    await process.recovery.fill_warehouses()
    assert await warehouses(process) == [{"wh_123"}] * len(TABLES)


async def test_a_plan_that_planning_cannot_give_holds_up_no_other(world: World) -> None:
    world.planning.names_warehouses = False
    world.planning.snapshots["batch_124"] = make_snapshot(export_id="batch_124")
    process = await world.process()
    for export_id in ("batch_123", "batch_124"):
        await process.execute(export_id, export_id=export_id)
    world.planning.lost.add("batch_123")
    for _ in range(2):
        await process.recovery.warehouses.fill(limit=1)
    async with transaction(process.pool, LIVE) as connection:
        rows = await connection.fetch("SELECT export_id, warehouse_id FROM customs_packages")
    assert {row["export_id"]: row["warehouse_id"] for row in rows} == {
        "batch_123": None,
        "batch_124": "wh_123",
    }
