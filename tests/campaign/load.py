"""What real clients do: lifecycles, retries, replays, two callers at once, cancels, a key used twice."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.campaign.accounts import Account
from tests.campaign.client import Client, open_http, same_write
from tests.campaign.cluster import Cluster
from tests.campaign.history import Action, Answered, Asked, Outcome, Recorder

SYNC, PLAN, EXECUTE = "/api/orders/sync", "/api/exports/plan", "/api/exports/execute"
# Between two looks at an export that is being executed.
LOOK_SECONDS = 0.15
LOOKS = 4
CANCELS_AT_ONCE = 2
REMEMBERED = 200
HOODIE = {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110}
CAP = {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many callers each account has, and how long one thinks between two things, on average."""

    callers: int = 3
    thinking_seconds: float = 0.15


USUAL = Pace()


@dataclass(frozen=True, slots=True)
class Write:
    """A write that was acknowledged, so that it can be sent again."""

    asked: Asked
    path: str
    body: Any


@dataclass(slots=True)
class Memory:
    """What the callers of one account know together."""

    orders: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)

    def remember(self, write: Write) -> None:
        self.writes = [*self.writes[-REMEMBERED:], write]


async def run_load(
    cluster: Cluster,
    accounts: Sequence[Account],
    recorder: Recorder,
    seed: int,
    stop: asyncio.Event,
    pace: Pace,
) -> None:
    """Callers of every account, until `stop`; each then ends what it is at."""
    async with open_http() as http, asyncio.TaskGroup() as tasks:
        for account in accounts:
            memory = Memory()
            for number in range(pace.callers):
                name = f"{account.id}/{number}"
                client = Client(
                    name=name,
                    account=account,
                    http=http,
                    gateways=cluster.gateways,
                    recorder=recorder,
                    choose=random.Random(f"{seed}/{name}"),
                )
                tasks.create_task(Caller(client, memory).work(stop, pace.thinking_seconds))


