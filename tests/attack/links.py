"""A broker's link: guessed, altered, expired, signed by others, and used for what it does not open."""

import itertools
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import default

import httpx

from entrygo.cli.up.home import Home
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.signed_links import LinkSigner, RecipientSigner
from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.isolation.victim import Victim

CONNECTIONS = 8
LIFETIME = timedelta(days=90)
WAYS = ("", "/pack.zip", "/documents/manifest.json")
WAYS_OUT = (
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "..\\..\\state.json",
    "%00",
    "manifest.json%00.pdf",
    "x" * 3_000,
)
ANSWERS: tuple[dict[str, str], ...] = (
    {"decision": "accepted"},
    {"decision": "entered", "entry_number": "PA7-1234567-8"},
    {"decision": "rejected", "reason": "<script>alert(1)</script>" * 300},
    {"decision": "withdrawn"},
    {f"field{number}": "x" for number in range(500)},
    {"decision": "accepted", "reason": "x" * 100_000},
)
REFUSED = frozenset({400, 403, 404, 410, 413, 415, 429})


async def try_links(target: Target, tally: Tally) -> None:
    """Every wrong token on every page behind links, again and again; nothing of the victim may change."""
    victim = target.victim
    token = token_of(victim)
    before = await victim.rows()
    try:
        async with target.http(CONNECTIONS) as http:
            while True:
                for wrong, way in itertools.product(wrong_tokens(victim, token), WAYS):
                    await _try(http, target, tally, f"/broker/{wrong}{way}")
                    await _try(http, target, tally, f"/recipient/{wrong}{way}")
                    for fields in ANSWERS:
                        await _try(http, target, tally, f"/broker/{wrong}", fields)
                for way_out in WAYS_OUT:
                    await _try(http, target, tally, f"/broker/{token}/documents/{way_out}")
    finally:
        changed = before ^ await victim.rows()
        tally.leaks += [f"changed: {row[:200]}" for row in changed]


def token_of(victim: Victim) -> str:
    """The good one, from the mail about the package."""
    [mail, *_] = victim.system.mails_of(victim.done)
    body = BytesParser(policy=default).parsebytes(mail.read_bytes()).get_body(("plain",))
    assert body is not None
    found = re.search(r"/broker/(\S+)", body.get_content())
    assert found is not None
    return found[1]


def wrong_tokens(victim: Victim, token: str) -> Iterator[str]:
    """Of every kind some: none of them may open anything."""
    payload, signature = token.split(".")
    yield f"{secrets.token_urlsafe(60)}.{secrets.token_urlsafe(32)}"
    yield from (
        payload,
        f"{payload}.",
        f".{signature}",
        f"{payload}.{signature[:-1]}",
        f"{token}.{signature}",
    )
    for part, at in (("payload", 3), ("payload", 20), ("signature", 0), ("signature", 20)):
        whole = payload if part == "payload" else signature
        spoilt = whole[:at] + ("A" if whole[at] != "A" else "B") + whole[at + 1 :]
        yield f"{spoilt}.{signature}" if part == "payload" else f"{payload}.{spoilt}"
    secret, url = Home(victim.system.home).load_state().link_secret, victim.system.base_url
    tenant = Tenant(victim.system.account_id, Mode.LIVE)
    stranger = Tenant(victim.system.other_account_id, Mode.LIVE)
    now, ids = datetime.now(UTC), (victim.package_id, victim.submission_id)
    ours = LinkSigner([secret], public_url=url, lifetime=LIFETIME)
    links = [
        ours.link(tenant, *ids, now - 2 * LIFETIME),
        # Signed by us, as nobody but us can: another account's link with these ids, and of another purpose.
        ours.link(stranger, *ids, now),
        ours.link(tenant, ids[1], ids[0], now),
        RecipientSigner([secret], public_url=url, lifetime=LIFETIME).link(tenant, ids[1], now),
        LinkSigner(["guessed"], public_url=url, lifetime=LIFETIME).link(tenant, *ids, now),
        LinkSigner([""], public_url=url, lifetime=LIFETIME).link(tenant, *ids, now),
    ]
    yield from (link.url.rpartition("/")[2] for link in links)


async def _try(
    http: httpx.AsyncClient, target: Target, tally: Tally, path: str, fields: dict[str, str] | None = None
) -> None:
    answer = await http.get(path) if fields is None else await http.post(path, data=fields)
    asked = f"{'POST' if fields else 'GET'} {path[:100]}"
    tally.count_http(answer.status_code, answer.content, asked)
    tally.look_for((*target.marks, b"%PDF", b"root:x:"), answer.content, asked, path.encode())
    if answer.status_code not in REFUSED:
        tally.leaks.append(f"{asked} was answered with {answer.status_code}")
