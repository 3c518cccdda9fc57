"""What goes along with a call to the next service: who asks, which request it is, how long it may take."""

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
    """Notes how long the task that handles the request has; None: as long as it likes."""
    _DEADLINE.set(None if seconds is None else time.monotonic() + seconds)


def request_id() -> str:
    return _REQUEST_ID.get()


def remaining_seconds(default: float = DEFAULT_SECONDS) -> float:
    """The timeout for the next hop: what the caller still waits, less a reserve; `default` at most."""
    deadline = _DEADLINE.get()
    if deadline is None:
        return default
    return max(min(deadline - time.monotonic() - RESERVE_SECONDS, default), 0.001)


def caller_metadata() -> Metadata:
    """The call goes on with the credential it came with."""
    caller = principal()
    return (
        (AUTHORIZATION, caller.authorization),
        *on_behalf.caller_metadata(caller),
        (REQUEST_ID, request_id()),
        (LARGE_ERRORS_KEY, "1"),
        *trace_metadata(),
    )


def on_behalf_metadata(token: str, caller: Principal) -> Metadata:
    """A step of our own for a caller: the services' credential, and who is served with which rights."""
    return (
        (AUTHORIZATION, SERVICE_SCHEME + token),
        *on_behalf.caller_metadata(caller),
        (REQUEST_ID, request_id()),
        (LARGE_ERRORS_KEY, "1"),
        *trace_metadata(),
    )


def service_metadata(token: str, visible: Visible | None) -> Metadata:
    """Background work: the services' own credential, for what it may see (None: every account)."""
    return (
        (AUTHORIZATION, SERVICE_SCHEME + token),
        *on_behalf.visible_metadata(visible),
        (LARGE_ERRORS_KEY, "1"),
        *trace_metadata(),
    )
