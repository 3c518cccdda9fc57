"""Receives the body of a request whose sender is known, within the bytes that may be held."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request

from entrygo.domain.errors import EntryGoError, Kind, PayloadTooLarge
from entrygo.requests.budget import Budget
from entrygo.requests.rates import Buckets

# Looked at whenever so much has come.
LOOK_BYTES = 512 * 1024
# Read whatever was refused before.
SMALL_BYTES = 64 * 1024
_IN_VAIN = frozenset({Kind.INVALID, Kind.TOO_LARGE})


@asynccontextmanager
async def received(
    request: Request,
    key: str,
    account: str,
    *,
    limit: int,
    budget: Budget,
    refused: Buckets,
    look: Callable[[bytearray], None] = lambda piece: None,
) -> AsyncIterator[bytearray]:
    """The whole body, counted for its account against `budget` until the block is left, and empty then: an
    error's traceback holds on to it until the garbage collector comes by.

    Raises PayloadTooLarge above `limit` bytes, whatever the client announced. `look` is given the body piece
    by piece and may refuse the rest of it. A body that was sent in vain is taken from the key's `refused`
    bytes of the second; when they are used up, RateLimited for a body that is not small, unread.
    """
    announced = request.headers.get("content-length", "")
    length = int(announced[:20]) if announced.isdecimal() else 0
    if length > limit:
        raise _too_large(limit)
    if length > SMALL_BYTES or "transfer-encoding" in request.headers:
        refused.check(key)
    content, size, looked_at = bytearray(), 0, 0
    try:
        async for chunk in request.stream():
            if size + len(chunk) > limit:
                raise _too_large(limit)
            budget.take(account, len(chunk))
            size += len(chunk)
            content += chunk
            if size - looked_at >= LOOK_BYTES:
                look(content[looked_at:])
                looked_at = size
        yield content
    except EntryGoError as error:
        if error.error_kind in _IN_VAIN:
            refused.spend(key, size)
        raise
    finally:
        content.clear()
        budget.give_back(account, size)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body is larger than {limit} bytes.", details={"limitBytes": limit})
