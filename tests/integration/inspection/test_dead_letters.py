"""What could not be applied degrades health until a person has dealt with it."""

import pytest

from entrygo.domain.errors import NotFound, ServiceUnavailable
from entrygo.inspection.dead_letters import are_none, list_letters, retry, skip
from entrygo.inspection.folding import DeadLetter
from entrygo.postgres.pool import EVERYONE
from tests.integration.inspection.conftest import Service
from tests.unit.inspection.events import Life


async def buried(service: Service) -> Life:
    """An export whose second event cannot be applied."""
    life = Life()
    life.planned()
    life.planned(estimated_import_savings_usd="a lot")
    service.owners.record(life.events)
    await service.read_model.apply(EVERYONE, life.events)
    return life


async def test_a_dead_letter_counts_until_it_is_skipped_with_a_reason(service: Service) -> None:
    assert await are_none(service.pool)
    life = await buried(service)
    (kept,) = await list_letters(service.pool)
    assert (kept.letter.origin, kept.attempts) == ("planning/batch_123/2", 1)
    assert not await are_none(service.pool)
    await skip(service.pool, kept.id[:12], "a rehearsal")
    assert await are_none(service.pool)
    # The same again, as a replay brings it, is skipped as before.
    await service.read_model.apply(EVERYONE, [], dead=[kept.letter])
    assert await are_none(service.pool)
    assert await service.count("dead_letters WHERE skip_reason = 'a rehearsal'") == 1
    assert life.events


async def test_an_event_that_can_be_applied_by_now_is_applied_by_a_retry(service: Service) -> None:
    await buried(service)
    (kept,) = await list_letters(service.pool)
    # As when a later release can read what an earlier one could not.
    service.owners.planning.log[1].export_planned.plan.estimated_import_savings_usd = "20"
    assert await retry(service.pool, service.settler, kept.id)
    assert await are_none(service.pool)
    assert (await service.inspect()).plan.estimated_import_savings_usd == "20"


async def test_an_event_that_still_cannot_be_applied_stays(service: Service) -> None:
    await buried(service)
    (kept,) = await list_letters(service.pool)
    assert not await retry(service.pool, service.settler, kept.id)
    assert [(left.id, left.attempts) for left in await list_letters(service.pool)] == [(kept.id, 2)]


async def test_an_event_whose_owner_is_away_stays_until_the_owner_is_back(service: Service) -> None:
    await buried(service)
    (kept,) = await list_letters(service.pool)
    service.owners.planning.log[1].export_planned.plan.estimated_import_savings_usd = "20"
    service.owners.planning.is_down = True
    with pytest.raises(ServiceUnavailable):
        await retry(service.pool, service.settler, kept.id)
    assert await list_letters(service.pool) == [kept]
    service.owners.planning.is_down = False
    assert await retry(service.pool, service.settler, kept.id)
    assert await are_none(service.pool)


async def test_bytes_that_are_no_event_can_only_be_skipped(service: Service) -> None:
    await service.read_model.apply(EVERYONE, [], dead=[DeadLetter("", "", "topic/0/1", "no event", b"\xff")])
    (kept,) = await list_letters(service.pool)
    assert not await retry(service.pool, service.settler, kept.id)
    assert not await are_none(service.pool)
    with pytest.raises(NotFound):
        await skip(service.pool, "no such id", "a typing error")
