"""The answer to a write, which may be that of an earlier call. For services: the gateway has no database."""

from typing import Any, TypeVar, cast

import grpc
from google.protobuf.message import Message

from entrygo.postgres.idempotency import Reply
from entrygo.rpc.replay import mark_replayed

M = TypeVar("M", bound=Message)


def answered(reply: Reply, response: type[M], context: "grpc.aio.ServicerContext[Any, Any]") -> M:
    """The bytes of a `response`, which the server sends as they are; marked as those of an earlier call."""
    if reply.replayed:
        mark_replayed(context)
    return cast(M, reply.body)
