"""Questions about keys and sessions, which every service answers: the first that is there is asked."""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from entrygo.domain.errors import EntryGoError, Kind, ServiceUnavailable
from entrygo.gateway.services import Call, Services, Unary
from entrygo.proto.identity.v1.identity_pb2_grpc import IdentityStub

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)


async def ask_identity(
    services: Services, method: "Callable[[IdentityStub], Unary[Q, A]]", request: Q, call: Call
) -> A:
    """The answer of the first service that can be reached; its refusal counts, too."""
    away: EntryGoError | None = None
    for identity in services.identities:
        try:
            return await services.read(method(identity), request, call)
        except EntryGoError as error:
            if error.error_kind is not Kind.UNAVAILABLE:
                raise
            away = away or error
    raise away or ServiceUnavailable
