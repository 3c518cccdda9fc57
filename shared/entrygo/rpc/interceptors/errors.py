"""Turns what a handler raises into a status with details; what nobody foresaw stays in the log."""

import grpc
import structlog

from entrygo.domain.errors import EntryGoError, InternalError, ServiceUnavailable
from entrygo.rpc.errors import DETAILS_KEY, LARGE_ERRORS_KEY, MAX_MESSAGE, status_code, status_details
from entrygo.rpc.interceptors.handlers import TOO_LATE, Context

log = structlog.get_logger(__name__)


def has_status(error: BaseException, method: str, context: Context) -> bool:
    """Ends the call with the status of an error; whether it has one. A cancellation, for one, has none.

    The status is set, and nothing is to be raised on: gRPC keeps the error of an abort with the call, and its
    traceback with it, so that a large message stayed until the garbage collector came by.
    """
    match error:
        case EntryGoError():
            _end(context, error)
        case TimeoutError():
            _end(context, ServiceUnavailable(TOO_LATE))
        case grpc.aio.AbortError() | grpc.aio.UsageError():
            return False
        case Exception():
            log.error("rpc.failed", method=method, exc_info=error)
            _end(context, InternalError())
        case _:
            return False
    return True


def _end(context: Context, error: EntryGoError) -> None:
    large = any(key == LARGE_ERRORS_KEY for key, _ in context.invocation_metadata() or ())
    context.set_code(status_code(error))
    context.set_details(error.message[:MAX_MESSAGE])
    context.set_trailing_metadata(((DETAILS_KEY, status_details(error, large=large)),))
