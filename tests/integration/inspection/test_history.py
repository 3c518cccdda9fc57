"""The topic is a hint: what its owner did not write, or no longer has, never gets into the read model."""

import asyncio
from collections.abc import Iterable

import pytest

from entrygo.domain.errors import NotFound, ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.inspection.folding import ExportKey
from entrygo.messaging.projector import TopicRecord
from entrygo.messaging.seal import Seal
from entrygo.postgres.pool import EVERYONE, transaction
from tests.integration.inspection.conftest import SEAL, Service
from tests.unit.inspection.events import ALICE, Event, Life

AFTERWARDS = "22222222-2222-4222-8222-222222222222"
KEY = ExportKey("acc_alice", "live", "batch_123")


def records(events: Iterable[Event], seal: Seal | None = SEAL) -> list[TopicRecord]:
    """As they come from the topic; None: from somebody who has no seal."""
    values = [event.SerializeToString() for event in events]
    return [
        TopicRecord(0, place, value, seal.of(value) if seal else b"") for place, value in enumerate(values)
    ]


async def take(service: Service, events: Iterable[Event], seal: Seal | None = SEAL) -> None:
    given = records(events, seal)
    await service.sink().take(given, {0: len(given)})


async def listed_state(service: Service) -> str | None:
    """What lists show: the read model alone."""
    async with transaction(service.pool, EVERYONE) as connection:
        state: str | None = await connection.fetchval(
            "SELECT state FROM exports WHERE export_id = 'batch_123' AND created_at IS NOT NULL"
        )
    return state


@pytest.mark.parametrize("seal", [None, Seal(["a guess"])])
async def test_an_event_that_somebody_forged_changes_nothing(service: Service, seal: Seal | None) -> None:
    life = Life()
    service.owners.record([life.planned()])
    await take(service, life.events)
    await take(service, [life.cancelled()], seal)
    assert await listed_state(service) == "BATCHED"
    assert (await service.inspect()).state == "BATCHED"


async def test_a_forged_event_of_an_export_that_nobody_planned_leaves_no_trace(service: Service) -> None:
    await take(service, [Life().planned()], None)
    assert await service.count("exports") == 0


async def test_an_event_without_a_seal_makes_the_owner_say_what_happened(service: Service) -> None:
    life = Life()
    service.owners.record(life.lived())
    await take(service, life.events[:1], None)
    assert await listed_state(service) == "COMPLETED"


async def test_a_record_that_has_to_be_asked_about_waits_for_its_owner(service: Service) -> None:
    life = Life()
    service.owners.record([life.planned()])
    service.owners.planning.is_down = True
    with pytest.raises(ServiceUnavailable):
        await take(service, life.events, None)
    async with transaction(service.pool, EVERYONE) as connection:
        assert await connection.fetchval("SELECT count(*) FROM consumer_positions") == 0


async def test_inspect_follows_an_owner_that_was_put_back_from_a_backup(service: Service) -> None:
    life = Life()
    life.planned()
    before = life.restored(epoch=AFTERWARDS, planning=1)
    life.cancelled()
    service.owners.record(life.events)
    assert (await service.inspect()).state == "CANCELLED"
    service.owners.put_back(before.events, epoch=AFTERWARDS)
    export = await service.inspect()
    assert (export.state, export.stale, len(export.events)) == ("BATCHED", False, 1)


async def test_a_package_that_execution_no_longer_has_is_gone_from_inspect(service: Service) -> None:
    life = Life()
    service.owners.record(life.lived())
    assert (await service.inspect()).customs_package.id
    service.owners.put_back(life.restored(epoch=AFTERWARDS, planning=2).events, epoch=AFTERWARDS)
    export = await service.inspect()
    assert (export.state, export.HasField("customs_package"), export.stale) == ("EXECUTING", False, False)
    assert await service.count("customs_packages") == 0


async def test_an_export_that_its_owner_never_planned_after_all_is_not_found(service: Service) -> None:
    service.owners.record([Life().planned()])
    await service.inspect()
    service.owners.put_back([], epoch=AFTERWARDS)
    with pytest.raises(NotFound):
        await service.inspect()
    assert await listed_state(service) is None


async def test_inspect_is_stale_while_a_history_that_does_not_fit_cannot_be_read_anew(
    service: Service,
) -> None:
    life = Life()
    service.owners.record(life.lived())
    await service.inspect()
    service.owners.put_back(life.restored(epoch=AFTERWARDS, planning=2).events, epoch=AFTERWARDS)
    service.owners.planning.is_down = True
    assert (await service.inspect()).stale


async def test_the_log_of_a_former_life_is_not_applied_to_a_read_model_that_was_put_back_too(
    service: Service,
) -> None:
    life = Life()
    life.planned()
    before = life.restored(epoch=AFTERWARDS, planning=1)
    life.cancelled()
    service.owners.put_back(before.events, epoch=AFTERWARDS)
    await service.read_model.apply(EVERYONE, before.events)
    await take(service, life.events)
    assert await listed_state(service) == "BATCHED"
    started = before.started()
    service.owners.record([started])
    await take(service, [started])
    assert await listed_state(service) == "EXECUTING"


@pytest.mark.parametrize("later", [1, 2, 3])
async def test_the_next_event_of_a_restored_owner_corrects_the_list_also_without_a_new_epoch(
    service: Service, later: int
) -> None:
    life = Life()
    life.planned()
    again = life.restored(epoch=life.epoch, planning=1)
    life.started()
    life.executed()
    await take(service, life.events)
    assert await listed_state(service) == "COMPLETED"
    again.started()
    for _ in range(later - 1):
        again.planned()
    service.owners.put_back(again.events, epoch=life.epoch)
    # From the topic only the last one comes: what was between is not missed.
    await take(service, again.events[-1:])
    assert await listed_state(service) == ("EXECUTING" if later == 1 else "BATCHED")
    held = await service.read_model.find(Visible.whole(ALICE), KEY.export_id)
    assert held is not None
    assert [entry.id for entry in held.export().events] == [event.id for event in again.events]


async def test_reconciling_corrects_the_list_without_the_topic(service: Service) -> None:
    life = Life()
    life.planned()
    again = life.restored(epoch=AFTERWARDS, planning=1)
    life.started()
    life.executed()
    await service.read_model.apply(EVERYONE, life.events)
    again.started()
    service.owners.put_back(again.events, epoch=AFTERWARDS)
    await service.reconciler.replay(service.owners.planning)
    assert await listed_state(service) == "EXECUTING"


async def test_a_gap_that_no_owner_can_fill_is_closed_by_reading_anew(service: Service) -> None:
    life = Life()
    life.planned()
    kept = list(life.events)
    life.started()
    await service.read_model.apply(EVERYONE, [life.events[0], life.executed()])
    service.owners.record(kept)
    assert await service.reconciler.heal() == 0
    assert await service.reconciler.heal() == 0
    async with transaction(service.pool, EVERYONE) as connection:
        seen = await connection.fetchval("SELECT planning_seen FROM exports")
    assert seen == 1


async def test_two_that_read_an_export_anew_and_one_that_applies_end_in_what_the_owners_say(
    service: Service,
) -> None:
    life = Life()
    life.planned()
    again = life.restored(epoch=AFTERWARDS, planning=1)
    life.cancelled()
    await service.read_model.apply(EVERYONE, life.events)
    again.started()
    again.executed()
    service.owners.put_back(again.events, epoch=AFTERWARDS)
    await asyncio.gather(
        service.settler.settle(KEY), service.inspect(tenant=ALICE), take(service, again.events)
    )
    assert await listed_state(service) == "COMPLETED"
    assert await service.count("timeline") == 3
