"""The console over the running system: an export from its blocked order to its documents; one by keyboard."""

import hashlib
from pathlib import Path

import pytest
from playwright.async_api import Browser, Download, Page, expect

from tests.contract.rest.documented import Rest
from tests.contract.rest.test_broker_answers import executed
from tests.e2e.console_day import blocked_export, lost_on_the_way, planned_for_today, sign_in, tab_to
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


async def test_package_is_sent_again_with_a_reason(browser: Browser, system: System) -> None:
    async with system.client() as client:
        export_id = await executed(Rest(client, system))
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)
        await page.goto(f"/exports/{export_id}")
        await page.get_by_text("Send it again", exact=True).first.click()
        await page.get_by_label("Why do you send it again?").fill("Their mailbox was full")
        await page.get_by_role("button", name="Send it again").click()
        ledger = page.get_by_label("Submissions").get_by_role("row")
        await expect(ledger).to_have_count(3)
        await expect(ledger.nth(1)).to_contain_text("Their mailbox was full")
        await expect(ledger.nth(1)).to_contain_text("sent")
    assert len(system.mails_of(export_id)) == 2


async def test_package_that_may_have_arrived_is_settled_by_what_the_broker_says(
    browser: Browser, system: System
) -> None:
    export_id = await lost_on_the_way(system)
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.test_key)
        await page.locator(f'a[href="/exports/{export_id}"]').click()
        await expect(page.get_by_text("nobody here knows whether it arrived").first).to_be_visible()
        # The form is unfolded: nothing else brings it forward.
        await page.locator("#outcome").select_option("It arrived")
        await page.get_by_label("Your name").last.fill("Dana Whitfield")
        await page.get_by_label("How you know").fill("Kim, on the phone at 17:50")
        await page.get_by_role("button", name="Write it down").click()
        await expect(page.get_by_text("With the broker").first).to_be_visible()
        await expect(page.get_by_label("Submissions")).to_contain_text("noted by Dana Whitfield")


async def test_documents_are_downloaded_from_the_list_and_from_their_preview(
    browser: Browser, system: System, tmp_path: Path
) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        export = await rest.get(f"/api/exports/{await executed(rest)}")
    digests = {each["filename"]: each["sha256"] for each in export["artifacts"]}
    async with opened(browser, system.base_url) as page:
        await sign_in(page, system.api_key)
        await page.goto(f"/exports/{export['exportId']}")
        for name in ("manifest.json", "commercial_customs_invoice.csv"):
            async with page.expect_download() as fetched:
                await page.get_by_label(f"Download {name}").click()
            assert await digest_of(await fetched.value, tmp_path) == (name, digests[name])
        name = "commercial_customs_invoice.pdf"
        await page.get_by_label(f"Preview {name}").click()
        async with page.expect_download() as fetched:
            await page.get_by_role("link", name="Download").click()
        assert await digest_of(await fetched.value, tmp_path) == (name, digests[name])


async def digest_of(download: Download, folder: Path) -> tuple[str, str]:
    """The name under which it is kept, and the SHA-256 of its bytes."""
    file = folder / download.suggested_filename
    await download.save_as(file)
    return file.name, hashlib.sha256(file.read_bytes()).hexdigest()


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
