"""Every page in a real browser: in both themes and on a phone axe finds nothing, nothing scrolls sideways."""

import re

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, ViewportSize
from starlette.applications import Starlette
from starlette.routing import Route

from entrygo.gateway.paths import PathApp
from entrygo.gateway.services import Call
from entrygo.planning.rules import RULES
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.sync.v1 import sync_pb2
from tests.fakes import ACCOUNT, KEY, FakeServices
from tests.fakes.broker_links import TOKEN
from tests.harness.browser import (
    DESK,
    PHONE,
    browser,
    faults_of,
    opened,
    sideways,
    without_repetition,
)
from tests.unit.console.test_export_page import pdf_of
from tests.unit.gateway.requests import executed_export, planned_export

WEBHOOK = inspection_pb2.CreateWebhookRequest(account_id=ACCOUNT, url="https://wms.example.com/hook")
# What a GET answers that is no page: parts of one, streams, files, and what machines read.
NO_PAGES = frozenset(
    {
        "/part", "/exports/{id}/part", "/live", "/exports/{id}/live",
        "/packages/{id}/documents/{filename}/file", "/packages/{id}/documents/{filename}/shown",
        "/packages/{id}/documents/{filename}/pages/{number}",
        "/files/templates/{name}", "/broker/{token}/pack.zip", "/broker/{token}/documents/{filename}",
        "/assets/{digest}/{name}", "/livez", "/readyz", "/llms.txt", "/llms-full.txt", "/docs/api/asyncapi",
    }
)  # fmt: skip
# One page of 23,000 elements, most of which are built alike.
WHOLE_API = "/docs/api/openapi"
A_KEY = identity_pb2.CreateKeyRequest(account_id=ACCOUNT, name="WMS", scopes=["read", "exports:plan"])
AN_IMPORTER = sync_pb2.SyncImportersRequest(
    account_id=ACCOUNT,
    items=[
        sync_pb2.Importer(
            external_id="birch", powers_of_attorney=[sync_pb2.PowerOfAttorney(broker="demo-broker")]
        )
    ],
)
HEADER = "order_id,ship_to_country,ship_to_state,ship_to_zip,item,qty,unit_price_usd,note"
ORDERS: FilePayload = {
    "name": "orders.csv",
    "mimeType": "text/csv",
    "buffer": f"{HEADER}\nS-1,US,CA,94105,prod_cap_002,2,35,x\nS-2,US,CA,94105,NONE,1,35,\n,US".encode(),
}

RECORDED = "2026-11-30T08:12:52.047Z"

# A page also asks every few seconds, by an interval: none ever begins.
WITHOUT_POLLING = "window.polls = 0; window.setInterval = () => { window.polls += 1; return 0; };"

__all__ = ["browser"]
pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def pages(program: httpx.AsyncClient, services: FakeServices) -> list[str]:
    """One of each kind, with something in every part of it."""
    blocked = (await planned_export(program))["exportId"]
    plan = services._exports[ACCOUNT, blocked].plan
    plan.readiness_state = "BLOCKED"
    plan.excluded_order_ids.append("ord_left_out")
    issue = plan.issues.by_product.add()
    issue.CopyFrom(plan.issues.by_product[0])
    issue.field, issue.suggestion, issue.severity = "country_of_origin", "CN", "error"
    ready = (await planned_export(program))["exportId"]
    sent = (await executed_export(program))["exportId"]
    unknown = (await executed_export(program))["exportId"]
    services._exports[ACCOUNT, unknown].broker_submissions[-1].status = "unknown"
    package = services._exports[ACCOUNT, sent].customs_package
    paper = services._exports[ACCOUNT, unknown].customs_package
    paper.artifacts[0].filename, paper.artifacts[0].media_type = "paper.pdf", "application/pdf"
    services.contents["paper.pdf"] = pdf_of(pages=1)
    for entry in services.link.summary.entries:
        entry.importer, entry.value_usd = "Northshore Apparel and Accessories Ltd", "213580.01"
        entry.paps_numbers.append(f"CCBT20260000000{entry.number}")
    services.link.entries.add(
        entry=2, entry_number="PA7-0000001-1", duty_usd="1189050.00", fees_usd="670.86", recorded_at=RECORDED
    )
    call = Call(f"Bearer {KEY}", "req_1")
    await services.CreateWebhook(WEBHOOK, call)
    await services.SendTestEvent(inspection_pb2.WebhookRequest(id="wh_0"), call)
    await services.CreateKey(A_KEY, call)
    importers = await services.SyncImporters(AN_IMPORTER, call)
    return [
        "/",
        f"/exports/{blocked}",
        f"/exports/{ready}?since=planhash_before",
        f"/exports/{sent}",
        f"/exports/{unknown}",
        f"/packages/{package.id}/documents/{package.artifacts[0].filename}",
        f"/packages/{paper.id}/documents/{paper.artifacts[0].filename}",
        "/find",
        "/find?q=wms-order-1001",
        "/find?q=nobody",
        "/files",
        "/files/columns",
        "/setup",
        "/setup/keys",
        "/setup/policy",
        *(f"/setup/{noun}s/new" for noun in ("warehouse", "broker", "importer")),
        "/setup/warehouses/wh_123",
        "/setup/brokers/br_123",
        "/setup/brokers/br_123/layout",
        f"/setup/importers/{importers.message.data[0].id}",
        "/setup/webhooks",
        "/setup/webhooks/wh_0",
        "/exports/none",
        f"/broker/{TOKEN}",
        f"/recipient/{TOKEN}",
        "/docs",
        "/docs/keys",
        "/docs/csv-columns",
        "/docs/search?q=broker",
    ]


