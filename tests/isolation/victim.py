"""The account whose records nobody else may reach, and what of them could show in an answer."""

import asyncio
from dataclasses import dataclass

import asyncpg

from tests.contract.rest.documented import Rest, golden_orders, plan_request, unique
from tests.harness.system import System

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.05
# Nothing listens there.
NOBODY = "http://127.0.0.1:9/"
ENTRY_NUMBER = "PA7-1234567-8"
SETTLED = {"sent", "failed", "unknown", "acknowledged"}
# Where a write that should have been refused would leave something.
TABLES = (
    "sync.orders", "sync.products", "sync.warehouses", "sync.brokers", "sync.importers",
    "planning.exports", "planning.export_orders", "planning.order_claims",
    "planning.export_approvals", "planning.event_log",
    "execution.executions", "execution.customs_packages", "execution.broker_submissions",
    "execution.entry_summaries", "execution.entry_tasks", "execution.event_log",
    "identity.api_keys", "inspection.webhook_endpoints", "inspection.webhook_deliveries",
)  # fmt: skip
STORED = " UNION ALL ".join(
    f"SELECT row_text FROM (SELECT '{table}' || t::text AS row_text FROM {table} t"
    " WHERE account_id = $1 AND mode = 'live') AS own WHERE row_text LIKE ANY($2::text[])"
    for table in TABLES
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """One export that was executed and one that waits, with the keys under which they were made."""

    system: System
    connection: "asyncpg.Connection[asyncpg.Record]"
    order_ids: tuple[str, ...]
    open_order_ids: tuple[str, ...]
    done: str
    open: str
    done_hash: str
    open_hash: str
    package_id: str
    submission_id: str
    execution_id: str
    warehouse_external_id: str
    importer_id: str
    plan_key: str
    execute_key: str
    webhook_id: str
    key_id: str
    task_id: str

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts that stand in no answer but that of somebody who may see these records."""
        exports = (self.done, self.open, self.package_id, self.submission_id)
        return (*exports, *self.order_ids, *self.open_order_ids, self.webhook_id, self.key_id)

    @property
    def marks_in_the_account(self) -> tuple[str, ...]:
        """The same for callers of its account and mode: others have a warehouse of that name, too."""
        return (*self.marks, self.warehouse_external_id)

    async def rows(self) -> set[str]:
        """Everything stored that names one of these records."""
        found = await self.connection.fetch(
            STORED,
            self.system.account_id,
            [f"%{mark}%" for mark in (*self.marks, self.system.warehouse_id)],
        )
        return {row["row_text"] for row in found}

    async def settle(self) -> None:
        """Returns once no submission of the export is under way: an attempt may have begun one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            # What is waited for happens in another process; there is no event to await.
            while await self.connection.fetch(  # noqa: ASYNC110
                "SELECT FROM execution.broker_submissions WHERE export_id = $1"
                " AND status IN ('prepared', 'sending')",
                self.done,
            ):
                await asyncio.sleep(POLL_SECONDS)

    def shown(self, answer: bytes, asked: str, *, in_the_account: bool = False) -> list[str]:
        """The marks in an answer that its asker did not name."""
        marks = self.marks_in_the_account if in_the_account else self.marks
        return [mark for mark in marks if mark.encode() in answer and mark not in asked]


class Stored:
    """What is stored of the victim, read once an attempt: what stood after one stands before the next."""

    def __init__(self, victim: Victim) -> None:
        self._victim = victim
        self._rows: set[str] | None = None

    async def before(self) -> set[str]:
        return await self.after() if self._rows is None else self._rows

    async def after(self) -> set[str]:
        self._rows = await self._victim.rows()
        return self._rows


async def make_victim(
    system: System, connection: "asyncpg.Connection[asyncpg.Record]", webhook_url: str = NOBODY
) -> Victim:
    """Walks two lifecycles, one to its end, and waits until nothing of them changes by itself."""
    async with system.client() as client:
        rest = Rest(client, system)
        plan_key, execute_key = unique("plan"), unique("execute")
        order_ids, open_order_ids = await golden_orders(rest), await golden_orders(rest)
        plan = await rest.post("/api/exports/plan", plan_request(rest, order_ids), plan_key)
        waiting = await rest.post("/api/exports/plan", plan_request(rest, open_order_ids))
        body = {"accountId": system.account_id, "batchId": plan["exportId"]}
        await rest.post("/api/exports/execute", body, execute_key)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = await rest.get(f"/api/exports/{plan['exportId']}")
                if found["brokerSubmission"]["status"] in SETTLED and not found["stale"]:
                    break
                await asyncio.sleep(POLL_SECONDS)
        entered = await rest.post(
            f"/api/exports/{plan['exportId']}/entries/1/summary",
            {"entryNumber": ENTRY_NUMBER, "feesUsd": 9_999},
        )
        warehouse = await rest.get(f"/api/warehouses/{system.warehouse_id}")
        importer = {"externalId": unique("importer"), "name": "Victim Brands Ltd", "number": "98-1122334"}
        importers = await rest.post(
            "/api/importers/sync", {"accountId": system.account_id, "items": [importer]}
        )
        webhook = await rest.post("/api/webhooks", {"accountId": system.account_id, "url": webhook_url})
        scopes = ["read", "setup", "orders:write", "exports:plan", "exports:execute"]
        key = await rest.post(
            "/api/keys",
            {
                "accountId": system.account_id,
                "name": "Victim's",
                "scopes": scopes,
                "warehouseId": system.warehouse_id,
            },
        )
        # Disabled, so that nothing of it changes by itself; its test event waits.
        path = f"/api/webhooks/{webhook['id']}"
        (await rest.client.patch(path, json={"status": "disabled"})).raise_for_status()
        await rest.post(f"{path}/test", {})
    [execution] = await system.fetch(
        "SELECT execution_id FROM planning.exports WHERE export_id = $1", plan["exportId"]
    )
    return Victim(
        system=system,
        connection=connection,
        order_ids=order_ids,
        open_order_ids=open_order_ids,
        done=plan["exportId"],
        open=waiting["exportId"],
        done_hash=plan["planHash"],
        open_hash=waiting["planHash"],
        package_id=found["customsPackage"]["id"],
        submission_id=found["brokerSubmission"]["id"],
        execution_id=execution["execution_id"],
        warehouse_external_id=warehouse["externalId"],
        plan_key=plan_key,
        execute_key=execute_key,
        importer_id=importers["data"][0]["id"],
        webhook_id=webhook["id"],
        key_id=key["id"],
        task_id=entered["tasks"][0]["id"],
    )
