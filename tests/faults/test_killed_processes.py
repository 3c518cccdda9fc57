"""kill -9 of any part under load: what was acknowledged is there afterwards, once, and the system heals."""

import asyncio
from typing import Any

import pytest

from tests.contract.rest.documented import CAP, order, sync_request, unique
from tests.faults.world import PATIENCE_SECONDS, World

SYNC = "/api/orders/sync"
WRITERS = 4
WRITES = 12


@pytest.mark.parametrize("part", ["gateway", "sync", "planning", "inspection", "postgres"])
async def test_acknowledged_writes_survive_and_none_is_doubled_when_a_part_is_killed(
    world: World, part: str
) -> None:
    written: list[tuple[str, dict[str, Any], Any]] = []
    under_way = asyncio.Event()

    async def write(number: int) -> None:
        for _ in range(WRITES):
            body, key = sync_request(world.rest, order(CAP)), unique(f"writer-{number}")
            written.append((key, body, (await world.post(SYNC, body, key)).json()))
            under_way.set()

    writers = asyncio.gather(*(write(number) for number in range(WRITERS)))
    await asyncio.wait_for(under_way.wait(), PATIENCE_SECONDS)
    killed = world.system.kill(part)
    await writers
    await world.system.restarted(part, after=killed)
    for key, body, answer in written:
        again = await world.post(SYNC, body, key)
        assert (again.json(), again.headers["idempotency-replayed"]) == (answer, "true")
    ids = [answer["data"][0]["id"] for _, _, answer in written]
    rows = await world.system.fetch(
        "SELECT id FROM sync.orders WHERE external_id = ANY($1)",
        [body["items"][0]["externalId"] for _, body, _ in written],
    )
    assert sorted(row["id"] for row in rows) == sorted(ids)
    assert len(set(ids)) == WRITERS * WRITES