class Caller:
    """Does one thing after the other, chosen by its own seed."""

    def __init__(self, client: Client, memory: Memory) -> None:
        self.client = client
        self.memory = memory
        self._choose = client.choose
        self._keys = 0
        self._habits: tuple[tuple[Callable[[], Awaitable[None]], int], ...] = (
            (self.live_through, 50),
            (self.contend, 12),
            (self.execute_twice_at_once, 10),
            (self.cancel, 8),
            (self.cancel_while_executing, 4),
            (self.replay, 10),
            (self.reuse_key, 4),
            (self.look_around, 10),
        )

    async def work(self, stop: asyncio.Event, thinking_seconds: float) -> None:
        habits, weights = zip(*self._habits, strict=True)
        while not stop.is_set():
            [habit] = self._choose.choices(habits, weights)
            await habit()
            await asyncio.sleep(self._choose.uniform(0, 2 * thinking_seconds))

    async def live_through(self) -> None:
        """Sync, plan, execute, and look until it is completed; then fetch a document."""
        export = await self.planned(await self.synced(self._choose.randint(1, 2)))
        if export is None:
            return
        executed = await self.execute(export)
        found: Answered | None = None
        for _ in range(LOOKS):
            found = await self.inspect(export)
            if found.facts.get("state") == "COMPLETED":
                break
            await asyncio.sleep(LOOK_SECONDS)
        if executed.outcome is Outcome.OK and found is not None and found.facts.get("documents"):
            await self.fetch_document(export, found.facts)

    async def contend(self) -> None:
        """Two batches with one order in common are executed at once: one of them may."""
        orders = await self.synced(2)
        exports = [await self.planned(orders[:1]), await self.planned(orders)]
        await asyncio.gather(*(self.execute(export) for export in exports if export is not None))

    async def execute_twice_at_once(self) -> None:
        """The same request by two callers, under one key."""
        export = await self.planned(await self.synced(1))
        if export is not None:
            key = self._key("twins")
            await asyncio.gather(self.execute(export, key), self.execute(export, key))
            await self.inspect(export)

    async def cancel(self) -> None:
        export = await self.planned(await self.synced(1))
        if export is not None:
            await self.cancel_export(export)
            await self.inspect(export)

    async def cancel_while_executing(self) -> None:
        """Two people cancel at once what a third sends off: one of the three has the export."""
        export = await self.planned(await self.synced(1))
        if export is not None:
            cancels = (self.cancel_export(export) for _ in range(CANCELS_AT_ONCE))
            await asyncio.gather(self.execute(export), *cancels)
            await self.inspect(export)

    async def replay(self) -> None:
        """An old request again, as a client does that lost its answer."""
        if self.memory.writes:
            write = self._choose.choice(self.memory.writes)
            await self.client.write(write.asked, write.path, write.body, FACTS[write.asked.action])

    async def reuse_key(self) -> None:
        """A key that was used, for another payload: a mistake that must be refused."""
        written = [write for write in self.memory.writes if write.asked.action is Action.SYNC]
        if written:
            used = self._choose.choice(written)
            body = self.sync_body(1)
            asked = same_write(
                Action.SYNC, self.client, key=used.asked.key, body=body, items=_external_ids(body)
            )
            await self.client.write(asked, SYNC, body, FACTS[Action.SYNC])

    async def look_around(self) -> None:
        """The list, and an old export."""
        account = self.client.account.id
        asked = Asked(action=Action.LIST, account=account, client=self.client.name)
        await self.client.read(asked, "/api/exports?limit=100", listed_facts)
        if self.memory.exports:
            await self.inspect(self._choose.choice(self.memory.exports))

    async def synced(self, count: int) -> tuple[str, ...]:
        """The ids of new orders; none when it was not to be had."""
        body = self.sync_body(count)
        asked = same_write(
            Action.SYNC, self.client, key=self._key("sync"), body=body, items=_external_ids(body)
        )
        answered = await self._write(Write(asked, SYNC, body))
        return tuple(answered.facts.get("orders", {}).values())

    async def planned(self, order_ids: Sequence[str]) -> str | None:
        if not order_ids:
            return None
        account = self.client.account
        body = {
            "accountId": account.id,
            "warehouseId": account.warehouse_id,
            "brokerId": account.broker_id,
            "destinationCountry": "US",
            "orderIds": list(order_ids),
            "dryRun": False,
            "entryDate": "2026-03-11",
        }
        asked = same_write(Action.PLAN, self.client, key=self._key("plan"), body=body, items=tuple(order_ids))
        answered = await self._write(Write(asked, PLAN, body))
        export: str | None = answered.facts.get("export")
        if export is not None:
            self.memory.exports.append(export)
        return export

    async def execute(self, export: str, key: str | None = None) -> Answered:
        body = {"accountId": self.client.account.id, "batchId": export}
        asked = same_write(
            Action.EXECUTE, self.client, key=key or self._key("execute"), body=body, about=export
        )
        return await self._write(Write(asked, EXECUTE, body))

    async def inspect(self, export: str) -> Answered:
        asked = Asked(
            action=Action.INSPECT, account=self.client.account.id, client=self.client.name, about=export
        )
        return await self.client.read(asked, f"/api/exports/{export}", inspected_facts)

    async def fetch_document(self, export: str, facts: Mapping[str, Any]) -> None:
        name, promised = self._choose.choice(sorted(facts["documents"].items()))
        asked = Asked(
            action=Action.DOWNLOAD,
            account=self.client.account.id,
            client=self.client.name,
            about=export,
            items=(name,),
        )
        path = f"/api/customs-packages/{facts['package']}/artifacts/{name}"
        await self.client.download(asked, path, promised)

    async def cancel_export(self, export: str) -> None:
        body: dict[str, Any] = {}
        asked = same_write(Action.CANCEL, self.client, key=self._key("cancel"), body=body, about=export)
        await self._write(Write(asked, f"/api/exports/{export}/cancel", body))

    async def _write(self, write: Write) -> Answered:
        answered = await self.client.write(write.asked, write.path, write.body, FACTS[write.asked.action])
        if answered.outcome is Outcome.OK:
            self.memory.remember(write)
        return answered

    def sync_body(self, count: int) -> dict[str, Any]:
        orders = [
            {
                "externalId": self._key("order"),
                "destinationCountry": "US",
                "destinationRegion": "CA",
                "destinationPostalCode": "94105",
                "items": self._choose.choice(([HOODIE, CAP], [CAP])),
            }
            for _ in range(count)
        ]
        return {"accountId": self.client.account.id, "items": orders}

    def _key(self, what: str) -> str:
        self._keys += 1
        return f"{what}-{self.client.name.replace('/', '-')}-{self._keys}-{self._choose.getrandbits(48):x}"


def _external_ids(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(order["externalId"] for order in body["items"])


def synced_facts(answer: Any) -> Mapping[str, Any]:
    return {"orders": {order["externalId"]: order["id"] for order in answer["data"]}}


def planned_facts(answer: Any) -> Mapping[str, Any]:
    return {
        "export": answer["exportId"],
        "state": answer["state"],
        "included": answer["included_order_ids"],
        "hash": answer["planHash"],
    }


def executed_facts(answer: Any) -> Mapping[str, Any]:
    return {
        "export": answer["exportId"],
        "state": answer["state"],
        "package": answer["customs_package_id"],
        "submission": answer["brokerSubmission"]["id"],
    }


def cancelled_facts(answer: Any) -> Mapping[str, Any]:
    return {"export": answer["exportId"], "state": answer["state"]}


def inspected_facts(answer: Any) -> Mapping[str, Any]:
    package = answer["customsPackage"] or {}
    return {
        "state": answer["state"],
        "stale": answer["stale"],
        "events": [event["id"] for event in answer["events"]],
        "package": package.get("id"),
        "documents": {found["filename"]: found["sha256"] for found in answer["artifacts"]},
        "submissions": {found["id"]: found["status"] for found in answer["brokerSubmissions"]},
    }


def listed_facts(answer: Any) -> Mapping[str, Any]:
    return {"rows": {row["exportId"]: row["state"] for row in answer["data"]}}


FACTS: Mapping[Action, Callable[[Any], Mapping[str, Any]]] = {
    Action.SYNC: synced_facts,
    Action.PLAN: planned_facts,
    Action.EXECUTE: executed_facts,
    Action.CANCEL: cancelled_facts,
}
