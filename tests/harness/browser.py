"""The machine's Chromium, driven by Playwright: one for a session, a context of its own for each test."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "axe" / "axe.min.js"
MISSING = "Chromium is not installed: apt-get install -y chromium"
WAIT_MS = 60_000
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

# Five seconds by default, whatever a page's own timeout is.
expect.set_options(timeout=WAIT_MS)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window; without its own sandbox and shared memory, which containers often lack."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(MISSING)
    async with chromium() as started:
        yield started


@asynccontextmanager
async def opened(browser: Browser, base_url: str, **options: Any) -> AsyncIterator[Page]:
    """A page of nobody's yet. An error in its console, such as a breach of the policy, fails at the end."""
    context = await browser.new_context(base_url=base_url, **{"viewport": DESK, **options})
    context.set_default_timeout(WAIT_MS)
    page, errors = await context.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        # A status of an answer is for the test itself to judge.
        if message.type == "error" and "Failed to load resource" not in message.text:
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        await context.close()
    assert errors == []


# Alike are elements with the same tags, classes and attributes, and with text, names and references at the
# same places. Gives the ids that were there twice, as that is wrong between elements.
_LEAVE_THE_LONGEST_OF_EACH = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
    const own = new Set(["id", "href", "for", "name", "value", "title", "headers", "datetime"]);
    const isOwn = (name) => own.has(name) || /^(data|aria-(label|describe|control))/.test(name);
    const kept = ({name, value}) => name + (isOwn(name) ? !value.trim() : value);
    const numbers = new Map();
    const number = (text) => numbers.get(text) ?? numbers.set(text, numbers.size).get(text);
    const built = (element) => {
        const longest = new Map();
        for (const child of [...element.children]) {
            const length = child.textContent.length, how = built(child);
            // The order of headings is looked at over the whole page.
            const other = /^H[1-6]$/.test(child.tagName) ? undefined : longest.get(how);
            if (other && other.length >= length) { child.remove(); continue; }
            other?.child.remove();
            longest.set(how, {child, length});
        }
        const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const parts = [element.tagName, text, ...[...element.attributes].map(kept), ...longest.keys()];
        return number(parts.join("|"));
    };
    built(document.body);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
}"""


async def without_repetition(page: Page) -> list[str]:
    """Leaves, of siblings that are built alike, the one with the most text: axe takes seconds for thousands,
    and finds in each what it finds in one. Gives what is wrong between those."""
    return [f"twice: {each}" for each in await page.evaluate(_LEAVE_THE_LONGEST_OF_EACH)]


async def sideways(page: Page) -> list[str]:
    """Whether it has to be scrolled sideways."""
    wide, window = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{wide} px wide in a window of {window}"] if wide > window else []


async def faults_of(page: Page) -> list[str]:
    """What axe finds in a page, and whether it has to be scrolled sideways."""
    # Evaluated, as our policy lets no foreign script in.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    # Those that are loaded once somebody scrolls to them are no fault yet.
    broken = await page.evaluate(
        "[...document.images].filter((each) => each.complete && !each.naturalWidth).map((each) => each.src)"
    )
    faults += [f"no picture: {each}" for each in broken]
    return [*faults, *await sideways(page)]
