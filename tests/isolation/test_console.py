"""Every page of the console that names a record, visited by those who must not see it.

The pages come from the console's own list: one of a path that is not known here fails, with what to add.
A session is worth what its key is, so that what the matrix tries of keys need not be tried of forms again.
"""

import httpx
import pytest

from entrygo.gateway.console.cookies import PLAIN_NAME
from entrygo.gateway.console.pages import PAGES
from entrygo.gateway.console.visit import Page
from tests.isolation.callers import Caller, Keys
from tests.isolation.victim import Stored, Victim

BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin"}
# Lists and forms of one's own, at which nothing of anybody else is named.
OWN_PAGES = [page for page in PAGES if page.method == "GET" and "{id}" not in page.path]
RECORD_PAGES = [page for page in PAGES if "{id}" in page.path]
# Whose id a path takes. Records of the account, which a key of another warehouse of it may see, come last.
OF_EXPORT, OF_PACKAGE, OF_KEY, OF_WEBHOOK = "/exports/", "/packages/", "/setup/keys/", "/setup/webhooks/"
OF_WAREHOUSE, OF_BROKER, OF_IMPORTER = "/setup/warehouses/", "/setup/brokers/", "/setup/importers/"
OF_THE_ACCOUNT = (OF_BROKER, OF_IMPORTER)
OTHERS = (Caller.OTHER_ACCOUNT, Caller.OTHER_MODE, Caller.OTHER_WAREHOUSE)
REST_OF_PATH = {
    "filename": "manifest.json",
    "number": "1",
    "action": "enable",
    "name": "orders.csv",
}
# What the forms of an export ask for, each with what is the victim's.
REASON = {"reason": "An attempt.", "comment": "An attempt."}


def ids_of(victim: Victim) -> dict[str, str]:
    system = victim.system
    return {
        OF_EXPORT: victim.done, OF_PACKAGE: victim.package_id, OF_KEY: victim.key_id,
        OF_WEBHOOK: victim.webhook_id, OF_WAREHOUSE: system.warehouse_id, OF_BROKER: system.broker_id,
        OF_IMPORTER: victim.importer_id,
    }  # fmt: skip


def place_of(page: Page) -> str:
    return page.path.partition("{id}")[0]


def path_of(page: Page, victim: Victim) -> str:
    return page.path.format(id=ids_of(victim)[place_of(page)], **REST_OF_PATH)


async def session_of(client: httpx.AsyncClient, key: str | None) -> str | None:
    """The cookie that a key gets, if it gets one."""
    answer = await client.post("/login", data={"key": key or ""}, headers=BROWSER)
    client.cookies.clear()
    return answer.cookies.get(PLAIN_NAME)


async def visit(
    client: httpx.AsyncClient, page: Page, path: str, session: str | None, victim: Victim
) -> tuple[int, bytes]:
    """Status and content; of a stream of events, which does not end, the status alone."""
    cookie = {} if session is None else {"cookie": f"{PLAIN_NAME}={session}"}
    form = {"plan_hash": victim.done_hash, "planHash": victim.done_hash, **REASON}
    data = form if page.method == "POST" else None
    async with client.stream(page.method, path, data=data, headers={**BROWSER, **cookie}) as answer:
        is_endless = page.stays_open and answer.status_code == 200
        return answer.status_code, b"" if is_endless else await answer.aread()


def test_every_page_names_a_record_that_is_known_here() -> None:
    known = (OF_EXPORT, OF_PACKAGE, OF_KEY, OF_WEBHOOK, OF_WAREHOUSE, *OF_THE_ACCOUNT)
    unknown = sorted({place_of(page) for page in RECORD_PAGES} - {*known})
    assert unknown == [], "add whose id it is to ids_of in tests/isolation/test_console.py"


@pytest.mark.parametrize("caller", OTHERS)
async def test_no_page_shows_or_changes_anything_for(
    caller: Caller, victim: Victim, stored: Stored, keys: Keys, rest_client: httpx.AsyncClient
) -> None:
    before = await stored.before()
    session = await session_of(rest_client, await keys.of(caller, frozenset()))
    assert session is not None
    found = []
    for page in [*OWN_PAGES, *RECORD_PAGES]:
        is_record = page in RECORD_PAGES
        if caller is Caller.OTHER_WAREHOUSE and (not is_record or place_of(page) in OF_THE_ACCOUNT):
            continue
        path = path_of(page, victim) if is_record else page.path.format(**REST_OF_PATH)
        status, content = await visit(rest_client, page, path, session, victim)
        found += [f"{page.method} {page.path} shows {mark}" for mark in victim.shown(content, path)]
        if status >= 500 or (is_record and status == 200):
            found.append(f"{page.method} {page.path} is {status}")
    await victim.settle()
    assert found == []
    assert before == await stored.after()


async def test_without_a_session_every_page_leads_to_the_sign_in(
    victim: Victim, stored: Stored, rest_client: httpx.AsyncClient
) -> None:
    before = await stored.before()
    for page in RECORD_PAGES:
        status, content = await visit(rest_client, page, path_of(page, victim), None, victim)
        assert (status, content) == (303, b""), page.path
    assert before == await stored.after()


@pytest.mark.parametrize("caller", [Caller.EXPIRED, Caller.REVOKED, Caller.NO_KEY])
async def test_no_session_is_opened_by(caller: Caller, keys: Keys, rest_client: httpx.AsyncClient) -> None:
    assert await session_of(rest_client, await keys.of(caller, frozenset())) is None


async def test_the_rightful_caller_is_shown_what_the_others_ask_for(
    victim: Victim, rest_client: httpx.AsyncClient
) -> None:
    session = await session_of(rest_client, victim.system.api_key)
    for page in RECORD_PAGES:
        is_read = page.method == "GET" and not page.streams and not page.stays_open
        if is_read and place_of(page) in (OF_EXPORT, OF_PACKAGE):
            status, _ = await visit(rest_client, page, path_of(page, victim), session, victim)
            assert status == 200, page.path