def test_every_address_that_answers_a_browser_is_looked_at(app: Starlette, pages: list[str]) -> None:
    seen = ["/login", WHOLE_API, *(path.partition("?")[0] for path in pages)]
    routes = [
        route for route in app.routes if isinstance(route, Route) and not route.path.startswith("/api/")
    ]
    unseen = {
        route.path
        for route in routes
        if isinstance(route.app, PathApp)
        and "GET" in route.app.methods
        and not any(re.fullmatch(re.sub(r"{[^}]*}", "[^/]+", route.path), path) for path in seen)
    }
    assert unseen - {"/docs/{name:path}"} == NO_PAGES, "add the new page to `pages`, or say why it is none"


async def sign_in(page: Page, path: str = "/") -> None:
    """By the form, which leads on to `path`."""
    await page.goto(f"/login?next={path}")
    await page.get_by_label("API key").fill(KEY)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Sign out").wait_for()


async def unfold(page: Page, path: str) -> None:
    """Goes to `path` and opens everything there that can be folded."""
    await page.goto(path)
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")


async def faults_unfolded(page: Page, path: str) -> list[str]:
    """Those of the page at `path`, with everything open that can be folded."""
    await unfold(page, path)
    return await faults_of(page)


# Colours do not depend on the width, nor the width on colours: two ways show both themes and both windows.
BOTH_WAYS = pytest.mark.parametrize(
    ("scheme", "window"), [("light", DESK), ("dark", PHONE)], ids=["desk", "phone"]
)
# A test of all pages would come near its limit on a busy machine.
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
@BOTH_WAYS
async def test_every_page_is_fit_for_everybody(
    browser: Browser, base_url: str, pages: list[str], scheme: str, window: ViewportSize, part: int
) -> None:
    async with opened(browser, base_url, color_scheme=scheme, viewport=window) as page:
        await sign_in(page)
        faults = {path: await faults_unfolded(page, path) for path in pages[part::PARTS]}
    assert {path: found for path, found in faults.items() if found} == {}


async def test_tables_are_read_on_a_phone_without_moving_them(
    browser: Browser, base_url: str, pages: list[str]
) -> None:
    wide = "[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth)"
    shown = [pages[3], "/setup", "/setup/keys", "/find?q=wms-order-1001"]
    async with opened(browser, base_url, viewport=PHONE) as page:
        await sign_in(page)
        moved = {}
        for path in shown:
            await unfold(page, path)
            moved[path] = await page.evaluate(f"{wide}.map((each) => each.ariaLabel)")
            assert await page.locator(".scroll table").count(), path
    assert {path: tables for path, tables in moved.items() if tables} == {}


@BOTH_WAYS
async def test_page_of_the_whole_api_is_fit_for_everybody(
    browser: Browser, base_url: str, scheme: str, window: ViewportSize
) -> None:
    async with opened(browser, base_url, color_scheme=scheme, viewport=window) as page:
        await unfold(page, WHOLE_API)
        assert [*await sideways(page), *await without_repetition(page), *await faults_of(page)] == []


