"""One log line and one count per RPC: method, status, duration, request id and account.

Never a payload, never a credential.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from contextvars import ContextVar

import grpc
import structlog

from entrygo.process.logging import bind_request
from entrygo.process.tracing import TRACEPARENT, Span, inner_span, span
from entrygo.rpc.calls import REQUEST_ID, bind_request_id, request_id
from entrygo.rpc.interceptors.wrapping import Context, Handler, WrappingInterceptor
from entrygo.rpc.metrics import observe

MAX_ID_LENGTH = 128
# gRPC's own services: health, reflection.
STANDARD_PREFIX = "/grpc."

# When the task at hand got its call.
_STARTED: ContextVar[float] = ContextVar("started")
# What OpenTelemetry takes for a failure of the server; the others are the caller's.
FAILURES = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}

log = structlog.get_logger(__name__)


class LogInterceptor(WrappingInterceptor):
    """Outermost: status and duration are those that the caller sees, the look-up of the key included."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Names the request before anybody has a reason to log something about it."""
        metadata = dict(handler_call_details.invocation_metadata or ())
        named = str(metadata.get(REQUEST_ID, ""))[:MAX_ID_LENGTH] or f"req_{secrets.token_hex(12)}"
        bind_request_id(named)
        bind_request(named)
        _STARTED.set(time.perf_counter())
        return await super().intercept_service(continuation, handler_call_details)

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Writes the line and the count, however the call ends."""
        cancelled = False
        with _span(method, context) as step:
            try:
                yield
            except (asyncio.CancelledError, GeneratorExit):
                cancelled = True
                raise
            finally:
                status = "CANCELLED" if cancelled else status_name(context)
                seconds = time.perf_counter() - _STARTED.get()
                observe(method, status, seconds)
                step.note("rpc.response.status_code", status)
                if status in FAILURES:
                    step.fail()
                log.info("rpc.request", method=method, status=status, milliseconds=round(seconds * 1000, 1))


def _span(method: str, context: Context) -> AbstractContextManager[Span]:
    """A health watch, which lasts for hours, is no request."""
    if method.startswith(STANDARD_PREFIX):
        return inner_span(method)
    given = dict(context.invocation_metadata() or ()).get(TRACEPARENT)
    parent = None if given is None else str(given)
    return span(method, "server", parent, {"rpc.system.name": "grpc", "entrygo.request_id": request_id()})


def status_name(context: Context) -> str:
    """What the caller gets, by gRPC's name for it."""
    code = context.code()
    number = code.value[0] if isinstance(code, grpc.StatusCode) else int(code or 0)
    return STATUS_NAMES.get(number, "UNKNOWN")
