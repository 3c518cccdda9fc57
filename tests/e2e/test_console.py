"""The console in a real browser over the running system: a clerk's last minutes of a day."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.contract.rest.documented import Rest, unique
from tests.contract.rest.test_broker_answers import executed, links_of
from tests.e2e.console_day import blocked_export, sign_in
from tests.harness.browser import PHONE, opened
from tests.harness.system import System

pytestmark = pytest.mark.browser


async def test_clerk_sends_a_blocked_export_at_five_to_six(browser: Browser, system: System) -> None:
    async with system.client() as client:
        blocked = await blocked_export(Rest(client, system))
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)

        # What waits for the desk is on the first page, with the next step.
        await page.locator(f'a[href="/exports/{blocked.export_id}"]').click()
        await expect(page.get_by_text(f"1 product blocks {blocked.orders} orders.")).to_be_visible()

        # The product is mended where it is named, and the plan made again.
        await page.get_by_label("Country of origin").fill("CN")
        await page.get_by_role("button", name="Save").first.click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
        await page.get_by_role("button", name="Plan again").click()
        await expect(page.get_by_role("heading", name="What the new plan changed")).to_be_visible()

        # The hash is asked for before anything leaves.
        send = page.get_by_role("button", name=f"Send {blocked.orders} orders to")
        await page.get_by_label("characters of the hash").fill("000000")
        await send.click()
        await expect(page.get_by_text("Type the last 6 characters of the plan hash")).to_be_visible()
        # The page stands still, or its next move would take the reason away.
        await expect(page.locator("#live, #export[hx-get]")).to_have_count(0)
        await page.get_by_label("characters of the hash").fill(await page.locator(".hash mark").inner_text())
        await send.click()

        # The broker's side shows without a reload.
        await expect(page.get_by_text("With the broker")).to_be_visible()
        await expect(page.get_by_text("Handed to the broker").first).to_be_visible()
        assert len(system.mails_of(blocked.export_id)) == 1

        await page.get_by_label("Preview manifest.json").click()
        await expect(page.locator("pre")).to_contain_text(blocked.export_id)
        await page.get_by_role("link", name="Back to the export").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.goto(f"/exports/{blocked.export_id}")
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_forms_work_without_a_script(browser: Browser, system: System) -> None:
    async with system.client() as client:
        blocked = await blocked_export(Rest(client, system), orders=1)
    async with opened(browser, system.base_url, java_script_enabled=False) as page:
        await sign_in(page, system.api_key)
        await page.goto(f"/exports/{blocked.export_id}")
        await page.get_by_label("Country of origin").fill("CN")
        await page.get_by_role("button", name="Save").first.click()
        await page.get_by_role("button", name="Plan again").click()
        await page.get_by_label("characters of the hash").fill(await page.locator(".hash mark").inner_text())
        await page.get_by_role("button", name="Send 1 order to").click()
        await expect(page.get_by_role("heading", name="The broker", exact=True)).to_be_visible()


async def test_clerk_drops_a_file_mends_what_was_refused_and_plans_an_export(
    browser: Browser, system: System, tmp_path: Path
) -> None:
    async with system.client() as client:
        product = await Rest(client, system).get(f"/api/products/{system.product_ids[0]}")
    number, sku = unique("SO"), product["sku"]
    header = "Order Number,Ship to Country,State,ZIP,SKU,Qty,Unit price\n"
    good = f"{number}-1,US,CA,94105,{sku},2,35\n{number}-2,US,CA,94105,{sku},1,35\n"
    file = tmp_path / "orders.csv"
    file.write_text(f"{header}{good}{number}-3,US,CA,94105,NOBODY-HAS-THIS,1,35\n")
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)
        await page.get_by_role("link", name="Files").click()
        await page.get_by_label("File: CSV, XLSX or NDJSON").set_input_files(file)
        await page.get_by_role("button", name="Look at the file").click()

        # Its columns are recognised, and a person looks before anything is stored.
        await expect(page.get_by_label("Order Number")).to_have_value("order_id")
        await expect(page.get_by_label("Qty")).to_have_value("quantity")
        await page.get_by_role("button", name="Import 3 orders").click()

        # Every row is accounted for; the refused one is fetched, mended and dropped again.
        await expect(page.get_by_role("heading", name="2 orders imported")).to_be_visible()
        await expect(page.get_by_text("NOBODY-HAS-THIS")).to_be_visible()
        async with page.expect_download() as fetched:
            await page.get_by_role("button", name="Download them as CSV").click()
        mended = tmp_path / "orders.rejects.csv"
        await (await fetched.value).save_as(mended)
        mended.write_bytes(mended.read_bytes().replace(b"NOBODY-HAS-THIS,", f"{sku},".encode()))
        await page.get_by_role("link", name="Another file").click()
        await page.get_by_label("File: CSV, XLSX or NDJSON").set_input_files(mended)
        await page.get_by_role("button", name="Look at the file").click()
        await page.get_by_role("button", name="Import 1 order").click()
        await expect(page.get_by_role("heading", name="1 order imported")).to_be_visible()

        await page.get_by_role("button", name="Plan 1 order").click()
        await expect(page.get_by_role("heading", name="1 order to")).to_be_visible()


async def test_file_may_be_dropped_anywhere_on_its_page(browser: Browser, system: System) -> None:
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)
        await page.goto("/files")
        data = await page.evaluate_handle(
            """() => {
                const data = new DataTransfer()
                data.items.add(new File(["sku,hts_code\\nA,6505003030\\n"], "dropped.csv"))
                return data
            }"""
        )
        await page.dispatch_event("main", "drop", {"dataTransfer": data})
        await expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()
        await expect(page.get_by_role("button", name="Import 1 product")).to_be_visible()


async def test_broker_sees_what_is_to_be_filed_and_answers_with_a_right_entry_number(
    browser: Browser, system: System
) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        [link] = links_of(rest, await executed(rest))
    async with opened(browser, system.base_url, viewport=PHONE, java_script_enabled=False) as page:
        await page.goto(link)
        await expect(page.get_by_role("heading", name="The shipment")).to_be_visible()
        await expect(page.get_by_text("Expected arrival")).to_be_visible()
        async with page.expect_download() as fetched:
            await page.get_by_role("link", name="manifest.json", exact=True).click()
        assert (await fetched.value).suggested_filename == "manifest.json"
        await page.locator("#entry_number").fill("PA7-1234567-6")
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_text("The check digit does not fit")).to_be_visible()
        await page.locator("#entry_number").fill("PA7-1234567-8")
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_text("Entry number PA7-1234567-8")).to_be_visible()
