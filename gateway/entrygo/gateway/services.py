"""What the gateway asks of the services: a port that gRPC fills in production and memory in tests."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

import grpc
from google.protobuf.message import Message

from entrygo.process.tracing import trace_metadata
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.identity.v1 import identity_pb2_grpc
from entrygo.proto.inspection.v1 import inspection_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2_grpc
from entrygo.rpc.errors import LARGE_ERRORS_KEY

M = TypeVar("M", bound=Message)
Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

# The methods of the stubs, by how they answer.
Unary: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[Q, A]"
Stream: TypeAlias = "grpc.aio.UnaryStreamMultiCallable[Q, A]"
Document: TypeAlias = "grpc.aio.UnaryStreamMultiCallable[Q, execution_pb2.ArtifactChunk]"


@dataclass(frozen=True, slots=True)
class Call:
    """What goes along with every RPC: the caller's credential, which request it is, and of which peer."""

    authorization: str
    request_id: str
    peer: str = ""

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """These credentials as gRPC metadata."""
        return (
            ("authorization", self.authorization),
            ("x-request-id", self.request_id),
            (LARGE_ERRORS_KEY, "1"),
            *trace_metadata(),
        )


@dataclass(frozen=True, slots=True)
class Reply(Generic[M]):
    """The answer to a write, and whether it is that of an earlier call with the same idempotency key."""

    message: M
    replayed: bool = False


class Services(Protocol):
    """The typed stubs of the services, and the ways to call one of their methods.

    Whatever a call fails with is raised as an EntryGoError: the one that the service sent, or
    ServiceUnavailable when it did not answer in time.
    """

    # Each service answers for identity.
    identities: tuple[identity_pb2_grpc.IdentityStub, ...]
    sync: sync_pb2_grpc.SyncStub
    planning: planning_pb2_grpc.PlanningStub
    execution: execution_pb2_grpc.ExecutionStub
    inspection: inspection_pb2_grpc.InspectionStub
    # Served by sync, too.
    keys: identity_pb2_grpc.KeysStub
    # Served by inspection, too.
    webhooks: inspection_pb2_grpc.WebhooksStub

    async def read(self, method: "Unary[Q, A]", request: Q, call: Call) -> A:
        """The answer of a method that changes nothing."""
        ...

    async def write(self, method: "Unary[Q, A]", request: Q, call: Call) -> Reply[A]:
        """The answer of a method that changes something."""
        ...

    def document(
        self,
        method: "Document[Q]",
        request: Q,
        call: Call,
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        """A document: first what it is, then its bytes. Closing the generator ends the call."""
        ...

    async def stream(self, method: "Stream[Q, A]", request: Q, call: Call) -> AsyncGenerator[A, None]:
        """Messages for as long as the caller listens, once the service listens or has sent the first.

        What the service refuses is raised here. Closing the generator ends the call.
        """
        ...

    async def serving(self) -> dict[str, bool]:
        """Which services say that they can take requests."""
        ...
