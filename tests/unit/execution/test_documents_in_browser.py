"""The documents that people open in a browser, in a real one."""

import pytest
from playwright.async_api import Browser

from tests.harness.browser import DESK, browser, sideways
from tests.unit.execution.rendered import html_of
from tests.unit.execution.snapshots import make_snapshot, make_warehouse

__all__ = ["browser"]

PAGES = ("cci_human_readable", "packing_list", "section_232_declaration", "usmca_certification")


@pytest.mark.parametrize("page_type", PAGES)
async def test_a_name_without_a_blank_covers_no_other_party(browser: Browser, page_type: str) -> None:
    warehouse = make_warehouse(name="W" * 300)
    page = await browser.new_page(viewport=DESK)
    await page.set_content(html_of(page_type, make_snapshot(warehouse=warehouse)))
    assert await sideways(page) == []
    await page.close()
