"""An error crosses gRPC and comes out as it went in."""

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AioRpcError, Metadata

from entrygo.domain import errors
from entrygo.gateway.errors import RETRY_AFTER_SECONDS
from entrygo.rpc.errors import (
    DETAILS_KEY,
    KIND_OF_STATUS,
    MAX_STATUS_BYTES,
    from_rpc_error,
    status_code,
    status_details,
)

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type)
    and issubclass(value, errors.EntryGoError)
    and value not in (errors.EntryGoError, errors.RemoteError)
]
# Only the gateway raises these: no service has a path, a method or a media type.
GATEWAY_ONLY = (errors.MethodNotAllowed, errors.UnsupportedMediaType)


def sent(error: errors.EntryGoError, *, large: bool = True) -> errors.EntryGoError:
    trailers = Metadata((DETAILS_KEY, status_details(error, large=large)))
    return from_rpc_error("planning", AioRpcError(status_code(error), Metadata(), trailers, error.message))


@pytest.mark.parametrize("kind", [cls for cls in CLASSES if cls not in GATEWAY_ONLY])
def test_error_arrives_with_code_kind_message_field_and_details(kind: type[errors.EntryGoError]) -> None:
    details = {"currentState": "COMPLETED", "count": 5, "ids": ["a", "b"], "none": None}
    arrived = sent(kind(field="orderIds.0", details=details))
    assert (arrived.error_code, arrived.error_kind) == (kind.code, kind.kind)
    assert (arrived.message, arrived.field, arrived.details) == (kind.__doc__, "orderIds.0", details)


@pytest.mark.parametrize("kind", [cls for cls in CLASSES if cls not in GATEWAY_ONLY])
def test_error_says_when_to_come_again_where_rest_does(kind: type[errors.EntryGoError]) -> None:
    status = status_pb2.Status.FromString(status_details(kind(), large=False))
    info = error_details_pb2.RetryInfo()
    unpacked = [info.retry_delay.seconds for each in status.details if each.Unpack(info)]
    seconds = RETRY_AFTER_SECONDS.get(kind.kind)
    assert unpacked == ([] if seconds is None else [seconds])


def test_error_without_details_arrives_without_details() -> None:
    arrived = sent(errors.NotFound("Export batch not found."))
    assert (arrived.message, arrived.field, arrived.details) == ("Export batch not found.", None, None)


def test_long_lists_are_cut_for_a_client_with_small_trailers_and_named() -> None:
    ids = [f"ord_{number}" for number in range(1000)]
    error = errors.InvalidOrderReference(details={"requestedOrderIds": ids, "foundOrderIds": []})
    assert (sent(error).details or {})["requestedOrderIds"] == ids
    cut = sent(error, large=False).details or {}
    assert cut["requestedOrderIds"] == ids[:50]
    assert cut["truncated"] == ["requestedOrderIds"]


def test_details_of_long_texts_are_cut_to_what_a_client_with_small_trailers_reads() -> None:
    issues = [{"path": f"events.{number}", "code": "x", "message": "中" * 300} for number in range(60)]
    error = errors.ValidationFailed(field="events.0", details={"issues": issues, "totalIssues": 60})
    assert len(status_details(error, large=False)) <= MAX_STATUS_BYTES
    cut = sent(error, large=False)
    assert (cut.error_code, cut.field) == ("VALIDATION_ERROR", "events.0")
    details = cut.details or {}
    assert details["issues"] == issues[: len(details["issues"])]
    assert len(details["issues"]) >= 3
    assert (details["truncated"], details["totalIssues"]) == (["issues"], 60)


def test_details_that_fit_in_no_small_trailer_are_named_alone() -> None:
    error = errors.ValidationFailed(field="items.0", details={"why": "x" * 6_000, "issues": []})
    assert sent(error, large=False).details == {"truncated": ["issues", "why"]}


@pytest.mark.parametrize(
    ("code", "details", "expected"),
    [
        (grpc.StatusCode.UNAVAILABLE, "connection refused", errors.ServiceUnavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", errors.ServiceUnavailable),
        (grpc.StatusCode.UNIMPLEMENTED, "Method not found!", errors.ServiceUnavailable),
        (grpc.StatusCode.UNAUTHENTICATED, "", errors.InvalidApiKey),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "Received message larger than max (9 vs. 8)",
            errors.PayloadTooLarge,
        ),
        (grpc.StatusCode.UNKNOWN, "secret stack trace", errors.InternalError),
    ],
)
def test_bare_status_becomes_the_error_it_stands_for(
    code: grpc.StatusCode, details: str, expected: type[errors.EntryGoError]
) -> None:
    error = from_rpc_error("sync", AioRpcError(code, Metadata(), Metadata(), details))
    assert type(error) is expected
    assert "secret" not in error.message


def test_every_kind_that_a_service_raises_has_a_status_of_its_own() -> None:
    kinds = {cls.kind for cls in CLASSES if cls not in GATEWAY_ONLY}
    assert kinds <= set(KIND_OF_STATUS.values())
