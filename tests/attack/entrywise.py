"""A package whose entries went one by one, and what of it could show: ids, links, what the broker said."""

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import default
from typing import Any

from entrygo.domain.entry_number import entry_number
from tests.contract.rest.documented import CAP, Rest, order, plan_request, sync_request, unique
from tests.harness.system import System
from tests.isolation.victim import PATIENCE_SECONDS, POLL_SECONDS

ENTRIES = 2
FILER = "PA7"
SAID = "the victim's broker said so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrywise:
    """An executed export of two entries, the first of them acknowledged and entered."""

    export_id: str
    plan_hash: str
    package_id: str
    package_number: str
    submission_ids: tuple[str, ...]
    order_ids: tuple[str, ...]
    entry_number: str
    broker_id: str
    # The path of each entry's page, in their order.
    links: tuple[str, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands in no answer to anybody but a key of the account that reaches the warehouse."""
        return (
            self.export_id, self.package_id, self.package_number, *self.submission_ids, self.plan_hash,
            self.entry_number, SAID, *self.links,
        )  # fmt: skip


async def make_entrywise(system: System) -> Entrywise:
    """By the account's own full key."""
    async with system.client() as client:
        rest = Rest(client, system)
        broker = await _broker(rest)
        synced = await rest.post(
            "/api/orders/sync", sync_request(rest, *(order(CAP) for _ in range(ENTRIES)))
        )
        order_ids = tuple(each["id"] for each in synced["data"])
        plan = await rest.post("/api/exports/plan", plan_request(rest, order_ids, brokerId=broker))
        export_id = plan["exportId"]
        await rest.post("/api/exports/execute", {"accountId": system.account_id, "batchId": export_id})
        await _all_sent(rest, export_id)
        filed = entry_number(FILER, secrets.randbelow(9_000_000) + 1_000_000)
        said = {"outcome": "acknowledged", "entry": 1, "entryNumber": filed}
        noted = {"notedBy": "the victim", "note": SAID}
        await rest.post(f"/api/exports/{export_id}/broker-answer", {**said, **noted})
        summary = {"entryNumber": filed, "feesUsd": 4_321}
        await rest.post(f"/api/exports/{export_id}/entries/1/summary", summary)
        found = await rest.get(f"/api/exports/{export_id}")
    return Entrywise(
        export_id=export_id,
        plan_hash=plan["planHash"],
        package_id=found["customsPackage"]["id"],
        package_number=found["customsPackage"]["packageNumber"],
        submission_ids=tuple(each["id"] for each in found["brokerSubmissions"]),
        order_ids=order_ids,
        entry_number=filed,
        broker_id=broker,
        links=_links(system, export_id),
    )


async def _all_sent(rest: Rest, export_id: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Another process sends them; there is no event to await.
        while True:
            found = await rest.get(f"/api/exports/{export_id}")
            if [each["status"] for each in found["brokerSubmissions"]] == ["sent"] * ENTRIES:
                return
            await asyncio.sleep(POLL_SECONDS)


async def _broker(rest: Rest) -> str:
    """One that takes an order an entry, each in a mail of its own."""
    demo: Mapping[str, Any] = await rest.get(f"/api/brokers/{rest.system.broker_id}")
    own = {name: value for name, value in demo.items() if name not in ("id", "createdAt", "updatedAt")}
    broker = {**own, "externalId": unique("broker"), "maxOrdersPerEntry": 1, "submitPer": "entry"}
    synced = await rest.post("/api/brokers/sync", {"accountId": rest.system.account_id, "items": [broker]})
    found: str = synced["data"][0]["id"]
    return found


def _links(system: System, export_id: str) -> tuple[str, ...]:
    paths = {}
    for file in system.mails_of(export_id):
        mail = BytesParser(policy=default).parsebytes(file.read_bytes())
        body = mail.get_body(("plain",))
        assert body is not None
        found = re.search(r"/broker/\S+", body.get_content())
        assert found is not None
        paths[str(mail["Subject"]).partition(":")[0]] = found[0]
    return tuple(path for _, path in sorted(paths.items()))
