"""What a desk has before it at five to six, on a running system: made by REST, met in a browser."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page

from entrygo.domain.principal import Mode
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import open_pool
from entrygo.process.clock import Ids, utc_now
from tests.contract.rest.documented import CAP, Rest, order, plan_request, sync_request, unique
from tests.harness.system import System

# What the services add to a record; the others may be sent again.
ADDED = ("id", "createdAt", "updatedAt")


@dataclass(frozen=True, slots=True)
class Blocked:
    """An export that one product keeps from leaving."""

    export_id: str
    sku: str
    orders: int


async def blocked_export(rest: Rest, orders: int = 3, others: int = 0) -> Blocked:
    """Orders of a product whose country of origin nobody has given, and `others` that nothing blocks."""
    demo = await rest.get(f"/api/products/{rest.system.product_ids[-1]}")
    sku = unique("CAP").upper()[:14]
    product = {
        **{name: value for name, value in demo.items() if value is not None and not name.endswith("At")},
        "externalId": sku,
        "sku": sku,
    }
    for name in ("id", "countryOfOrigin", "usmca"):
        product.pop(name, None)
    body = {"accountId": rest.system.account_id, "items": [product]}
    await rest.post("/api/products/sync", body)
    line = {"sku": sku, "quantity": 2, "unitValueUsd": 35}
    items = [*(order(line) for _ in range(orders)), *(order(CAP) for _ in range(others))]
    synced = await rest.post("/api/orders/sync", sync_request(rest, *items))
    plan = await planned(rest, [each["id"] for each in synced["data"]])
    assert plan["readinessState"] == "BLOCKED", plan
    return Blocked(plan["exportId"], sku, orders)


async def planned_for_today(rest: Rest) -> str:
    """An export of one order that can be sent."""
    synced = await rest.post("/api/orders/sync", sync_request(rest, order(CAP)))
    plan = await planned(rest, [each["id"] for each in synced["data"]])
    assert plan["readinessState"] != "BLOCKED", plan
    export_id: str = plan["exportId"]
    return export_id


async def planned(rest: Rest, order_ids: list[str]) -> dict[str, Any]:
    """A plan for today's arrival."""
    body = plan_request(rest, order_ids)
    del body["entryDate"]
    return await rest.post("/api/exports/plan", body)


async def new_account(system: System, mode: Mode = Mode.LIVE) -> str:
    """The key of an account that has nothing yet."""
    pool = await open_pool(system.database_url, schema="identity", max_size=1)
    try:
        ids = Ids()
        account_id, _ = await create_account(pool, ids, name="A new warehouse")
        _, key = await create_key(pool, ids, utc_now, account_id=account_id, mode=mode)
    finally:
        await pool.close()
    return key


async def lost_on_the_way(system: System) -> str:
    """An export of test data whose package left, and nobody knows whether it arrived."""
    async with system.client() as live, system.client(system.test_key) as client:
        known, rest = Rest(live, system), Rest(client, system)
        made = {}
        for noun, record_id, changes in (
            ("warehouse", system.warehouse_id, {}),
            ("broker", system.broker_id, {"email": "hangup@broker.example"}),
            ("product", system.product_ids[-1], {}),
        ):
            record = await known.get(f"/api/{noun}s/{record_id}")
            sent = {name: value for name, value in record.items() if name not in ADDED and value is not None}
            body = {"accountId": system.account_id, "items": [sent | changes]}
            made[noun] = (await rest.post(f"/api/{noun}s/sync", body))["data"][0]["id"]
        line = {**CAP, "productId": made["product"]}
        [synced] = (await rest.post("/api/orders/sync", sync_request(rest, order(line))))["data"]
        body = plan_request(rest, [synced["id"]], warehouseId=made["warehouse"], brokerId=made["broker"])
        plan = await rest.post("/api/exports/plan", body)
        export_id: str = plan["exportId"]
        await rest.post("/api/exports/execute", {"accountId": system.account_id, "batchId": export_id})
    return export_id


async def tab_to(page: Page, wanted: Locator) -> None:
    """Goes on by the key Tab alone until `wanted` has the focus."""
    for _ in range(200):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"No number of tabs leads to {wanted}.")


async def sign_in(page: Page, key: str) -> None:
    """Through the form, as a person does."""
    await page.goto("/")
    await page.get_by_label("API key").fill(key)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Today", exact=True).wait_for()
