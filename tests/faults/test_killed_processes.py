"""kill -9 of any part under load: what was acknowledged is there afterwards, once, and the system heals."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.rest.documented import CAP, order, plan_request, sync_request, unique
from tests.faults.world import PATIENCE_SECONDS, POLL_SECONDS, World

SYNC = "/api/orders/sync"
PLAN = "/api/exports/plan"
WRITERS = 4
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Written:
    """An acknowledged write, as its caller remembers it."""

    path: str
    key: str
    body: dict[str, Any]
    answer: dict[str, Any]


@pytest.mark.parametrize(
    "part",
    [
        "gateway",
        *(pytest.param(name, marks=pytest.mark.apart) for name in ("sync", "planning", "inspection")),
        "postgres",
    ],
)
async def test_acknowledged_writes_survive_and_none_is_doubled_when_a_part_is_killed(
    world: World, part: str
) -> None:
    under_way = asyncio.Event()
    writers = asyncio.gather(*(write(world, under_way) for _ in range(WRITERS)))
    await asyncio.wait_for(under_way.wait(), PATIENCE_SECONDS)
    killed = world.system.kill(part)
    written = [each for done in await writers for each in done]
    await world.system.restarted(part, after=killed)
    for each in written:
        again = await world.post(each.path, each.body, each.key)
        assert (again.json(), again.headers["idempotency-replayed"]) == (each.answer, "true")
    await check_orders(world, [each for each in written if each.path == SYNC])
    await check_exports(world, [each for each in written if each.path == PLAN])


async def write(world: World, under_way: asyncio.Event) -> list[Written]:
    """Syncs an order and plans it, again and again; sets the event with the first that is acknowledged."""
    written: list[Written] = []
    for _ in range(ROUNDS):
        synced = await acknowledged(world, SYNC, sync_request(world.rest, order(CAP)))
        under_way.set()
        order_id = synced.answer["data"][0]["id"]
        written += [synced, await acknowledged(world, PLAN, plan_request(world.rest, [order_id]))]
    return written


async def acknowledged(world: World, path: str, body: dict[str, Any]) -> Written:
    key = unique("write")
    return Written(path, key, body, (await world.post(path, body, key)).json())


async def check_orders(world: World, written: list[Written]) -> None:
    known = {each.body["items"][0]["externalId"]: each.answer["data"][0]["id"] for each in written}
    rows = await world.system.fetch(
        "SELECT external_id, id FROM sync.orders WHERE external_id = ANY($1)", list(known)
    )
    assert sorted((row["external_id"], row["id"]) for row in rows) == sorted(known.items())
    assert len(set(known.values())) == WRITERS * ROUNDS


async def check_exports(world: World, written: list[Written]) -> None:
    """One export an order, and each can be inspected."""
    known = {each.body["orderIds"][0]: each.answer["exportId"] for each in written}
    rows = await world.system.fetch(
        "SELECT order_id, export_id FROM planning.export_orders WHERE order_id = ANY($1)", list(known)
    )
    assert sorted((row["order_id"], row["export_id"]) for row in rows) == sorted(known.items())
    for export_id in known.values():
        assert (await inspected(world, export_id))["state"] == "BATCHED"


async def inspected(world: World, export_id: str) -> dict[str, Any]:
    """The export, once inspection has found the owners again."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await world.get(f"/api/exports/{export_id}")
            if not found["stale"]:
                return found
            await asyncio.sleep(POLL_SECONDS)
