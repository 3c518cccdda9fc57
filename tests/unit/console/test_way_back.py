"""The way back and a reload in a real browser: no form is sent again, what a file became is still there."""

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.fakes import KEY, FakeServices
from tests.harness.browser import browser, opened
from tests.unit.console.test_in_browser import ORDERS, sign_in
from tests.unit.gateway.requests import planned_export

__all__ = ["browser"]
pytestmark = pytest.mark.browser


async def drop(page: Page) -> None:
    """A file whose second row is refused, up to the choice of its columns."""
    await sign_in(page, "/files")
    await page.get_by_label("File:").set_input_files(ORDERS)
    await page.get_by_role("button", name="Look at the file").click()
    await page.get_by_role("heading", name="orders.csv").wait_for()


async def drop_and_import(page: Page) -> None:
    await drop(page)
    await page.get_by_role("button", name="Import 2 orders").click()
    await page.get_by_role("heading", name="1 order imported").wait_for()


async def test_way_back_from_a_plan_leads_to_what_became_of_the_file(browser: Browser, base_url: str) -> None:
    async with opened(browser, base_url) as page:
        await drop_and_import(page)
        await page.get_by_role("button", name="Plan 1 order").click()
        await page.wait_for_url("**/exports/*")
        planned = page.url

        await page.go_back()
        await expect(page.get_by_role("heading", name="1 order imported")).to_be_visible()
        await expect(page).to_have_title("Imported orders.csv · EntryGo")
        await expect(page.get_by_label("Refused rows").get_by_role("row")).to_have_count(3)
        async with page.expect_download() as fetched:
            await page.get_by_role("button", name="Download them as CSV").click()
        assert (await fetched.value).suggested_filename == "orders.rejects.csv"

        # The same form once more is the same plan.
        await page.get_by_role("button", name="Plan 1 order").click()
        await page.wait_for_url(planned)
        await page.go_back()
        await page.go_back()
        await expect(page.get_by_role("button", name="Import 2 orders")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="Files")).to_be_visible()


async def test_reload_of_a_file_sends_nothing_and_shows_the_same(browser: Browser, base_url: str) -> None:
    async with opened(browser, base_url) as page:
        await drop(page)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await page.reload()
        await page.get_by_role("button", name="Import 2 orders").wait_for()
        assert "POST" not in sent
        await page.get_by_role("button", name="Import 2 orders").click()
        await page.get_by_role("heading", name="1 order imported").wait_for()
        sent.clear()
        await page.reload()
        await page.get_by_role("heading", name="1 order imported").wait_for()
        assert "POST" not in sent


async def test_tab_shows_a_file_to_no_other_key(
    browser: Browser, base_url: str, services: FakeServices
) -> None:
    other = "shpbndl_live_of_another_account"
    services.accounts[other] = "acc_another"
    async with opened(browser, base_url) as page:
        await drop(page)
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("API key").fill(other)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Sign out").wait_for()
        await page.go_back()
        await page.go_back()
        await expect(page.get_by_role("heading", name="No file here")).to_be_visible()
        await expect(page.get_by_text("orders.csv")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "button", "typed"),
    [
        ("/exports/{}", "Send 1 order to", {"#confirm": "000000"}),
        ("/setup/keys", "Make the key", {"#name": "WMS", "#your-key": "shpbndl_live_wrong"}),
    ],
)
async def test_refused_form_stands_at_a_page_that_can_be_reloaded(
    browser: Browser, base_url: str, program: httpx.AsyncClient, path: str, button: str, typed: dict[str, str]
) -> None:
    path = path.format((await planned_export(program))["exportId"])
    async with opened(browser, base_url) as page:
        await sign_in(page, path)
        for field, text in typed.items():
            await page.locator(field).fill(text)
        await page.get_by_role("button", name=button).first.click()
        await page.get_by_role("alert").first.wait_for()
        assert page.url == f"{base_url}{path}"
        await page.reload()
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_wrong_key_can_be_left_by_a_reload(browser: Browser, base_url: str) -> None:
    async with opened(browser, base_url) as page:
        await page.goto("/login?next=/setup")
        await page.get_by_label("API key").fill("shpbndl_live_wrong")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("alert").wait_for()
        await page.reload()
        await expect(page.get_by_role("alert")).to_have_count(0)
        await page.get_by_label("API key").fill(KEY)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/setup")
