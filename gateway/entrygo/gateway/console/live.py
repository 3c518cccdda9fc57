"""Lets an open page know that something moved, so that it fetches its part anew: server-sent events.

A page asks for its part when it connects, too, since it may have missed something before. Where the stream
cannot be had the page asks now and then, and without script somebody reloads it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from entrygo.domain.errors import EntryGoError
from entrygo.gateway.console.export_page import inspected
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.routes.events import HEARTBEAT, HEARTBEAT_SECONDS, RETRY, STREAM_HEADERS
from entrygo.gateway.waiting import EndOfStream
from entrygo.proto.inspection.v1 import inspection_pb2

MOVED = b"event: moved\ndata: \n\n"


async def of_export(visit: Visit) -> Response:
    """GET /exports/{id}/live: a server-sent event when the export moves; 404 before the stream begins."""
    found = await inspected(visit)
    return _stream(visit, found.export_id)


async def of_account(visit: Visit) -> Response:
    """GET /live: whatever moves in the account."""
    return _stream(visit, "")


def _stream(visit: Visit, export_id: str) -> Response:
    return StreamingResponse(_moves(visit, export_id), headers=STREAM_HEADERS, media_type="text/event-stream")


async def _moves(visit: Visit, export_id: str) -> AsyncIterator[bytes]:
    """Until the longest life of a stream, the gateway's stop, or inspection's absence; pages come again."""
    ends_at = asyncio.get_running_loop().time() + visit.longest_stream_seconds
    request = inspection_pb2.WatchEventsRequest(export_id=export_id)
    try:
        reader = await visit.live(visit.services.inspection.WatchEvents, request)
    except EntryGoError:
        yield RETRY + MOVED
        return
    try:
        yield RETRY + MOVED
        with contextlib.suppress(EntryGoError, EndOfStream):
            while (left := ends_at - asyncio.get_running_loop().time()) > 0 and not reader.is_stopping:
                event = await reader.next(min(left, HEARTBEAT_SECONDS))
                yield HEARTBEAT if event is None else MOVED
    finally:
        await reader.close()


PAGES = (
    Page("GET", "/exports/{id}/live", of_export, stays_open=True),
    Page("GET", "/live", of_account, stays_open=True),
)
