"""Receives the body of a request whose sender is known, within the bytes that may be held."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from entrygo.domain.errors import PayloadTooLarge
from entrygo.requests.budget import Budget


@asynccontextmanager
async def received(request: Request, key: str, *, limit: int, budget: Budget) -> AsyncIterator[bytes]:
    """The whole body, counted against `budget` under the name `key` until the block is left.

    Raises PayloadTooLarge above `limit` bytes, whatever the client announced.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            if size + len(chunk) > limit:
                raise _too_large(limit)
            budget.take(key, len(chunk))
            size += len(chunk)
            chunks.append(chunk)
        content = b"".join(chunks)
        # The body is held once, as it is counted.
        chunks.clear()
        yield content
    finally:
        budget.give_back(key, size)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body is larger than {limit} bytes.", details={"limitBytes": limit})
