"""Metadata of a call to the next service: the caller's credential, the request id and the deadline."""

import time
from contextvars import ContextVar

from entrygo.domain.principal import Principal, Visible
from entrygo.identity import on_behalf
from entrygo.identity.authenticator import SERVICE_SCHEME
from entrygo.identity.current import principal
from entrygo.process.tracing import trace_metadata
from entrygo.rpc.errors import LARGE_ERRORS_KEY

AUTHORIZATION = "authorization"
REQUEST_ID = "x-request-id"

DEFAULT_SECONDS = 10.0
# Kept back from the caller's deadline, so that our answer still reaches it.
RESERVE_SECONDS = 0.2

Metadata = tuple[tuple[str, str], ...]

_DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)
_REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


def bind_request_id(request_id: str) -> None:
    """Notes the request's id for the task that handles it."""
    _REQUEST_ID.set(request_id)


def bind_deadline(seconds: float | None) -> None:
    """Notes how long the task that handles the request has, in seconds; None: no limit."""
    _DEADLINE.set(None if seconds is None else time.monotonic() + seconds)


def request_id() -> str:
    return _REQUEST_ID.get()


def remaining_seconds(default: float = DEFAULT_SECONDS) -> float:
    """Seconds for the next call: what is left of the caller's deadline, less a reserve; at most `default`."""
    deadline = _DEADLINE.get()
    if deadline is None:
        return default
    return max(min(deadline - time.monotonic() - RESERVE_SECONDS, default), 0.001)


def caller_metadata() -> Metadata:
    """Metadata of a further call with the credential of the present one."""
    caller = principal()
    return (
        (AUTHORIZATION, caller.authorization),
        *on_behalf.caller_metadata(caller),
        (REQUEST_ID, request_id()),
        (LARGE_ERRORS_KEY, "1"),
        *trace_metadata(),
    )


def on_behalf_metadata(token: str, caller: Principal) -> Metadata:
    """Metadata of a step between services: their own credential, and the caller with scopes and warehouse."""
    return (
        (AUTHORIZATION, SERVICE_SCHEME + token),
        *on_behalf.caller_metadata(caller),
        (REQUEST_ID, request_id()),
        (LARGE_ERRORS_KEY, "1"),
        *trace_metadata(),
    )


def service_metadata(token: str, visible: Visible | None) -> Metadata:
    """Metadata of background work: the services' own credential and its scope (None: every account)."""
    return (
        (AUTHORIZATION, SERVICE_SCHEME + token),
        *on_behalf.visible_metadata(visible),
        (LARGE_ERRORS_KEY, "1"),
        *trace_metadata(),
    )
