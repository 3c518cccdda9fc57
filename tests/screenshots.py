"""Pictures of the console on a running system: `make pictures`, or `python -m tests.screenshots FOLDER`.

Starts a system of its own and walks a desk's day through it. Without a folder it takes anew what docs/images
has, light and at the width of a desk; with one, every page in both themes and at the width of a phone, too.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import FilePayload, Page, ViewportSize

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
View = tuple[str, Literal["light", "dark"], ViewportSize]
VIEWS: Sequence[View] = (("", "light", DESK), ("-dark", "dark", DESK), ("-phone", "light", PHONE))


@dataclass(frozen=True, slots=True)
class Album:
    """Where pictures are kept: all of them, or only those that are there already."""

    folder: Path
    is_whole: bool

    @property
    def views(self) -> Sequence[View]:
        """What pages are seen by."""
        return VIEWS if self.is_whole else VIEWS[:1]

    async def keep(self, page: Page, name: str, suffix: str) -> None:
        """The page as it stands, on a phone and in the dark down to its end."""
        file = self.folder / f"{name}{suffix}.png"
        if self.is_whole or file.exists():
            await page.screenshot(path=file, full_page=bool(suffix))


async def main(album: Album) -> None:
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
        for suffix, scheme, window in album.views:
            async with opened(
                browser, system.base_url, color_scheme=scheme, viewport=window, device_scale_factor=1
            ) as page:
                await sign_in(page, system.api_key)
                for name, path in pages.items():
                    await page.goto(path)
                    await page.evaluate(EVERY_PICTURE)
                    await album.keep(page, name, suffix)
                await _file(page, sku, album, suffix)


async def _file(page: Page, sku: str, album: Album, suffix: str) -> None:
    rows = [f"SO-70{n:02},US,CA,94105,{sku},{n},35,{'for Ann' if n == 2 else ''}" for n in range(1, 9)]
    content = "\n".join([HEADER, *rows, "SO-7099,US,CA,94105,NO-SUCH-SKU,1,35,"]).encode()
    file: FilePayload = {"name": "orders-friday.csv", "mimeType": "text/csv", "buffer": content}
    await page.goto("/files")
    await album.keep(page, "console-files", suffix)
    await page.get_by_label("File:").set_input_files(file)
    await page.get_by_role("button", name="Look at the file").click()
    await page.get_by_role("heading", name="How it is read").wait_for()
    await album.keep(page, "console-file", suffix)
    await page.get_by_role("button", name="Import 9 orders").click()
    await page.get_by_role("heading", name="8 orders imported").wait_for()
    await album.keep(page, "console-imported", suffix)


if __name__ == "__main__":
    asyncio.run(
        main(Album(Path(sys.argv[1]), is_whole=True) if sys.argv[1:] else Album(IMAGES, is_whole=False))
    )
