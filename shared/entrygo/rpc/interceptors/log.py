"""One log line and one count per RPC: method, status, duration, request id and account.

Never a payload, never a credential.
"""

import secrets
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import grpc
import structlog

from entrygo.process.logging import bind_request
from entrygo.process.tracing import TRACEPARENT, Span, inner_span, span
from entrygo.rpc.calls import REQUEST_ID, bind_request_id, request_id
from entrygo.rpc.interceptors.handlers import STANDARD_PREFIX, Context
from entrygo.rpc.metrics import observe

MAX_ID_LENGTH = 128
# What OpenTelemetry takes for a failure of the server; the others are the caller's.
FAILURES = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as it came: the caller waits since then, also while its key is looked up."""

    method: str
    started: float
    traceparent: str | None

    def span(self) -> AbstractContextManager[Span]:
        """The call as a step of its request. A health watch, which lasts for hours, is no request."""
        if self.method.startswith(STANDARD_PREFIX):
            return inner_span(self.method)
        noted = {"rpc.system.name": "grpc", "entrygo.request_id": request_id()}
        return span(self.method, "server", self.traceparent, noted)

    def record(self, status: str, step: Span) -> None:
        """Writes the line and the count: status and duration are those that the caller sees."""
        seconds = time.perf_counter() - self.started
        observe(self.method, status, seconds)
        step.note("rpc.response.status_code", status)
        if status in FAILURES:
            step.fail()
        log.info("rpc.request", method=self.method, status=status, milliseconds=round(seconds * 1000, 1))


def arrived(method: str, metadata: Mapping[str, str | bytes]) -> Arrival:
    """Names the request, before anybody has a reason to log something about it."""
    named = str(metadata.get(REQUEST_ID, ""))[:MAX_ID_LENGTH] or f"req_{secrets.token_hex(12)}"
    bind_request_id(named)
    bind_request(named)
    parent = metadata.get(TRACEPARENT)
    return Arrival(method, time.perf_counter(), None if parent is None else str(parent))


def status_name(context: Context) -> str:
    """What the caller gets, by gRPC's name for it."""
    code = context.code()
    number = code.value[0] if isinstance(code, grpc.StatusCode) else int(code or 0)
    return STATUS_NAMES.get(number, "UNKNOWN")
