"""Gives every RPC a deadline and passes on what is left of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from entrygo.domain.errors import ServiceUnavailable
from entrygo.rpc.calls import bind_deadline
from entrygo.rpc.interceptors.wrapping import Context, WrappingInterceptor
from entrygo.rpc.streams import has_default_deadline

# For a caller that set none.
DEFAULT_SECONDS = 60.0


class DeadlineInterceptor(WrappingInterceptor):
    """Before auth, whose look-up must not outlive the caller either."""

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """The caller's deadline or ours; ServiceUnavailable once it has passed."""
        given = context.time_remaining()
        seconds = given if given is not None and given < 10**6 else None
        if seconds is None and has_default_deadline(method):
            seconds = DEFAULT_SECONDS
        bind_deadline(seconds)
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise ServiceUnavailable("The deadline passed before the request was done.") from error
