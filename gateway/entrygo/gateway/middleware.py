"""What surrounds every request, as pure ASGI; the order, with its reasons, is in app.create_app."""

import asyncio
import re
import time
from collections.abc import Callable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrygo.domain.errors import EntryGoError, InternalError, InvalidRequest, ServiceUnavailable
from entrygo.gateway.errors import error_response
from entrygo.gateway.metrics import observe
from entrygo.process.logging import bind_request
from entrygo.process.tracing import TRACEPARENT, Span, span

# Where the status of an answer stands in its scope, once it has begun.
STATUS = "entrygo.status"
_TRACEPARENT = TRACEPARENT.encode()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:@+/=-]{1,128}")
# Asked by what supervises the process; a 503 of theirs is no news.
PROBES = frozenset({"/livez", "/readyz"})
STOPPING = "The gateway is stopping; retry with the same idempotency key."

log = structlog.get_logger(__name__)


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of a name, in lower case; None without any."""
    for each, value in scope["headers"]:
        if each == name:
            return str(value, "latin-1")
    return None


class RequestContext:
    """Outermost: gives the request its id, the answer its common headers, and writes the log line."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        new_request_id: Callable[[], str],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._app = app
        self._is_stopping = is_stopping
        self._new_request_id = new_request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        scope["entrygo.request_id"] = request_id
        bind_request(request_id)
        started = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope[STATUS] = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers.setdefault("cache-control", "no-store")
                headers["x-content-type-options"] = "nosniff"
                if self._is_stopping():
                    # The client's next request goes elsewhere, rather than into a closing connection.
                    headers["connection"] = "close"
            await send(message)

        context = header(scope, _TRACEPARENT)
        with span(scope["method"], "server", context, {"entrygo.request_id": request_id}) as step:
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                self._record(scope, scope.get(STATUS, 0), time.perf_counter() - started, step)

    def _request_id(self, scope: Scope) -> str:
        given = header(scope, b"x-request-id") or ""
        return given if _REQUEST_ID.fullmatch(given) else self._new_request_id()

    def _record(self, scope: Scope, status: int, seconds: float, step: Span) -> None:
        route = scope.get("entrygo.route", "unknown")
        observe(scope["method"], route, status, seconds)
        step.rename(f"{scope['method']} {route}")
        step.note("http.route", route)
        step.note("http.response.status_code", status)
        if status >= 500:
            step.fail()
        write = log.debug if route in PROBES else log.warning if status >= 500 else log.info
        write(
            "http.request",
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )


class ErrorBoundary:
    """Within RequestContext: answers every error in the one shape; what nobody foresaw stays in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            # The server ends and has waited as long as it does. Its own last word would be plain text.
            if STATUS in scope:
                raise
            await error_response(ServiceUnavailable(STOPPING), {"connection": "close"})(scope, receive, send)
        except ClientDisconnect:
            log.debug("http.client_left")
        except Exception as error:
            # No name of this frame keeps the error: its traceback knows the frame, so that the two, and all
            # that was read of the body, would stay until the garbage collector comes by.
            if STATUS not in scope:
                await error_response(_known(error))(scope, receive, send)
            else:
                # Too late for an error answer: the server closes the connection, so that the
                # client sees a body shorter than its Content-Length.
                log.warning("http.answer_cut", code=_known(error).error_code)


def _known(error: Exception) -> EntryGoError:
    if isinstance(error, EntryGoError):
        return error
    log.error("http.failed", exc_info=error)
    return InternalError()


class OneHost:
    """Refuses a request that names two hosts, or none: whoever routed it may have read another one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            hosts = sum(name == b"host" for name, _ in scope["headers"])
            if hosts > 1 or (hosts == 0 and scope["http_version"] != "1.0"):
                raise InvalidRequest("Send one Host header.")
        await self._app(scope, receive, send)
