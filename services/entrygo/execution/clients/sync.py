"""What execution asks of sync: where a broker takes packages by now."""

import grpc

from entrygo.domain.facts import Broker
from entrygo.domain.principal import Tenant, Visible
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.calls import remaining_seconds, service_metadata
from entrygo.rpc.errors import remote_in_our_name
from entrygo.rpc.facts import broker_from_proto


class SyncBrokers:
    """Brokers over gRPC, in our own name: who may send a package need not have the right to read brokers."""

    def __init__(self, channel: grpc.aio.Channel, *, service_token: str | None) -> None:
        self._stub = sync_pb2_grpc.SyncStub(channel)
        self._service_token = service_token or ""

    async def get(self, tenant: Tenant, broker_id: str) -> Broker:
        """The broker as its record stands now; NotFound when the account has none of that id."""
        with remote_in_our_name("sync"):
            found = await self._stub.GetBroker(
                sync_pb2.GetRequest(id=broker_id),
                metadata=service_metadata(self._service_token, Visible.whole(tenant)),
                timeout=remaining_seconds(),
            )
        return broker_from_proto(found)
