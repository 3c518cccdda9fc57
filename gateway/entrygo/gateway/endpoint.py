"""An endpoint as one value: its route, what it takes, what it can answer. Routing and OpenAPI read it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from entrygo.domain.errors import (
    EntryGoError,
    IdempotencyConflict,
    IdempotencyInProgress,
    InsufficientScope,
    InternalError,
    InvalidAccountScope,
    InvalidApiKey,
    InvalidRequest,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    UnsupportedMediaType,
    ValidationFailed,
)
from entrygo.gateway.exchange import Exchange

Handler = Callable[[Exchange], Awaitable[Response]]

ALWAYS: tuple[type[EntryGoError], ...] = (
    InvalidApiKey,
    InsufficientScope,
    # For a query parameter that it does not have.
    ValidationFailed,
    RateLimited,
    InternalError,
    ServiceUnavailable,
)
WITH_BODY: tuple[type[EntryGoError], ...] = (
    InvalidRequest,
    PayloadTooLarge,
    UnsupportedMediaType,
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidAccountScope,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one path. `answer` is the type of the JSON that a 200 holds; None: bytes or events."""

    method: str
    path: str
    handler: Handler
    tag: str
    name: str
    summary: str
    description: str = ""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: Any = None
    media_type: str = "application/json"
    has_etag: bool = False
    # Whether it may wait for a server that is not ours, such as a broker's.
    is_patient: bool = False
    # Answers for as long as its reader listens.
    stays_open: bool = False
    # `Prefer: wait=N` waits for a change.
    may_wait: bool = False
    errors: tuple[type[EntryGoError], ...] = ()
    request_example: Mapping[str, Any] | None = None
    answer_example: Mapping[str, Any] | None = None
    path_parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def all_errors(self) -> tuple[type[EntryGoError], ...]:
        """Every error it can answer, in the order of their statuses."""
        own = [*self.errors, *ALWAYS]
        if self.body is not None:
            own += WITH_BODY
        return tuple(dict.fromkeys(own))
