"""Today: what waits for whom, oldest first, and what is not as it should be."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from entrygo.domain.time import parse_rfc3339
from entrygo.gateway.console.missing import or_none
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.console.words import OVERDUE, Standing, Turn, standing
from entrygo.process.clock import utc_now
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.sync.v1 import sync_pb2

# Of each state the newest so many; more than that is not a day's work but a backlog, and the page says so.
LISTED = 200
OPEN = ("BATCHED", "EXECUTING", "FAILED", "COMPLETED")
STATES = (*OPEN, "CANCELLED", "WITHDRAWN", "SUPERSEDED")
DONE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One export in a column."""

    export_id: str
    standing: Standing
    orders: int
    warehouse: str
    broker: str
    since: str
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Exports that wait for the same side, oldest first."""

    turn: str
    title: str
    empty: str
    rows: Sequence[Row]


async def show(visit: Visit) -> Response:
    """GET /: whose turn it is, list by list, and how the parts of the system are."""
    return await _page(visit, "today.html")


async def show_part(visit: Visit) -> Response:
    """GET /part: what changes on the page, without its frame."""
    return await _page(visit, "today_body.html")


async def _page(visit: Visit, template: str) -> Response:
    services = visit.services
    lists, health, warehouses, brokers, webhooks = await asyncio.gather(
        _lists(visit),
        or_none(visit.read(services.inspection.SystemHealth, inspection_pb2.SystemHealthRequest())),
        or_none(visit.read(services.sync.ListWarehouses, sync_pb2.ListRequest(limit=LISTED))),
        or_none(visit.read(services.sync.ListBrokers, sync_pb2.ListRequest(limit=LISTED))),
        or_none(visit.read(services.webhooks.ListWebhooks, inspection_pb2.ListWebhooksRequest())),
    )
    found = [found for found in lists if found is not None]
    names = {
        record.id: record.name or record.external_id
        for page in (warehouses, brokers)
        if page is not None
        for record in page.data
    }
    now = utc_now()
    rows = [row_of(each, names, now) for page in found for each in page.data]
    return visit.page(
        template,
        columns=columns(rows, now),
        has_exports=bool(rows),
        # Of what is closed the newest are enough: no day has so many.
        is_cut=any(page.has_more for page in lists[: len(OPEN)] if page is not None),
        is_away=len(found) < len(STATES),
        given_up=[] if webhooks is None else [each for each in webhooks.data if _is_given_up(each)],
        troubles=[] if health is None else [part for part in health.components if part.status != "ok"],
    )


def _is_given_up(webhook: inspection_pb2.Webhook) -> bool:
    """Whether it was disabled because it took nothing, rather than by somebody."""
    return webhook.status == "disabled" and bool(webhook.failing_since)


async def _lists(visit: Visit) -> Sequence[inspection_pb2.ListExportsResponse | None]:
    requests = [inspection_pb2.ListExportsRequest(limit=LISTED, state=state) for state in STATES]
    lists = visit.services.inspection.ListExports
    return await asyncio.gather(*(or_none(visit.read(lists, request)) for request in requests))


def row_of(found: inspection_pb2.ExportSummary, names: dict[str, str], now: datetime) -> Row:
    """An export as a column shows it."""
    stands = standing(found.state, found.readiness_state, found.broker_submission_status)
    since = found.executed_at if found.HasField("executed_at") else found.created_at
    return Row(
        export_id=found.export_id,
        standing=stands,
        orders=found.order_count,
        warehouse=names.get(found.warehouse_id, found.warehouse_id),
        broker=names.get(found.broker_id, found.broker_id),
        since=since,
        is_overdue=stands.turn is Turn.BROKER and now - parse_rfc3339(since) > OVERDUE,
    )


def columns(rows: Sequence[Row], now: datetime) -> tuple[Column, ...]:
    """By whose turn it is. What is done stays for a day, newest first."""

    def of(turn: Turn) -> list[Row]:
        return sorted((row for row in rows if row.standing.turn is turn), key=lambda row: row.since)

    done = [row for row in of(Turn.NOBODY) if now - parse_rfc3339(row.since) < DONE_WITHIN]
    return (
        Column(turn="yours", title="Yours", empty="Nothing waits for you.", rows=of(Turn.YOURS)),
        Column(turn="ours", title="Under way", empty="Nothing is being sent.", rows=of(Turn.OURS)),
        Column(
            turn="broker",
            title="The broker’s",
            empty="No broker owes an answer.",
            rows=of(Turn.BROKER),
        ),
        Column(turn="nobody", title="Done today", empty="Nothing yet.", rows=done[::-1]),
    )


PAGES = (Page("GET", "/", show), Page("GET", "/part", show_part))
