"""Shipment control numbers (PAPS) of claimed exports: of the truck's carrier, and one export's for good."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.principal import Visible
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.store import PlanningStore
from entrygo.postgres.pool import transaction
from entrygo.postgres.session_pool import SessionPool
from entrygo.proto.planning.v1 import planning_pb2
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.planning.conftest import ALICE_TEST, BOB, NOW, Planner

FIELD = "trip.entries.0.papsNumber"


def stated(*numbers: str) -> Sequence[planning_pb2.ControlNumber]:
    return [
        planning_pb2.ControlNumber(path=f"trip.entries.{index}.papsNumber", number=number)
        for index, number in enumerate(numbers)
    ]


async def leave(planner: Planner, export_id: str, *numbers: str, execution: str = "exe_1") -> None:
    """Executes an export with these control numbers."""
    await planner.claim(export_id, execution, control_numbers=stated(*numbers))
    await planner.complete(export_id, execution)


async def planned(planner: Planner, *order_ids: str) -> str:
    return (await planner.plan(*order_ids)).export_id


async def refused(call: Awaitable[Any]) -> tuple[str | None, str]:
    with pytest.raises(ValidationFailed) as error:
        await call
    return error.value.field, str(error.value.details)


async def test_a_number_of_another_carrier_than_the_truck_has_is_refused(planner: Planner) -> None:
    export_id = await planned(planner)
    numbers = stated("CCBT0001", "PCXL0001")
    field, words = await refused(planner.claim(export_id, control_numbers=numbers, carrier_scac="CCBT"))
    assert field == "trip.entries.1.papsNumber"
    assert "CCBT" in words
    await planner.claim(export_id, control_numbers=stated("PCXL0001"), carrier_scac="PCXL")


async def test_a_number_of_another_export_is_refused_by_its_place_and_nothing_is_taken(
    planner: Planner,
) -> None:
    await leave(planner, await planned(planner, "ord_123"), "CCBT0001")
    other = await planned(planner, "ord_124")
    field, words = await refused(
        planner.claim(other, "exe_2", control_numbers=stated("CCBT0002", "CCBT0001"))
    )
    assert field == "trip.entries.1.papsNumber"
    assert "Another export" in words
    assert await planner.event_types(other) == ["export.planned"]
    assert await planner.count("control_numbers") == 1
    await leave(planner, other, "CCBT0002", execution="exe_2")


async def test_of_two_executes_at_once_with_one_number_one_goes(planner: Planner) -> None:
    exports = [await planned(planner, order) for order in ("ord_123", "ord_124")]
    results = await asyncio.gather(
        *(
            planner.claim(export_id, f"exe_{export_id}", control_numbers=stated("CCBT0001"))
            for export_id in exports
        ),
        return_exceptions=True,
    )
    [error] = [each for each in results if isinstance(each, BaseException)]
    assert isinstance(error, ValidationFailed)
    assert error.field == FIELD


async def test_numbers_are_taken_in_one_order_so_that_two_executes_wait_and_never_for_each_other(
    planner: Planner,
) -> None:
    first, second = [await planned(planner, order) for order in ("ord_123", "ord_124")]
    numbers = [f"CCBT{n:04}" for n in range(1, 21)]
    pool, visible = planner.pool, planner.visible
    async with transaction(pool, visible) as holding, pool.acquire() as watching:
        export = await PlanningStore(holding, visible).find_export(first)
        assert export is not None
        await ControlNumbers(holding, visible).take(export, numbers[:1], NOW)
        other = asyncio.create_task(
            refused(planner.claim(second, "exe_2", control_numbers=stated(*reversed(numbers))))
        )
        async with asyncio.timeout(60):
            while not await watching.fetchval(SESSIONS_THAT_WAIT):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not await ControlNumbers(holding, visible).take(export, numbers, NOW)
    assert (await other)[0] == FIELD


async def test_what_replaces_a_package_keeps_its_numbers_and_those_of_all_before(planner: Planner) -> None:
    first = await planned(planner)
    await leave(planner, first, "CCBT0001")
    second = (await planner.amend(first)).export_id
    await leave(planner, second, "CCBT0002", execution="exe_2")
    third = (await planner.amend(second)).export_id
    await leave(planner, third, "CCBT0001", "CCBT0002", execution="exe_3")


async def test_numbers_of_an_execution_that_failed_are_free_and_withdrawn_ones_are_not(
    planner: Planner,
) -> None:
    failed = await planned(planner, "ord_123")
    await planner.claim(failed, control_numbers=stated("CCBT0001"))
    await planner.fail(failed)
    other = await planned(planner, "ord_124")
    await leave(planner, other, "CCBT0001", execution="exe_2")
    await planner.withdraw(other)
    again = await planned(planner, "ord_124")
    assert (await refused(planner.claim(again, "exe_3", control_numbers=stated("CCBT0001"))))[0] == FIELD


async def test_a_successor_that_fails_leaves_the_number_with_what_it_was_to_replace(planner: Planner) -> None:
    first = await planned(planner, "ord_123")
    await leave(planner, first, "CCBT0001")
    second = (await planner.amend(first)).export_id
    await planner.claim(second, "exe_2", control_numbers=stated("CCBT0001"))
    await planner.fail(second, "exe_2")
    other = await planned(planner, "ord_124")
    assert (await refused(planner.claim(other, "exe_3", control_numbers=stated("CCBT0001"))))[0] == FIELD


async def test_the_same_execution_finds_its_numbers_taken_by_itself(planner: Planner) -> None:
    export_id = await planned(planner)
    claims = [await planner.claim(export_id, control_numbers=stated("CCBT0001")) for _ in range(2)]
    assert claims[0] == claims[1]


async def test_numbers_are_an_accounts_and_a_modes_whatever_the_warehouse(planner: Planner) -> None:
    await leave(planner, await planned(planner, "ord_123"), "CCBT0001")
    for tenant in (BOB, ALICE_TEST):
        there = planner.as_(tenant)
        await there.claim(await planned(there, "ord_124"), "exe_2", control_numbers=stated("CCBT0001"))
    bound = planner.as_(planner.visible.tenant, warehouse_id="wh_123")
    here = await planned(bound, "ord_124")
    assert (await refused(bound.claim(here, "exe_4", control_numbers=stated("CCBT0001"))))[0] == FIELD


async def test_an_export_is_found_by_its_number_by_whoever_sees_it_and_by_nobody_else(
    planner: Planner,
) -> None:
    export_id = await planned(planner)
    await leave(planner, export_id, "CCBT0001")
    stored, own = planner.use_cases.stored_plans, planner.visible
    assert [each.export_id for each in await stored.exports_with(own, "CCBT0001")] == [export_id]
    assert await stored.exports_with(own, "CCBT0002") == []
    assert await stored.exports_with(own, "%\0") == []
    for visible in (Visible.whole(BOB), Visible.whole(ALICE_TEST), Visible(own.tenant, "wh_other")):
        assert await stored.exports_with(visible, "CCBT0001") == []


async def test_the_statement_alone_hides_the_export_with_a_number_of_another_warehouse(
    planner: Planner, database_url: str
) -> None:
    export_id = await planned(planner)
    await leave(planner, export_id, "CCBT0001")
    own = planner.visible.tenant
    seers = {Visible.whole(own): export_id, Visible(own, "wh_123"): export_id, Visible(own, "wh_other"): None}
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "planning"}
    ) as pool:
        found = {}
        for visible in seers:
            async with transaction(pool, visible) as connection:
                found[visible] = await ControlNumbers(connection, visible).export_with("CCBT0001")
    assert found == seers
