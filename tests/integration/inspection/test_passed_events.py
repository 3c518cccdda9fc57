"""An event of a kind that an inspection does not know is read again by the first one that knows it."""

import asyncio

import pytest

from entrygo.domain.principal import Visible
from entrygo.inspection.folding import ExportKey
from entrygo.inspection.rebuild import rebuild
from entrygo.messaging.events import EVENT_DATA
from entrygo.postgres.pool import EVERYONE, transaction
from entrygo.proto.events.v1 import events_pb2
from tests.integration.inspection.conftest import KEEP, Service
from tests.integration.inspection.owners import SERVICE_TOKEN
from tests.unit.inspection.events import ALICE, Life

HELD = "export.held"


async def passed_over(service: Service, *, export_id: str = "batch_123") -> Life:
    """An executed export whose owner went on in a kind of event that this release does not know."""
    life = Life(export_id)
    life.lived()
    later = life.cancelled()
    later.type = HELD
    service.owners.record(life.events)
    arrived = events_pb2.Event()
    arrived.CopyFrom(later)
    arrived.ClearField("data")
    await service.read_model.apply(EVERYONE, [*life.events[:-1], arrived])
    return life


def learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later release: the kind is known, and with it what the event carries."""
    known = {**EVENT_DATA, HELD: "export_cancelled"}
    for module in ("folding", "reconciler"):
        monkeypatch.setattr(f"entrygo.inspection.{module}.EVENT_DATA", known)


async def states(service: Service) -> list[str]:
    async with transaction(service.pool, EVERYONE) as connection:
        rows = await connection.fetch("SELECT state FROM exports ORDER BY export_id")
    return [row["state"] for row in rows]


async def test_the_release_that_passed_it_over_keeps_its_state_and_a_mark(service: Service) -> None:
    await passed_over(service)
    assert await service.reconciler.heal() == 0
    assert await states(service) == ["COMPLETED"]
    assert await service.count(f"passed_events WHERE export_id = 'batch_123' AND event_type = '{HELD}'") == 1


async def test_a_release_that_knows_the_kind_reads_the_export_anew_and_takes_the_mark_away(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await passed_over(service)
    learn(monkeypatch)
    assert await service.reconciler.heal() == 0
    assert await states(service) == ["CANCELLED"]
    assert await service.count("passed_events") == 0
    shown = await service.inspect()
    assert sorted(entry.id for entry in shown.events) == sorted(event.id for event in life.events)


async def test_it_begins_by_itself(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await passed_over(service)
    learn(monkeypatch)
    with service.changes.watch(ExportKey("acc_alice", "live", "batch_123")) as changed:
        working = asyncio.create_task(service.reconciler.run(service.stop))
        async with asyncio.timeout(20):
            await changed.wait()
    assert await states(service) == ["CANCELLED"]
    service.stop.set()
    await working


async def test_replicas_that_read_the_same_exports_anew_agree(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = [f"batch_{number}" for number in range(5)]
    for export_id in exports:
        await passed_over(service, export_id=export_id)
    events = await service.count("timeline")
    learn(monkeypatch)
    other = Service(service.pool, service.owners)
    await asyncio.gather(service.reconciler.heal(), other.reconciler.heal())
    assert await states(service) == ["CANCELLED"] * len(exports)
    assert (await service.count("passed_events"), await service.count("timeline")) == (0, events)


async def test_the_mark_stays_until_the_owner_can_be_asked(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await passed_over(service)
    learn(monkeypatch)
    service.owners.planning.is_down = True
    assert await service.reconciler.heal() == 1
    assert await states(service) == ["COMPLETED"]
    service.owners.planning.is_down = False
    assert await service.reconciler.heal() == 0
    assert await states(service) == ["CANCELLED"]


async def test_what_is_still_not_known_is_marked_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await passed_over(service)
    unknown = life.cancelled()
    unknown.type = "export.forgotten"
    unknown.ClearField("data")
    service.owners.record([unknown])
    learn(monkeypatch)
    assert await service.reconciler.heal() == 0
    assert await service.count("passed_events") == 1
    assert await service.count("passed_events WHERE event_type = 'export.forgotten'") == 1


async def test_an_inspect_marks_what_it_passes_over_too(service: Service) -> None:
    life = Life()
    life.planned()
    later = life.started()
    later.type = HELD
    later.ClearField("data")
    service.owners.record(life.events)
    assert (await service.inspect()).state == "BATCHED"
    assert await service.count("passed_events") == 1


async def test_a_rebuild_forgets_the_marks(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await passed_over(service)
    learn(monkeypatch)
    await rebuild(service.pool, service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    assert await states(service) == ["CANCELLED"]
    assert await service.count("passed_events") == 0


async def test_a_key_of_one_warehouse_sees_no_mark(service: Service) -> None:
    await passed_over(service)
    async with transaction(service.pool, Visible(ALICE, "wh_123")) as connection:
        assert await connection.fetchval("SELECT count(*) FROM passed_events") == 0
