"""Errors over gRPC: a status code by kind, and an ErrorDetail in google.rpc.Status, both ways."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType, TracebackType
from typing import Any

import grpc
import structlog
from google.protobuf import any_pb2, duration_pb2, json_format, struct_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from entrygo.domain.errors import (
    EntryGoError,
    InternalError,
    InvalidApiKey,
    Kind,
    PayloadTooLarge,
    RemoteError,
    ServiceUnavailable,
)
from entrygo.proto.common.v1 import common_pb2

log = structlog.get_logger(__name__)

DETAILS_KEY = "grpc-status-details-bin"

# Sent by our own clients, whose channels accept large trailers; others get long lists cut. A client as it
# comes takes 8 KiB of trailers, in base64: beyond it the call is RESOURCE_EXHAUSTED, whatever was wrong.
LARGE_ERRORS_KEY = "entrygo-large-errors"
MAX_LISTED = 50
MAX_STATUS_BYTES = 5_000
MAX_MESSAGE = 1_000  # characters
DEFAULT_RETRY_SECONDS = 1
PASSING_KINDS = frozenset({Kind.RATE_LIMITED, Kind.IN_PROGRESS, Kind.UNAVAILABLE})

STATUS_OF_KIND: Mapping[Kind, grpc.StatusCode] = MappingProxyType(
    {
        Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
        Kind.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
        Kind.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
        Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
        Kind.METHOD_NOT_ALLOWED: grpc.StatusCode.UNIMPLEMENTED,
        Kind.CONFLICT: grpc.StatusCode.FAILED_PRECONDITION,
        # Not to be retried, unlike ABORTED.
        Kind.KEY_REUSED: grpc.StatusCode.ALREADY_EXISTS,
        Kind.IN_PROGRESS: grpc.StatusCode.ABORTED,
        Kind.TOO_LARGE: grpc.StatusCode.OUT_OF_RANGE,
        Kind.UNSUPPORTED: grpc.StatusCode.UNIMPLEMENTED,
        Kind.RATE_LIMITED: grpc.StatusCode.RESOURCE_EXHAUSTED,
        Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
        Kind.INTERNAL: grpc.StatusCode.INTERNAL,
    }
)
KIND_OF_STATUS: Mapping[grpc.StatusCode, Kind] = MappingProxyType(
    {status: kind for kind, status in reversed(list(STATUS_OF_KIND.items()))}
)

_PASSING = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.ABORTED,
        # While releases are replaced: the peer's knows the method once it is replaced, too.
        grpc.StatusCode.UNIMPLEMENTED,
    }
)


def status_code(error: EntryGoError) -> grpc.StatusCode:
    """The gRPC status code of a kind of error."""
    return STATUS_OF_KIND[error.error_kind]


def status_details(error: EntryGoError, *, large: bool) -> bytes:
    """The google.rpc.Status of an error, for the trailer `grpc-status-details-bin`.

    Its details: an ErrorDetail, and for what passes by itself a google.rpc.RetryInfo.
    """
    if large or error.details is None:
        return _serialized(error, error.details)
    listed = MAX_LISTED
    serialized = _serialized(error, _shortened(error.details, listed))
    while len(serialized) > MAX_STATUS_BYTES and listed:
        listed = listed * 3 // 4
        serialized = _serialized(error, _shortened(error.details, listed))
    if len(serialized) > MAX_STATUS_BYTES:
        return _serialized(error, {"truncated": sorted(error.details)})
    return serialized


def _serialized(error: EntryGoError, details: Mapping[str, Any] | None) -> bytes:
    detail = common_pb2.ErrorDetail(
        error_code=error.error_code, message=error.message, field=error.field or ""
    )
    if details is not None:
        detail.details.CopyFrom(_struct(details))
    status = status_pb2.Status(
        code=status_code(error).value[0],
        message=error.message[:MAX_MESSAGE],
        details=[_packed(each) for each in (detail, *_retry_info(error))],
    )
    serialized: bytes = status.SerializeToString()
    return serialized


def _packed(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def _retry_info(error: EntryGoError) -> Sequence[Message]:
    """When a caller may come back: what REST says in Retry-After."""
    if error.error_kind not in PASSING_KINDS:
        return ()
    seconds = int((error.details or {}).get("retryAfterSeconds", DEFAULT_RETRY_SECONDS))
    return (error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=seconds)),)


def _struct(details: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(details), struct_pb2.Struct())


def _shortened(details: Mapping[str, Any], listed: int) -> dict[str, Any]:
    """The details with so many of each list, and the names of those that were cut."""
    short = {name: value[:listed] if isinstance(value, list) else value for name, value in details.items()}
    cut = sorted(name for name, value in details.items() if isinstance(value, list) and len(value) > listed)
    return short | {"truncated": cut} if cut else short


def remote(service: str) -> AbstractContextManager[None]:
    """Raises the EntryGoError of a failed call to `service` instead of grpc's own error."""
    return _Remote(service)


class _Remote:
    """A class, as every call has one: a generator takes three times as long."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, grpc.aio.AioRpcError):
            raise from_rpc_error(self._service, error) from error


@contextmanager
def remote_in_our_name(service: str) -> Iterator[None]:
    """As `remote`, for a call with our own credential: its refusal is an outage, no caller's fault."""
    try:
        with remote(service):
            yield
    except EntryGoError as error:
        if error.error_kind is not Kind.UNAUTHENTICATED:
            raise
        log.error("rpc.service_token_refused", service=service)
        raise unavailable(service) from error


def from_rpc_error(service: str, error: grpc.aio.AioRpcError) -> EntryGoError:
    """The EntryGoError of a failed call: the one that the service sent, else one by the status code."""
    detail = _detail_of(error)
    if detail is not None:
        return RemoteError(
            code=detail.error_code,
            kind=KIND_OF_STATUS.get(error.code(), Kind.INTERNAL),
            message=detail.message,
            field=detail.field or None,
            details=_whole_numbers(json_format.MessageToDict(detail.details))
            if detail.HasField("details")
            else None,
        )
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in (error.details() or ""):
        return PayloadTooLarge()
    if error.code() is grpc.StatusCode.UNAUTHENTICATED:
        return InvalidApiKey()
    if error.code() in _PASSING:
        return unavailable(service)
    return InternalError()


def unavailable(service: str) -> ServiceUnavailable:
    """The error of a call that `service` did not answer."""
    return ServiceUnavailable(f"The {service} service is not available right now; retry shortly.")


def _detail_of(error: grpc.aio.AioRpcError) -> common_pb2.ErrorDetail | None:
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY:
            for packed in status_pb2.Status.FromString(value).details:
                detail = common_pb2.ErrorDetail()
                if packed.Unpack(detail):
                    return detail
    return None


def _whole_numbers(value: Any) -> Any:
    """A Struct knows floats only: 5.0 was sent as 5."""
    if isinstance(value, dict):
        return {name: _whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
