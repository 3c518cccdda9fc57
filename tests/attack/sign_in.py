"""The console's door: guessed keys, foreign sites' forms, sessions made up, fixed, stolen or left over."""

import asyncio
import secrets
from collections.abc import Mapping

import httpx

from entrygo.domain.principal import ALL_SCOPES, Mode
from entrygo.gateway.console.cookies import PLAIN_NAME
from entrygo.identity.use_cases import create_key, revoke_key
from entrygo.process.clock import Ids, utc_now
from tests.attack.tally import Tally
from tests.attack.target import Target, unknown_key

CONNECTIONS = 8
PAUSE_SECONDS = 0.02
# A revoked key, and what it opened, is good for as long as it is remembered.
FORGOTTEN_SECONDS = 4.0
OWN, FOREIGN = {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "cross-site"}
BROWSER = {"accept": "text/html"}
PAGES = ("/", "/exports", "/records/orders", "/setup", "/files", "/webhooks", "/live")
WAYS_AWAY = (
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/\r\na: b",
)
FORMS = ("/files", "/logout", "/setup/webhooks", "/login")


async def try_the_console(target: Target, tally: Tally) -> None:
    """All of it, again and again."""
    async with target.http(CONNECTIONS) as http:
        http.headers.update(BROWSER)
        visits = 0
        while True:
            if visits % 20 == 0:
                # Before the next guesses, and once the last ones are forgotten.
                await asyncio.sleep(FORGOTTEN_SECONDS)
                await _use_a_session_wrongly(http, target, tally)
                await _outlive_the_key(http, target, tally)
            await _guess(http, tally)
            await _enter_with_made_up_sessions(http, target, tally)
            visits += 1
            await asyncio.sleep(PAUSE_SECONDS)


async def _guess(http: httpx.AsyncClient, tally: Tally) -> None:
    for key in (unknown_key().partition(" ")[2], "", "x" * 3_000, "a b", "é", "' OR 1=1 --", "\0"):
        answer = await _post(http, tally, "/login", {"key": key}, OWN)
        _must_not(tally, "a guessed key signed in", answer.status_code in (200, 303))


async def _enter_with_made_up_sessions(http: httpx.AsyncClient, target: Target, tally: Tally) -> None:
    for session in (f"eg_session_{secrets.token_urlsafe(32)}", "", "x" * 2_000, '"', target.victim.key_id):
        for page in PAGES:
            await _must_lead_to_the_sign_in(http, target, tally, page, session)


async def _use_a_session_wrongly(http: httpx.AsyncClient, target: Target, tally: Tally) -> None:
    """Of the victim's own key: what another site, or a thief after the sign-out, can do with it."""
    fixed = secrets.token_urlsafe(32)
    session = await _signed_in(http, tally, target.victim.system.api_key, fixed)
    if not session:
        # The guesses of this second were too many: nobody is signed in from here, and forms lead there.
        return
    _must_not(tally, "a session was fixed beforehand", session == fixed)
    for path in FORMS:
        answer = await _post(http, tally, path, {"key": "x"}, FOREIGN, session)
        _must_not(tally, f"a foreign site's form to {path} was taken", answer.status_code < 400)
        answer = await _post(http, tally, path, {"key": "x"}, {"origin": "https://evil.example"}, session)
        _must_not(tally, f"a form of another origin to {path} was taken", answer.status_code < 400)
    for way in WAYS_AWAY:
        answer = await _post(http, tally, "/login", {"key": target.victim.system.api_key, "next": way}, OWN)
        _must_not(tally, f"signing in led to {way}", answer.headers.get("location", "/") != "/")
    await _post(http, tally, "/logout", {}, OWN, session)
    await asyncio.sleep(FORGOTTEN_SECONDS)
    for page in PAGES:
        await _must_lead_to_the_sign_in(http, target, tally, page, session)


async def _outlive_the_key(http: httpx.AsyncClient, target: Target, tally: Tally) -> None:
    """A session, and its cookie as a bearer, end with the key that opened it."""
    account = target.victim.system.account_id
    key, secret = await create_key(
        target.keys.pool, Ids(), utc_now, account_id=account, mode=Mode.LIVE, scopes=ALL_SCOPES
    )
    session = await _signed_in(http, tally, secret)
    await revoke_key(target.keys.pool, utc_now, account_id=account, key_id=key.key_id)
    await asyncio.sleep(FORGOTTEN_SECONDS)
    for page in PAGES:
        await _must_lead_to_the_sign_in(http, target, tally, page, session)
    answer = await http.get("/api/exports", headers={"authorization": f"Bearer {session}"})
    tally.count_http(answer.status_code, answer.content, "a session after its key")
    _must_not(tally, "a session outlived its key on REST", answer.status_code == 200)


async def _signed_in(http: httpx.AsyncClient, tally: Tally, key: str, had: str = "") -> str:
    answer = await _post(http, tally, "/login", {"key": key}, OWN, had)
    return str(answer.cookies.get(PLAIN_NAME, ""))


async def _must_lead_to_the_sign_in(
    http: httpx.AsyncClient, target: Target, tally: Tally, page: str, session: str
) -> None:
    answer = await http.get(page, headers=_cookie(session))
    tally.count_http(answer.status_code, answer.content, page)
    tally.look_for(target.marks, answer.content, page, session.encode())
    _must_not(tally, f"{page} was shown to a session that is none", answer.status_code == 200)


async def _post(
    http: httpx.AsyncClient,
    tally: Tally,
    path: str,
    fields: Mapping[str, str],
    headers: Mapping[str, str],
    session: str = "",
) -> httpx.Response:
    # Cookies of answers are not kept: each request says which session it has.
    http.cookies.clear()
    answer = await http.post(path, data=dict(fields), headers={**headers, **_cookie(session)})
    tally.count_http(answer.status_code, answer.content, f"POST {path}")
    return answer


def _cookie(session: str) -> dict[str, str]:
    return {"cookie": f"{PLAIN_NAME}={session}"} if session.isascii() and session else {}


def _must_not(tally: Tally, what: str, happened: bool) -> None:
    if happened:
        tally.leaks.append(what)
