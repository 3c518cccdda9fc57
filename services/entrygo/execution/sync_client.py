"""What execution asks of sync: where a broker takes packages by now."""

from typing import Protocol

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message

from entrygo.domain.facts import Broker, HttpsEndpoint, SftpEndpoint
from entrygo.domain.principal import Tenant
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.calls import remaining_seconds, service_metadata
from entrygo.rpc.errors import remote


class Brokers(Protocol):
    """The brokers' records as they are."""

    async def get(self, tenant: Tenant, broker_id: str) -> Broker:
        """Raises NotFound, or an outage."""


class SyncBrokers:
    """Brokers over gRPC, in our own name: who may send a package need not have the right to read brokers."""

    def __init__(self, channel: grpc.aio.Channel, *, service_token: str | None) -> None:
        self._stub = sync_pb2_grpc.SyncStub(channel)
        self._service_token = service_token or ""

    async def get(self, tenant: Tenant, broker_id: str) -> Broker:
        with remote("sync"):
            found = await self._stub.GetBroker(
                sync_pb2.GetRequest(id=broker_id),
                metadata=service_metadata(self._service_token, tenant),
                timeout=remaining_seconds(),
            )
        return broker_from_proto(found)


def broker_from_proto(broker: sync_pb2.Broker) -> Broker:
    """The part that says how packages reach the broker."""
    way = {"channel": broker.channel} if broker.channel else {}
    return Broker.model_validate(
        {
            "id": broker.id,
            "external_id": broker.external_id,
            "email": broker.email or None,
            "https": HttpsEndpoint.model_validate(_given(broker.https)),
            "sftp": SftpEndpoint.model_validate(_given(broker.sftp)),
            **way,
        }
    )


def _given(message: Message) -> dict[str, object]:
    fields: dict[str, object] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return fields
