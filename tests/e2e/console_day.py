"""What a desk has before it at five to six, on a running system: made by REST, met in a browser."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page

from tests.contract.rest.documented import CAP, Rest, order, plan_request, sync_request, unique


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
