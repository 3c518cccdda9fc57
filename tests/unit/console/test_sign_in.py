"""Signing in and out: what the browser gets, what it never gets, and whose forms are taken."""

import re
from pathlib import Path

import httpx
import pytest

from entrygo.cli.up.home import Home
from entrygo.gateway.app import create_app
from entrygo.gateway.settings import GatewaySettings
from tests.fakes import KEY, FakeServices
from tests.unit.console.conftest import BROWSER

COOKIE = "entrygo_session"


async def test_browser_without_a_session_is_led_to_the_sign_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    answer = await browser.get("/exports/batch_1")
    assert answer.headers["location"] == "/login?next=/exports/batch_1"


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
@pytest.mark.parametrize("path", ["/", "/login", "/exports/batch_1", "/files/templates/orders.csv"])
async def test_program_finds_no_console(browser: httpx.AsyncClient, path: str, accept: str) -> None:
    answer = await browser.get(path, headers={"accept": accept})
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")


async def test_key_becomes_a_session_and_is_nowhere_in_what_the_browser_gets(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.post("/login", data={"key": f" {KEY} ", "next": "/exports/batch_1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/exports/batch_1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=shpbndl_session_")
    for mark in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age="):
        assert mark in cookie
    assert KEY not in str(answer.headers)
    page = await browser.get("/")
    assert page.status_code == 200
    assert KEY not in page.text
    assert browser.cookies[COOKIE] not in page.text


async def test_cookie_over_https_is_for_this_host_and_https_alone(services: FakeServices) -> None:
    transport = httpx.ASGITransport(create_app(GatewaySettings(), services=services))
    async with httpx.AsyncClient(transport=transport, base_url="https://gateway", headers=BROWSER) as browser:
        answer = await browser.post("/login", data={"key": KEY})
        assert answer.headers["set-cookie"].startswith(f"__Host-{COOKIE}=")
        assert "Secure" in answer.headers["set-cookie"]
        assert (await browser.get("/")).status_code == 200


@pytest.mark.parametrize("key", ["", "shpbndl_live_wrong", "ключ", "x" * 600])
async def test_wrong_key_is_refused_in_words(browser: httpx.AsyncClient, key: str) -> None:
    answer = await browser.post("/login", data={"key": key})
    assert answer.status_code == 401
    assert "No such key works here" in answer.text
    assert "set-cookie" not in answer.headers
    assert not key or key not in answer.text


async def test_wrong_keys_are_counted_like_those_of_programs(browser: httpx.AsyncClient) -> None:
    answers = [await browser.post("/login", data={"key": f"shpbndl_live_{n}"}) for n in range(30)]
    assert {answer.status_code for answer in answers} == {401, 429}


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\nb", ""],
)
async def test_sign_in_leads_nowhere_else(browser: httpx.AsyncClient, target: str) -> None:
    answer = await browser.post("/login", data={"key": KEY, "next": target})
    assert answer.headers["location"] == "/"
    assert "evil" not in (await browser.get("/login", params={"next": target})).text


async def test_signing_out_ends_the_session_for_every_copy_of_it(clerk: httpx.AsyncClient) -> None:
    session = clerk.cookies[COOKIE]
    answer = await clerk.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in clerk.cookies
    kept = await clerk.get("/", headers={"cookie": f"{COOKIE}={session}"})
    assert kept.status_code == 303


async def test_key_in_the_cookie_is_no_session(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/exports/batch_1", headers={"cookie": f"{COOKIE}={KEY}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/exports/batch_1")


async def test_session_that_is_over_leads_back_to_the_page_after_signing_in(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    services.accounts = {}
    answer = await clerk.get("/exports/batch_1")
    assert answer.headers["location"] == "/login?next=/exports/batch_1&ended"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "Your session has ended" in (await clerk.get("/login?ended")).text


async def test_part_of_a_page_sends_the_whole_page_to_the_sign_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/login")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {},
    ],
)
async def test_form_of_another_site_is_refused(browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
    del browser.headers["sec-fetch-site"]
    for path in ("/login", "/logout"):
        answer = await browser.post(path, data={"key": KEY}, headers=headers)
        assert answer.status_code == 403
        assert "not sent by a page of this console" in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://gateway"}]
)
async def test_form_of_our_own_page_is_taken(browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
    del browser.headers["sec-fetch-site"]
    assert (await browser.post("/login", data={"key": KEY}, headers=headers)).status_code == 303


async def test_pages_have_no_inline_script_or_style_and_let_nothing_in(clerk: httpx.AsyncClient) -> None:
    for path in ("/", "/login"):
        answer = await clerk.get(path)
        assert not re.search(r"<script(?![^>]* src=\"/assets/)|<style|style=|\son\w+=|https?://", answer.text)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"


async def test_style_and_scripts_are_kept_until_they_change(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/login")).text
    assets = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page))
    assert {asset.rpartition("/")[2] for asset in assets} == {
        "console.css",
        "console.js",
        "htmx.min.js",
        "hx-sse.min.js",
        "icon.svg",
    }
    for asset in assets:
        answer = await browser.get(asset)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert (await browser.get("/assets/0000000000000000/console.css")).status_code == 404


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/exports/batch_1/execute", "next=/exports/batch_1&"),
        ("/setup/brokers/br_1", "next=/setup/brokers/br_1&"),
        ("/setup/brokers/br_1/test", "next=/setup/brokers/br_1&"),
        ("/setup/keys/key_1/rotate", "next=/setup/keys&"),
        ("/files/columns", "next=/files&"),
        ("/plan", "next=/files&"),
    ],
)
async def test_a_form_that_came_after_the_end_of_a_session_leads_back_to_its_page(
    browser: httpx.AsyncClient, form: str, page: str
) -> None:
    answer = await browser.post(form, data={"reason": "x"})
    assert answer.headers["location"] == f"/login?{page}ended=form"
    shown = (await browser.get(answer.headers["location"])).text
    assert "What you sent just now was not taken" in shown
    back = await browser.post("/login", data={"key": KEY, "next": page.removeprefix("next=").rstrip("&")})
    missing = (await browser.get(back.headers["location"])).text
    assert "There is no such path" not in missing


@pytest.mark.parametrize("path", ["/export", "/setup/nothing", "/api/nothing"])
async def test_browser_at_a_path_that_there_is_not_is_shown_a_page_and_a_program_json(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page." in answer.text
    answer = await browser.get(path, headers={"accept": "*/*"})
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")
    assert (await browser.post(path)).json()["errorCode"] == "NOT_FOUND"


async def test_sign_in_says_where_the_key_of_the_demo_account_is_written(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/login")).text
    file = Home(Path(".entrygo")).env_file.relative_to(Path.cwd())
    assert f"<code>{file}</code> (<code>ENTRYGO_API_KEY</code>)" in page
