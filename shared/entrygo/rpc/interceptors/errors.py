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
        """Ends the call with the status of what was raised."""
        try:
            yield
        except EntryGoError as error:
            await _abort(context, error)
        except (grpc.aio.AbortError, grpc.aio.UsageError):
            raise
        except Exception:
            log.exception("rpc.failed", method=method)
            await _abort(context, InternalError())


async def _abort(context: Context, error: EntryGoError) -> None:
    large = any(key == LARGE_ERRORS_KEY for key, _ in context.invocation_metadata() or ())
    trailers = ((DETAILS_KEY, status_details(error, large=large)),)
    await context.abort(status_code(error), error.message[:1000], trailing_metadata=trailers)
