"""The console in a real browser over the running system: a clerk's last minutes of a day."""

import pytest
from playwright.async_api import Browser, expect

from tests.contract.rest.documented import Rest
from tests.e2e.console_day import blocked_export, sign_in
from tests.harness.browser import opened
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
