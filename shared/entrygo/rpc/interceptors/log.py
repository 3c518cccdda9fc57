"""One line per RPC: method, outcome, duration, request id. Never a payload, never a credential."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from entrygo.rpc.interceptors.wrapping import Context, WrappingInterceptor

log = structlog.get_logger(__name__)


class LogInterceptor(WrappingInterceptor):
    """Outermost, so that it sees what the caller gets."""

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            log.debug(
                "rpc.handled",
                method=method,
                code=str(context.code() or 0),
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
