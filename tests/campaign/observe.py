"""Reads what is left when a campaign has ended: from the owners' tables, and as a client is shown it."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Mapping, Sequence
from email.parser import BytesHeaderParser
from typing import Any

import httpx

from entrygo.messaging.event_log import event_of
from tests.campaign.accounts import Account
from tests.campaign.client import open_http
from tests.campaign.cluster import Cluster
from tests.campaign.final_state import Event, Export, FinalState, Mail, Order, Package, Submission

SETTLE_SECONDS = 60.0
POLL_SECONDS = 0.25
AT_ONCE = 8
BUSY_ATTEMPTS = 20
# Documents are read of so many packages at most, spread over all of them: a long campaign has thousands.
READ_PACKAGES = 60
# What changes by itself; none of it is left when everything has settled.
UNDER_WAY = """
SELECT 'export ' || export_id || ' is ' || state AS what FROM planning.exports WHERE state = 'EXECUTING'
UNION ALL SELECT 'execution of ' || export_id || ' is ' || step FROM execution.executions
    WHERE finished_at IS NULL
UNION ALL SELECT 'submission ' || id || ' is ' || status FROM execution.broker_submissions
    WHERE status IN ('prepared', 'sending')
UNION ALL SELECT 'the outbox of sync holds ' || count(*) FROM sync.outbox HAVING count(*) > 0
UNION ALL SELECT 'the outbox of planning holds ' || count(*) FROM planning.outbox HAVING count(*) > 0
UNION ALL SELECT 'the outbox of execution holds ' || count(*) FROM execution.outbox HAVING count(*) > 0
UNION ALL SELECT 'the list shows ' || owned.export_id || ' as ' || coalesce(shown.state, 'nothing')
    FROM planning.exports owned LEFT JOIN inspection.exports shown USING (account_id, mode, export_id)
    WHERE owned.state IS DISTINCT FROM shown.state
