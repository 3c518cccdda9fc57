"""Errors over HTTP: kind → status, once, and the one shape of the answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, Kind
from entrygo.gateway.schemas.errors import ErrorBody

STATUS_OF_KIND: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.INVALID: 400,
        Kind.UNAUTHENTICATED: 401,
        Kind.FORBIDDEN: 403,
        Kind.NOT_FOUND: 404,
        Kind.METHOD_NOT_ALLOWED: 405,
        Kind.CONFLICT: 409,
        Kind.KEY_REUSED: 409,
        Kind.IN_PROGRESS: 409,
        Kind.TOO_LARGE: 413,
        Kind.UNSUPPORTED: 415,
        Kind.RATE_LIMITED: 429,
        Kind.INTERNAL: 500,
        Kind.UNAVAILABLE: 503,
    }
)
RETRY_AFTER_SECONDS: Mapping[Kind, int] = MappingProxyType(
    {Kind.IN_PROGRESS: 1, Kind.RATE_LIMITED: 1, Kind.UNAVAILABLE: 1}
)


def error_body(error: EntryGoError) -> ErrorBody:
    """`{errorCode, message, field?, details?}` of an error."""
    body = ErrorBody(errorCode=error.error_code, message=error.message)
    if error.field is not None:
        body["field"] = error.field
    if error.details is not None:
        body["details"] = error.details
    return body


def error_response(error: EntryGoError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to `error`, with the headers that its kind asks for."""
    kind = error.error_kind
    sent = dict(headers or {})
    if kind is Kind.UNAUTHENTICATED:
        sent["www-authenticate"] = "Bearer"
    if kind in RETRY_AFTER_SECONDS:
        seconds = _retry_after(error, RETRY_AFTER_SECONDS[kind])
        sent["retry-after"] = str(seconds)
        sent |= _rate_headers(error.details or {}, seconds)
    return Response(
        orjson.dumps(error_body(error), default=str),
        status_code=STATUS_OF_KIND[kind],
        headers=sent,
        media_type="application/json",
    )


def _rate_headers(details: Mapping[str, Any], seconds: int) -> dict[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers) of the limit that was met."""
    if "limit" not in details or "quota" not in details:
        return {}
    name = f'"{details["limit"]}"'
    return {
        "ratelimit-policy": f"{name};q={details['quota']};w={details.get('windowSeconds', 1)}",
        "ratelimit": f"{name};r=0;t={seconds}",
    }


def _retry_after(error: EntryGoError, default: int) -> int:
    asked = (error.details or {}).get("retryAfterSeconds", default)
    return max(1, int(asked)) if isinstance(asked, int | float) else default
