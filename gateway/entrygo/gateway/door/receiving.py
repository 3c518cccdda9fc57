"""Receives the body of a request whose sender is known, within the bytes that may be held."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from entrygo.domain.errors import PayloadTooLarge
from entrygo.requests.budget import Budget


@asynccontextmanager
async def received(request: Request, key: str, *, limit: int, budget: Budget) -> AsyncIterator[bytearray]:
    """The whole body, counted against `budget` under the name `key` until the block is left, and empty then:
    an error's traceback holds on to it until the garbage collector comes by.

    Raises PayloadTooLarge above `limit` bytes, whatever the client announced.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    content, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            if size + len(chunk) > limit:
                raise _too_large(limit)
            budget.take(key, len(chunk))
            size += len(chunk)
            content += chunk
        yield content
    finally:
        content.clear()
        budget.give_back(key, size)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body is larger than {limit} bytes.", details={"limitBytes": limit})
