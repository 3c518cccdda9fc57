"""Pictures of the console on a running system, for docs/images: `python -m tests.screenshots [folder]`.

Starts a system of its own, walks a desk's day through it, and keeps each page in both themes and at the width
of a phone. Those that docs/ shows are the light ones at the width of a desk.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import FilePayload, Page

from tests.contract.rest.documented import Rest
from tests.contract.rest.test_broker_answers import executed, links_of
from tests.e2e.console_day import blocked_export, sign_in
from tests.harness.browser import DESK, PHONE, chromium, opened
from tests.harness.system import running_system

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
HEADER = "Order Number,Ship to Country,State,ZIP,SKU,Qty,Unit price,Gift note"
# Those that a browser would load once somebody scrolls to them, too.
EVERY_PICTURE = """Promise.all([...document.images].map((each) => {
    each.loading = "eager"
    return each.decode()
}))"""
VIEWS = (("", "light", DESK), ("-dark", "dark", DESK), ("-phone", "light", PHONE))


async def main(folder: Path) -> None:
    """Every page once, in every view."""
    async with running_system({}) as system, chromium() as browser:
        async with system.client() as client:
            rest = Rest(client, system)
            blocked, sent = await blocked_export(rest), await executed(rest)
            sku = (await rest.get(f"/api/products/{system.product_ids[0]}"))["sku"]
            package = (await rest.get(f"/api/exports/{sent}"))["customsPackage"]
        [link] = links_of(rest, sent)
        documents = f"/packages/{package['id']}/documents"
        pages = {
            "console-today": "/",
            "console-export": f"/exports/{blocked.export_id}",
            "console-sent": f"/exports/{sent}",
            "console-setup": "/setup",
            "console-keys": "/setup/keys",
            "console-broker": f"/setup/brokers/{system.broker_id}",
            "console-warehouse": f"/setup/warehouses/{system.warehouse_id}",
            "console-importer": "/setup/importers/new",
            "console-policy": "/setup/policy",
            "console-webhook": "/setup/webhooks",
            "console-find": f"/find?q={sku}",
            "console-invoice": f"{documents}/commercial_customs_invoice.html",
            "console-pdf": f"{documents}/commercial_customs_invoice.pdf",
            "console-csv": f"{documents}/commercial_customs_invoice.csv",
            "broker-page": link,
        }
        for suffix, scheme, window in VIEWS:
            async with opened(
                browser, system.base_url, color_scheme=scheme, viewport=window, device_scale_factor=1
            ) as page:
                await sign_in(page, system.api_key)
                for name, path in pages.items():
                    await page.goto(path)
                    await page.evaluate(EVERY_PICTURE)
                    await page.screenshot(path=folder / f"{name}{suffix}.png", full_page=bool(suffix))
                await _file(page, sku, folder, suffix)


async def _file(page: Page, sku: str, folder: Path, suffix: str) -> None:
    rows = [f"SO-70{n:02},US,CA,94105,{sku},{n},35,{'for Ann' if n == 2 else ''}" for n in range(1, 9)]
    content = "\n".join([HEADER, *rows, "SO-7099,US,CA,94105,NO-SUCH-SKU,1,35,"]).encode()
    file: FilePayload = {"name": "orders-friday.csv", "mimeType": "text/csv", "buffer": content}
    await page.goto("/files")
    await page.screenshot(path=folder / f"console-files{suffix}.png", full_page=bool(suffix))
    await page.get_by_label("File:").set_input_files(file)
    await page.get_by_role("button", name="Look at the file").click()
    await page.get_by_role("heading", name="How it is read").wait_for()
    await page.screenshot(path=folder / f"console-file{suffix}.png", full_page=bool(suffix))
    await page.get_by_role("button", name="Import 9 orders").click()
    await page.get_by_role("heading", name="8 orders imported").wait_for()
    await page.screenshot(path=folder / f"console-imported{suffix}.png", full_page=bool(suffix))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES))
