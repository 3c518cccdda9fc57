"""The console over the running system: an account sets itself up, and looks after what is connected."""

import asyncio
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.console_day import new_account, sign_in
from tests.harness.browser import opened
from tests.harness.receiver import Receiver, receiving
from tests.harness.system import System

pytestmark = pytest.mark.browser

GONE = b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
WATCHER = "night-shift@warehouse.example"
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.1


async def test_account_adds_warehouse_and_broker_tests_the_way_and_asks_for_approvals(
    browser: Browser, system: System
) -> None:
    key = await new_account(system)
    async with opened(browser, system.base_url) as page:
        await sign_in(page, key)
        await page.get_by_role("link", name="Setup").click()
        await page.get_by_role("link", name="Add a warehouse").click()
        await page.get_by_label("Your own id of it").fill("main")
        await page.get_by_label("Name", exact=True).first.fill("Harbor Warehouse")
        await page.get_by_role("button", name="Add it").click()
        await expect(page.get_by_role("heading", name="Harbor Warehouse")).to_be_visible()

        await page.get_by_role("link", name="Back to Setup").click()
        await page.get_by_role("link", name="Add a broker").click()
        await page.get_by_label("Your own id of it").fill("broker")
        await page.get_by_label("Name", exact=True).first.fill("Birch Brokers")
        await page.get_by_label("Email", exact=True).first.fill("not an address")
        await page.get_by_role("button", name="Add it").click()
        # What is wrong stands beside its field, and what was typed stays.
        await expect(page.get_by_label("Email", exact=True).first).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_label("Name", exact=True).first).to_have_value("Birch Brokers")
        await page.get_by_label("Email", exact=True).first.fill("entries@birch.example")
        await page.get_by_role("button", name="Add it").click()
        await page.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_text("The test got there.")).to_be_visible()

        await page.get_by_role("link", name="Back to Setup").click()
        await page.get_by_role("link", name="Change it").click()
        await page.get_by_label("Ask for an approval by name").check()
        await page.get_by_label("FORMAL_ENTRY_REQUIRED needs no approval").check()
        await page.get_by_role("button", name="Save the policy").click()
        await expect(page.get_by_text("only after somebody approved it by name")).to_be_visible()
        await expect(page.get_by_text("These findings need none: FORMAL_ENTRY_REQUIRED")).to_be_visible()
    [test] = mails_to(system, "entries@birch.example")
    assert "test" in test["Subject"].lower()


async def test_key_is_made_for_a_program_replaced_and_revoked(browser: Browser, system: System) -> None:
    own = await new_account(system)
    async with opened(browser, system.base_url) as page:
        await sign_in(page, own)
        await page.goto("/setup/keys")
        await page.get_by_label("Who or what uses it").fill("Nightly export")
        await page.get_by_label("read", exact=False).first.check()
        await page.get_by_label("Your key, once more").last.fill(own)
        await page.get_by_role("button", name="Make the key").click()
        made = await page.locator(".hash").inner_text()
        assert await may_read(system, made)

        row = page.get_by_role("row").filter(has_text="Nightly export")
        await row.get_by_text("Replace or revoke").click()
        await row.get_by_label("Your key, once more").fill(own)
        await row.get_by_role("button", name="Replace it").click()
        replaced = await page.locator(".hash").inner_text()
        assert replaced != made
        # Both work while the program changes over.
        assert await may_read(system, made)
        assert await may_read(system, replaced)

        newest = page.get_by_role("row").filter(has_text="Nightly export").first
        await newest.get_by_text("Replace or revoke").click()
        await newest.get_by_role("button", name="Revoke it for good").click()
        await expect(newest.get_by_text("revoked")).to_be_visible()
        await page.reload()
        await expect(page.locator(".hash")).to_have_count(0)


async def test_webhook_is_tested_stops_at_a_receiver_that_is_gone_and_somebody_gets_a_mail(
    browser: Browser, system: System
) -> None:
    key = await new_account(system)
    async with receiving() as receiver, opened(browser, system.base_url) as page:
        await sign_in(page, key)
        await page.goto("/setup/webhooks")
        await page.get_by_label("Address").fill(receiver.url)
        await page.get_by_label("Mail to, when it is disabled").fill("nobody@warehouse.example")
        await page.get_by_role("button", name="Add it").click()
        secret = await page.locator(".hash").inner_text()
        await page.get_by_text("Change it").click()
        await page.get_by_label("Mail to, when it is disabled").fill(WATCHER)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Changed.")).to_be_visible()
        await expect(page.locator(".hash")).to_have_count(0)

        await page.get_by_role("button", name="Send a test event").click()
        [event] = await receiver.until(1)
        assert event.verified(secret)["type"] == "webhook.test"
        await shown_by_reloading(page, "delivered")

        await gone(receiver, page)
        # A mail server is execution's alone: it takes the notice over from inspection.
        [mail] = await mails_once_there_is_one(system, WATCHER)
        assert mail["Subject"].startswith("Webhook disabled: 127.0.0.1:")
        assert mails_to(system, "nobody@warehouse.example") == []


async def gone(receiver: Receiver, page: Page) -> None:
    """The receiver is there no more, and its page says what that means."""
    receiver.answers.append(GONE)
    await page.get_by_role("button", name="Send a test event").click()
    await receiver.until(2)
    await shown_by_reloading(page, "Disabled: The endpoint answered 410")


async def shown_by_reloading(page: Page, text: str) -> None:
    """Another process settles the delivery after its answer; the page says to reload it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await page.get_by_text(text).count():
            await page.reload()


async def may_read(system: System, key: str) -> bool:
    async with system.client(key) as client:
        return (await client.get("/api/exports")).status_code == 200


def mails_to(system: System, address: str) -> list[EmailMessage]:
    """The headers of what the system sent there."""
    parser = BytesHeaderParser(policy=default)
    found = [parser.parsebytes(file.read_bytes()) for file in sorted(system.mail_dir.glob("*.eml"))]
    return [mail for mail in found if mail["To"] == address]


async def mails_once_there_is_one(system: System, address: str) -> list[EmailMessage]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Two other processes hand it on; there is no event to await.
        while not (found := mails_to(system, address)):  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
    return found
