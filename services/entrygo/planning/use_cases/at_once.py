"""Statements, and work that does not have to wait for them."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

R = TypeVar("R")
T = TypeVar("T")


async def beside(statements: Awaitable[R], work: Coroutine[Any, Any, T]) -> tuple[R, T]:
    """What both come to; `work` is begun before the statements are.

    Where one fails it is waited for all the same: a thread goes on, and holds what the transaction is of.
    """
    working = asyncio.create_task(work)
    try:
        written = await statements
    finally:
        result = await working
    return written, result
