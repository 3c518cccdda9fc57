"""Reads the facts of a plan from sync, in the caller's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Protocol

import grpc

from entrygo.domain.facts import Broker, Importer, Order, OrderItem, Product, Warehouse
from entrygo.process.stretches import stretches
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.records.kinds import Amount, Day, Percent
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.rpc.calls import caller_metadata, remaining_seconds
from entrygo.rpc.errors import remote
from entrygo.rpc.facts import broker_from_proto, document_of

# Reading ten thousand orders takes a while.
TIMEOUT_SECONDS = 30.0

# The fields of facts, and how what is no text in them is read.
_Readers = Sequence[tuple[str, Callable[[str], Any] | None]]
_READ: Mapping[type, Callable[[str], Any]] = {
    Amount: Decimal,
    Percent: Decimal,
    Day: date.fromisoformat,
}
# A line that is stored names its product by the id alone.
_LINE = tuple(field for field in ORDER_LINE if field.name != "sku")
_ORDER_READERS: _Readers = [(field.name, _READ.get(type(field.kind))) for field in ORDER]
_LINE_READERS: _Readers = [(field.name, _READ.get(type(field.kind))) for field in _LINE]
_order_texts = attrgetter(*[field.name for field in ORDER])
_line_texts = attrgetter(*[field.name for field in _LINE])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What sync knows of the ids that were asked for; what it does not know is absent."""

    orders: dict[str, Order]
    products: dict[str, Product]
    warehouse: Warehouse | None
    broker: Broker | None
    # Those that orders name.
    importers: tuple[Importer, ...] = ()


class FactSource(Protocol):
    """Where planning gets facts from."""

    async def gather(
        self, order_ids: list[str], external_order_ids: list[str], warehouse_id: str, broker_id: str
    ) -> Gathered:
        """Everything one plan is decided on, from one consistent read."""


class SyncFacts:
    """Facts from the sync service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = sync_pb2_grpc.SyncStub(channel)

    async def gather(
        self, order_ids: list[str], external_order_ids: list[str], warehouse_id: str, broker_id: str
    ) -> Gathered:
        """FactSource.gather over gRPC, in chunks; raises what sync answers, or ServiceUnavailable."""
        request = sync_pb2.GetPlanningFactsRequest(
            order_ids=order_ids,
            external_order_ids=external_order_ids,
            warehouse_id=warehouse_id,
            broker_id=broker_id,
        )
        reader = OrderReader()
        orders: dict[str, Order] = {}
        products: dict[str, Product] = {}
        warehouse: Warehouse | None = None
        broker: Broker | None = None
        importers: list[Importer] = []
        with remote("sync"):
            chunks = self._stub.GetPlanningFacts(
                request, metadata=caller_metadata(), timeout=remaining_seconds(TIMEOUT_SECONDS)
            )
            try:
                async for chunk in chunks:
                    if chunk.HasField("warehouse"):
                        warehouse = Warehouse.model_validate(document_of(chunk.warehouse))
                    if chunk.HasField("broker"):
                        broker = broker_from_proto(chunk.broker)
                    importers += [
                        Importer.model_validate(document_of(importer)) for importer in chunk.importers
                    ]
                    products |= {
                        item.id: Product.model_validate(document_of(item)) for item in chunk.products
                    }
                    async for some in stretches(chunk.orders):
                        orders |= {order.id: reader.read(order) for order in some}
            finally:
                # A call that is neither read to its end nor cancelled is never collected.
                chunks.cancel()
        return Gathered(
            orders=orders,
            products=products,
            warehouse=warehouse,
            broker=broker,
            importers=tuple(importers),
        )


class OrderReader:
    """Reads the orders of one plan by name, unchecked: there are ten thousand, and sync has checked each.

    Facts do not change: orders with an equal line share it.
    """

    def __init__(self) -> None:
        self._lines: dict[tuple[str, ...], OrderItem] = {}

    def read(self, order: sync_pb2.Order) -> Order:
        """The order as facts hold it."""
        return Order(
            id=order.id,
            items=tuple([self._line(_line_texts(line)) for line in order.items]),
            **_values(_ORDER_READERS, _order_texts(order)),
        )

    def _line(self, texts: tuple[str, ...]) -> OrderItem:
        found = self._lines.get(texts)
        if found is None:
            found = self._lines[texts] = OrderItem(**_values(_LINE_READERS, texts))
        return found


def _values(readers: _Readers, texts: Sequence[str]) -> dict[str, Any]:
    """The texts of a message as facts hold them."""
    return {
        name: (read(text) if read else text) if text else None
        for (name, read), text in zip(readers, texts, strict=True)
    }