@BOTH_WAYS
async def test_signing_in_and_importing_a_file_is_fit_for_everybody(
    browser: Browser, base_url: str, scheme: str, window: ViewportSize
) -> None:
    async with opened(browser, base_url, color_scheme=scheme, viewport=window) as page:
        await page.goto("/login")
        faults = {"/login": await faults_of(page)}
        await sign_in(page, "/files")
        await page.get_by_label("File:").set_input_files(ORDERS)
        await page.get_by_role("button", name="Look at the file").click()
        faults["the choice of columns"] = await faults_of(page)
        await page.get_by_role("button", name="Import 2 orders").click()
        await page.get_by_role("heading", name="1 order imported").wait_for()
        faults["what became of the file"] = await faults_of(page)
    assert {path: found for path, found in faults.items() if found} == {}


async def test_page_follows_what_happens_and_keeps_what_is_typed(
    browser: Browser, base_url: str, program: httpx.AsyncClient, services: FakeServices
) -> None:
    path = f"/exports/{(await planned_export(program))['exportId']}"
    async with opened(browser, base_url) as page:
        await page.add_init_script(WITHOUT_POLLING)
        # It asks once when it connects, too: what changes after that is heard of by the event alone.
        async with page.expect_response(lambda answer: answer.url.endswith(f"{path}/part")):
            await sign_in(page, path)
        assert await page.evaluate("window.polls") > 0, "what asks now and then is not what was taken away"
        await page.get_by_label("characters of the hash").fill("abc")
        unfolded = page.locator('details:has(form[action$="/cancel"])')
        await unfolded.locator("summary").click()
        services._exports[ACCOUNT, path.removeprefix("/exports/")].plan.compliance_score = 41
        services.moves.put_nowait(inspection_pb2.FeedEvent(cursor="1"))
        await page.get_by_text("41 of 100").wait_for()
        assert await page.get_by_label("characters of the hash").input_value() == "abc"
        assert await unfolded.evaluate("details => details.open")

        # Once a form is refused the page follows nothing: the reason would be gone at the next move.
        await page.get_by_role("button", name=re.compile("^Send ")).click()
        await page.get_by_text("Type the last 6 characters of the plan hash").wait_for()
        assert await page.locator("#live, #export[hx-get]").count() == 0


async def test_page_keeps_a_form_that_is_on_its_way_whatever_happens_meanwhile(
    browser: Browser, base_url: str, program: httpx.AsyncClient, services: FakeServices
) -> None:
    """A second click at a slow answer is no second act: it has the key of the first."""
    export_id = (await planned_export(program))["exportId"]
    async with opened(browser, base_url) as page:
        await page.add_init_script(WITHOUT_POLLING)
        async with page.expect_response(lambda answer: answer.url.endswith("/part")):
            await sign_in(page, f"/exports/{export_id}")
        form = page.locator('form[action$="/plan"]')
        key = await form.locator('[name="key"]').input_value()
        # Its answer never comes.
        await page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
        await form.get_by_role("button").click()
        async with page.expect_response(lambda answer: answer.url.endswith("/part")):
            services.moves.put_nowait(inspection_pb2.FeedEvent(cursor="1"))
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert await form.get_by_role("button").inner_text() == "Planning…"
        assert await form.locator('[name="key"]').input_value() == key
        assert await form.get_attribute("data-sent") == "yes"


async def test_the_longest_code_of_a_rule_stays_beside_its_input(
    browser: Browser, base_url: str, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    plan = services._exports[ACCOUNT, export_id].plan
    plan.issues.by_product[0].code = max((rule.code for rule in RULES), key=len)
    async with opened(browser, base_url) as page:
        await sign_in(page, f"/exports/{export_id}")
        wide = (
            "[...document.querySelectorAll('.fix > div')].map((each) => each.scrollWidth - each.clientWidth)"
        )
        assert set(await page.evaluate(wide)) == {0}


async def test_slash_leads_to_the_search_and_a_suggestion_into_its_field(
    browser: Browser, base_url: str, pages: list[str]
) -> None:
    async with opened(browser, base_url) as page:
        await sign_in(page, pages[1])
        await page.get_by_role("button", name="Take CN").click()
        assert await page.get_by_label("Country of origin").input_value() == "CN"
        # A single key is a letter where somebody types.
        await page.keyboard.press("/")
        assert await page.get_by_label("Country of origin").input_value() == "CN/"
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("/")
        assert await page.evaluate("document.activeElement.id") == "q"
