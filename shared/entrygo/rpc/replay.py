"""The mark of an answer that was stored for an earlier call with the same idempotency key."""

from typing import Any

import grpc

from entrygo.rpc.metrics import REPLAYS

REPLAYED_KEY = "idempotency-replayed"


def mark_replayed(context: "grpc.aio.ServicerContext[Any, Any]") -> None:
    """Marks the answer in the trailing metadata and counts it."""
    REPLAYS.inc()
    context.set_trailing_metadata(((REPLAYED_KEY, "true"),))


async def is_replayed(call: "grpc.aio.UnaryUnaryCall[Any, Any]") -> bool:
    trailing = await call.trailing_metadata()
    return trailing.get(REPLAYED_KEY) is not None