"""


async def settled(cluster: Cluster, seconds: float = SETTLE_SECONDS) -> tuple[float, Sequence[str]]:
    """How long it took until nothing was under way; and what still is, when that is longer than `seconds`."""
    began = time.monotonic()
    while True:
        left = [row["what"] for row in await cluster.fetch(UNDER_WAY)]
        took = time.monotonic() - began
        if not left or took > seconds:
            return took, left
        await asyncio.sleep(POLL_SECONDS)


async def observe(cluster: Cluster, accounts: Sequence[Account], unsettled: Sequence[str]) -> FinalState:
    """Everything the checker looks at."""
    [counts] = await cluster.fetch(
        "SELECT (SELECT count(*) FROM sync.outbox) + (SELECT count(*) FROM planning.outbox)"
        " + (SELECT count(*) FROM execution.outbox) AS outbox,"
        " (SELECT count(*) FROM inspection.dead_letters) AS dead_letters"
    )
    async with open_http() as http:
        shown = [await _shown(cluster, account, http) for account in accounts]
        return FinalState(
            orders=await _orders(cluster),
            exports=await _exports(cluster, {key: row for found in shown for key, row in found.items()}),
            packages=await _packages(cluster, accounts, http),
            submissions=await _submissions(cluster),
            events=[*await _events(cluster, "planning"), *await _events(cluster, "execution")],
            mails=_mails(cluster),
            claims=[
                (row["account_id"], row["order_id"], row["export_id"])
                for row in await cluster.fetch(
                    "SELECT account_id, order_id, export_id FROM planning.order_claims"
                )
            ],
            outbox=counts["outbox"],
            dead_letters=counts["dead_letters"],
            unsettled=unsettled,
        )


Shown = Mapping[tuple[str, str], tuple[Any, Any]]


async def _shown(cluster: Cluster, account: Account, http: httpx.AsyncClient) -> Shown:
    """Each export of the list with its row, and what inspect says of it."""
    headers = {"authorization": f"Bearer {account.key}"}
    turns = asyncio.Semaphore(AT_ONCE)

    async def got(path: str) -> Any:
        async with turns:
            answer = await _got(http, f"{cluster.gateways[0]}{path}", headers)
        return answer.json() if answer.status_code == 200 else None

    rows: dict[str, Any] = {}
    path: str | None = "/api/exports?limit=200"
    while path is not None:
        page = await got(path)
        if page is None:
            break
        rows |= {row["exportId"]: row for row in page["data"]}
        path = f"/api/exports?limit=200&cursor={page['nextCursor']}" if page["nextCursor"] else None
    owned = await cluster.fetch("SELECT export_id FROM planning.exports WHERE account_id = $1", account.id)
    names = sorted({row["export_id"] for row in owned} | set(rows))
    looks = await asyncio.gather(*(got(f"/api/exports/{name}") for name in names))
    return {(account.id, name): (rows.get(name), look) for name, look in zip(names, looks, strict=True)}


async def _got(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> httpx.Response:
    """The answer, asked for again while it is that of a system too busy to give one."""
    for _ in range(BUSY_ATTEMPTS):
        # The server may close a connection that was idle for too long in the moment we take it.
        with contextlib.suppress(httpx.RemoteProtocolError):
            answer = await http.get(url, headers=dict(headers))
            if answer.status_code not in (429, 503):
                return answer
            await asyncio.sleep(float(answer.headers["retry-after"]))
    return httpx.Response(503)


async def _orders(cluster: Cluster) -> list[Order]:
    rows = await cluster.fetch("SELECT account_id, id, external_id FROM sync.orders")
    return [Order(account=row["account_id"], id=row["id"], external_id=row["external_id"]) for row in rows]


async def _exports(cluster: Cluster, shown: Shown) -> list[Export]:
    rows = await cluster.fetch("SELECT account_id, export_id, state FROM planning.exports")
    exports = []
    for row in rows:
        listed, inspected = shown.get((row["account_id"], row["export_id"]), (None, None))
        exports.append(
            Export(
                account=row["account_id"],
                id=row["export_id"],
                state=row["state"],
                order_ids=tuple(inspected["snapshot"]["included_order_ids"]) if inspected else (),
                listed=listed,
                inspected=inspected,
            )
        )
    return exports


async def _packages(cluster: Cluster, accounts: Sequence[Account], http: httpx.AsyncClient) -> list[Package]:
    keys = {account.id: account.key for account in accounts}
    rows = await cluster.fetch(
        "SELECT p.account_id, p.id, p.export_id, p.number,"
        " array(SELECT filename FROM execution.artifacts a WHERE a.account_id = p.account_id"
        "       AND a.mode = p.mode AND a.package_id = p.id ORDER BY filename) AS names,"
        " array(SELECT sha256 FROM execution.artifacts a WHERE a.account_id = p.account_id"
        "       AND a.mode = p.mode AND a.package_id = p.id ORDER BY filename) AS digests"
        " FROM execution.customs_packages p"
    )
    turns = asyncio.Semaphore(AT_ONCE)

    every = max(1, len(rows) // READ_PACKAGES)

    async def read(place: int, row: Any) -> Package:
        documents = {}
        names = row["names"] if place % every == 0 else ()
        for name, promised in zip(names, row["digests"], strict=False):
            path = f"{cluster.gateways[0]}/api/customs-packages/{row['id']}/artifacts/{name}"
            headers = {"authorization": f"Bearer {keys[row['account_id']]}"}
            async with turns:
                answer = await _got(http, path, headers)
            found = hashlib.sha256(answer.content).hexdigest()
            documents[name] = (promised, found if answer.status_code == 200 else str(answer.status_code))
        return Package(
            account=row["account_id"],
            id=row["id"],
            export_id=row["export_id"],
            number=row["number"],
            documents=documents,
        )

    return list(await asyncio.gather(*(read(place, row) for place, row in enumerate(rows))))


async def _submissions(cluster: Cluster) -> list[Submission]:
    rows = await cluster.fetch(
        "SELECT account_id, id, export_id, status, attempts, recipient_email"
        " FROM execution.broker_submissions"
    )
    return [
        Submission(
            account=row["account_id"],
            id=row["id"],
            export_id=row["export_id"],
            status=row["status"],
            attempts=row["attempts"],
            recipient=row["recipient_email"],
        )
        for row in rows
    ]


async def _events(cluster: Cluster, source: str) -> list[Event]:
    rows = await cluster.fetch(f"SELECT account_id, stream_id, sequence, payload FROM {source}.event_log")
    return [
        Event(
            account=row["account_id"],
            source=source,
            export_id=row["stream_id"],
            sequence=row["sequence"],
            type=event_of(row["payload"]).type,
        )
        for row in rows
    ]


def _mails(cluster: Cluster) -> list[Mail]:
    parser = BytesHeaderParser()
    mails = []
    for content, envelope in zip(cluster.mail.accepted, cluster.mail.envelopes, strict=True):
        headers = parser.parsebytes(content)
        mails.append(
            Mail(
                submission_id=str(headers["X-EntryGo-Submission"]),
                export_id=str(headers["X-EntryGo-Export"]),
                message_id=str(headers["Message-ID"]),
                recipients=_recipients(envelope),
            )
        )
    return mails


def _recipients(commands: Sequence[str]) -> tuple[str, ...]:
    """Those of the last transaction among the commands of a session."""
    begins = max(
        (place for place, command in enumerate(commands) if command.upper().startswith("MAIL FROM")),
        default=0,
    )
    prefix = "RCPT TO:<"
    return tuple(
        command[len(prefix) :].split(">")[0]
        for command in commands[begins:]
        if command.upper().startswith(prefix)
    )
