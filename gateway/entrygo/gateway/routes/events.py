"""What happened: page by page, or as a stream of server-sent events."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from entrygo.domain.errors import EntryGoError, ExportNotFound, NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples import feed
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.schemas.events import EventPage, EventQuery, StreamQuery
from entrygo.gateway.waiting import EndOfStream, LiveReader, wait_asked
from entrygo.proto.inspection.v1 import inspection_pb2

MISSING = ExportNotFound().message
# Of what is there when a stream begins, read at once.
PAGE = 100
# Before proxies take a silent stream for a dead one.
HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b": \n\n"
# How long a client waits before it opens an ended stream again.
RETRY = b"retry: 2000\n\n"
STREAM_HEADERS = {"x-accel-buffering": "no"}
EVENT_STREAM = "text/event-stream"
# They end no line of a stream, but many readers take them so; in JSON they stand within texts alone.
ESCAPED = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


async def list_events(exchange: Exchange) -> Response:
    """GET /api/events: a page of the account's events in the order in which they came, from a cursor on."""
    query = exchange.query(EventQuery)
    request = inspection_pb2.ListEventsRequest(
        limit=query.limit or 0,
        cursor=query.cursor or "",
        types=_types(query.type),
        export_id=query.export_id or "",
    )
    found = await exchange.read(exchange.services.inspection.ListEvents, request)
    return json_answer(
        {
            "data": [orjson.Fragment(event.body_json.encode()) for event in found.data],
            "hasMore": found.has_more,
            "nextCursor": found.next_cursor,
        }
    )


async def stream_events(exchange: Exchange) -> Response:
    """GET /api/events/stream: the account's events as server-sent ones, from now or from a cursor on."""
    return await _stream(exchange, "", exchange.query(StreamQuery))


async def stream_export(exchange: Exchange) -> Response:
    """GET /api/exports/{id}/stream: an export's events from its first; 404 before the stream begins."""
    export_id, query = exchange.path_id(MISSING), exchange.query(StreamQuery)
    known = inspection_pb2.InspectExportRequest(export_id=export_id)
    await exchange.read(exchange.services.inspection.InspectExport, known)
    return await _stream(exchange, export_id, query)


async def _stream(exchange: Exchange, export_id: str, query: StreamQuery) -> Response:
    """Refuses what is wrong, or too much, while there is still a status to say it with."""
    cursor = exchange.request.headers.get("last-event-id") or query.cursor or ""
    types = _types(query.type)
    seconds = wait_asked(exchange.request)
    is_head = exchange.request.method == "HEAD"
    if seconds != 0 and not is_head:
        watch = inspection_pb2.WatchEventsRequest(
            cursor=cursor, types=types, export_id=export_id, tell_start=not cursor
        )
        reader = await exchange.live(exchange.services.inspection.WatchEvents, watch)
        return LiveResponse(reader, _frames(reader, seconds or exchange.longest_stream_seconds))
    asked = inspection_pb2.ListEventsRequest(limit=PAGE, cursor=cursor, types=types, export_id=export_id)
    first = await exchange.read(exchange.services.inspection.ListEvents, asked)
    if is_head:
        return Response(headers=STREAM_HEADERS, media_type=EVENT_STREAM)
    # One export has a beginning; an account's events are listened to from now on.
    frames = _frames_so_far(exchange, asked, first if cursor or export_id else None)
    return StreamingResponse(frames, headers=STREAM_HEADERS, media_type=EVENT_STREAM)


class LiveResponse(StreamingResponse):
    """Ends its call whatever becomes of it: a body that nobody asked for was never begun."""

    def __init__(self, reader: LiveReader[inspection_pb2.FeedEvent], frames: AsyncIterator[bytes]) -> None:
        super().__init__(frames, headers=STREAM_HEADERS, media_type=EVENT_STREAM)
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As StreamingResponse."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._reader.close()


async def _frames_so_far(
    exchange: Exchange,
    asked: inspection_pb2.ListEventsRequest,
    page: inspection_pb2.ListEventsResponse | None,
) -> AsyncIterator[bytes]:
    """What there is, for who does not wait."""
    yield RETRY
    with contextlib.suppress(EntryGoError):
        while page is not None:
            for event in page.data:
                yield _frame(event)
            asked.cursor = page.next_cursor
            inspection = exchange.services.inspection
            page = await exchange.read(inspection.ListEvents, asked) if page.has_more else None


async def _frames(reader: LiveReader[inspection_pb2.FeedEvent], seconds: float) -> AsyncIterator[bytes]:
    """What there is and then what comes, until the time is over, the gateway stops or inspection goes away:
    then the client comes again."""
    ends_at = asyncio.get_running_loop().time() + seconds
    yield RETRY
    with contextlib.suppress(EntryGoError, EndOfStream):
        while (left := ends_at - asyncio.get_running_loop().time()) > 0:
            event = await reader.next(min(left, HEARTBEAT_SECONDS))
            if event is None and reader.is_stopping:
                return
            yield HEARTBEAT if event is None else _frame(event)


def _frame(event: inspection_pb2.FeedEvent) -> bytes:
    """Where the stream begins has an id and no data: readers keep it, and nothing is dispatched."""
    data = f"data: {event.body_json.translate(ESCAPED)}\n" if event.body_json else ""
    return f"id: {event.cursor}\n{data}\n".encode()


def _types(given: str | None) -> list[str]:
    return [each.strip() for each in (given or "").split(",") if each.strip()]


STREAM_NOTE = (
    " Server-sent events: each has the cursor as its `id` and `{type, timestamp, data}` as its data. Without"
    " Last-Event-ID the first has the `id` alone, which is where the stream begins. The"
    " stream ends after ten minutes or what an operator set instead, with `Prefer: wait=N` after N seconds"
    " (25 at most), and when the gateway stops; EventSource then comes again with Last-Event-ID."
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/events",
        handler=list_events,
        tag="Events",
        name="listEvents",
        summary="List events",
        description="What happened to exports, in the order in which it became known; oldest first. Ask again"
        " with nextCursor for what is new: it stays good through a rebuild, and as long as events are kept:"
        " 35 days, or what an operator set instead.",
        query=EventQuery,
        answer=EventPage,
        answer_example=feed.EVENT_PAGE,
    ),
    Endpoint(
        method="GET",
        path="/api/events/stream",
        handler=stream_events,
        tag="Events",
        name="streamEvents",
        summary="Listen to the events of an account",
        description="From now on, or after Last-Event-ID." + STREAM_NOTE,
        query=StreamQuery,
        media_type=EVENT_STREAM,
        stays_open=True,
    ),
    Endpoint(
        method="GET",
        path="/api/exports/{id}/stream",
        handler=stream_export,
        tag="Events",
        name="streamExport",
        summary="Listen to one export",
        description="From its first event that is kept, or after Last-Event-ID." + STREAM_NOTE,
        query=StreamQuery,
        media_type=EVENT_STREAM,
        stays_open=True,
        errors=(NotFound,),
        path_parameters={"id": "Export batch ID"},
    ),
)
