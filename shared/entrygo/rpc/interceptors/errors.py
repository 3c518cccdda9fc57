"""Turns what a handler raises into a status with details; what nobody foresaw stays in the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import structlog

from entrygo.domain.errors import EntryGoError, InternalError
from entrygo.rpc.errors import DETAILS_KEY, LARGE_ERRORS_KEY, status_code, status_details
from entrygo.rpc.interceptors.wrapping import Context, WrappingInterceptor

log = structlog.get_logger(__name__)


class ErrorInterceptor(WrappingInterceptor):
    """Outside deadline and auth, because they refuse calls as well."""

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Ends the call with the status of what was raised.

        The status is set, and nothing raised on: gRPC keeps the error of an abort with the call, and its
        traceback with it, so that a large message stayed until the garbage collector came by.
        """
        try:
            yield
        except EntryGoError as error:
            _end(context, error)
        except (grpc.aio.AbortError, grpc.aio.UsageError):
            raise
        except Exception:
            log.exception("rpc.failed", method=method)
            _end(context, InternalError())


def _end(context: Context, error: EntryGoError) -> None:
    large = any(key == LARGE_ERRORS_KEY for key, _ in context.invocation_metadata() or ())
    context.set_code(status_code(error))
    context.set_details(error.message[:1000])
    context.set_trailing_metadata(((DETAILS_KEY, status_details(error, large=large)),))
