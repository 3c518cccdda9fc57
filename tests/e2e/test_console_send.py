"""The console over the running system: an export from its blocked order to its documents; one by keyboard."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.contract.rest.documented import Rest
from tests.e2e.console_day import blocked_export, planned_for_today, sign_in, tab_to
from tests.harness.browser import opened
from tests.harness.system import System

pytestmark = pytest.mark.browser


async def test_clerk_leaves_an_order_out_approves_sends_and_looks_at_the_documents(
    browser: Browser, system: System
) -> None:
    async with system.client() as client:
        blocked = await blocked_export(Rest(client, system), orders=1, others=1)
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)
        await page.goto(f"/exports/{blocked.export_id}")

        # The order that cannot go stays behind, and the page says why.
        await page.get_by_label("Orders with an error").select_option("are left out")
        await page.get_by_role("button", name="Plan again").click()
        await expect(page.get_by_role("heading", name="Left out: 1 order")).to_be_visible()
        await expect(page.get_by_label("Orders left out").get_by_role("row").nth(1)).to_contain_text("origin")

        await page.get_by_text("Approve it by name first").click()
        await page.get_by_label("Your name").fill("Dana Whitfield")
        await page.get_by_role("button", name="Approve this plan").click()
        await expect(page.get_by_text("Dana Whitfield").first).to_be_visible()

        await page.get_by_label("characters of the hash").fill(await page.locator(".hash mark").inner_text())
        await page.get_by_role("button", name="Send 1 order to").click()
        await expect(page.get_by_text("Handed to the broker").first).to_be_visible()

        await see_documents(page)


async def see_documents(page: Page) -> None:
    """The invoice as HTML and as pages of its PDF."""
    await page.get_by_label("Preview commercial_customs_invoice.html").click()
    invoice = page.frame_locator("iframe.preview")
    await expect(invoice.get_by_role("heading").first).to_contain_text("invoice", ignore_case=True)
    await page.get_by_role("link", name="Back to the export").click()
    await page.get_by_label("Preview commercial_customs_invoice.pdf").click()
    first = page.get_by_alt_text("Page 1 of")
    # Fails unless the picture arrives and is one.
    await first.evaluate("(picture) => picture.decode()")


async def test_export_is_sent_by_the_keyboard_alone(browser: Browser, system: System) -> None:
    async with system.client() as client:
        export_id = await planned_for_today(Rest(client, system))
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)
        await tab_to(page, page.locator(f'a[href="/exports/{export_id}"]'))
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/exports/{export_id}")
        await tab_to(page, page.get_by_label("characters of the hash"))
        await page.keyboard.type(await page.locator(".hash mark").inner_text())
        await tab_to(page, page.get_by_role("button", name="Send 1 order to"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Handed to the broker").first).to_be_visible()
