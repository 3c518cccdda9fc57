"""What the caller states of a shipment lives as long as its execution, whoever finishes it."""

import pytest

from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.state.failpoints import (
    AFTER_BEGIN,
    AFTER_CLAIM,
    AFTER_RENDER,
    AFTER_STORE,
    BEFORE_DATA,
)
from entrygo.postgres.pool import transaction
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.world import LIVE, Crash, World
from tests.unit.execution.rendered import rendered
from tests.unit.execution.shipments import make_shipment


def _digests(answer: execution_pb2.ExecuteExportResponse) -> dict[str, str]:
    return {each.artifact_type: each.sha256 for each in answer.artifacts}


def _expected(answer: execution_pb2.ExecuteExportResponse, shipment: Shipment) -> dict[str, str]:
    """The digests of this package's documents, rendered here."""
    facts = PackageFacts(
        id=answer.customs_package_id,
        number="cp_ch100001",
        generated_at=answer.artifacts[0].generated_at,
        shipment=shipment,
    )
    return {name: each.sha256 for name, each in rendered(package=facts).items()}


@pytest.mark.parametrize("shipment", [NOTHING_STATED, make_shipment()], ids=["nothing", "everything"])
async def test_the_documents_have_what_was_stated(world: World, shipment: Shipment) -> None:
    process = await world.process()
    answer = await process.answer(shipment=shipment)
    assert _digests(answer) == _expected(answer, shipment)


@pytest.mark.parametrize("point", [AFTER_BEGIN, AFTER_CLAIM, AFTER_RENDER, AFTER_STORE, BEFORE_DATA])
async def test_a_process_that_takes_over_makes_the_documents_that_were_asked_for(
    world: World, point: str
) -> None:
    dying = await world.process(crash_at=point)
    with pytest.raises(Crash):
        await dying.execute(shipment=make_shipment())
    await world.pass_lease()
    survivor = await world.process()
    await survivor.recovery.recover_executions()
    await survivor.executions.drain(10)
    # Finished from what is stored: this call only reads the answer, and states nothing itself.
    reply = await survivor.execute()
    assert reply.replayed
    answer = execution_pb2.ExecuteExportResponse.FromString(reply.body)
    assert _digests(answer) == _expected(answer, make_shipment())


@pytest.mark.parametrize(
    ("shipment", "is_stored"), [(NOTHING_STATED, False), (Shipment(packages=3), True)], ids=["none", "some"]
)
async def test_the_row_of_an_execution_is_null_where_nothing_was_stated(
    world: World, shipment: Shipment, is_stored: bool
) -> None:
    process = await world.process()
    await process.execute(shipment=shipment)
    async with transaction(process.pool, LIVE) as connection:
        [row] = await connection.fetch("SELECT shipment FROM executions")
    assert (row["shipment"] is not None) is is_stored
