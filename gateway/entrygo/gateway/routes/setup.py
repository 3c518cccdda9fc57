"""Products, warehouses, brokers, importers: the same four endpoints for each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from google.protobuf.message import Message
from pydantic import Field as Described
from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.setup import (
    PATCH_PRODUCT_REQUEST,
    SYNC_BROKERS_REQUEST,
    SYNC_IMPORTERS_REQUEST,
    SYNC_PRODUCTS_REQUEST,
    SYNC_WAREHOUSES_REQUEST,
)
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.mapping.messages import cleared, filled, shown
from entrygo.gateway.routes.pages import list_request, page_answer
from entrygo.gateway.schemas.fields import Body
from entrygo.gateway.schemas.pages import FactQuery, ProductQuery
from entrygo.gateway.schemas.records import RecordSchemas, record_schemas
from entrygo.gateway.services import Unary
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.proto.sync.v1.sync_pb2_grpc import SyncStub
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import Record
from entrygo.records.product import PRODUCT
from entrygo.records.warehouse import WAREHOUSE

KEY = "idempotency_key"


async def _as_it_is(_exchange: Exchange, _records: Sequence[Any]) -> None:
    return None


async def with_email_states(exchange: Exchange, brokers: Sequence[sync_pb2.Broker]) -> None:
    """Whether mail to the brokers leaves; not stated while execution cannot say it."""
    named = [each for each in brokers if each.email]
    if not named:
        return
    request = execution_pb2.ListMailRecipientsRequest(addresses=[each.email for each in named])
    try:
        found = await exchange.read(exchange.services.execution.ListMailRecipients, request)
    except EntryGoError:
        return
    for broker, recipient in zip(named, found.data, strict=True):
        broker.email_state = recipient.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A kind of fact: its declaration, its schemas, its messages and its three RPCs."""

    record: Record
    schemas: RecordSchemas
    example: Mapping[str, Any]
    request: Callable[[], Message]
    sync: Callable[[SyncStub], "Unary[Any, Any]"]
    get: Callable[[SyncStub], "Unary[sync_pb2.GetRequest, Any]"]
    list: Callable[[SyncStub], "Unary[sync_pb2.ListRequest, Any]"]
    update_request: Callable[..., Message]
    update: Callable[[SyncStub], "Unary[Any, Any]"]
    patch_example: Mapping[str, Any]
    query: type[FactQuery] = FactQuery
    # Adds to what sync has answered what another service knows of it.
    complete: Callable[[Exchange, Sequence[Any]], Awaitable[None]] = _as_it_is

    async def answer_sync(self, exchange: Exchange) -> Response:
        """POST /api/<kind>s/sync: creates or merges records, all or none."""
        request = filled(self.request(), await exchange.body(self.schemas.sync_body))
        reply = await exchange.write(self.sync(exchange.services.sync), request)
        data = [shown(item, self.schemas.record) for item in reply.message.data]
        return json_answer({"data": data}, replayed=reply.replayed)

    async def answer_list(self, exchange: Exchange) -> Response:
        """GET /api/<kind>s: a page of records, by id."""
        request = list_request(exchange.query(self.query))
        found = await exchange.read(self.list(exchange.services.sync), request)
        await self.complete(exchange, found.data)
        return page_answer(found, lambda item: shown(item, self.schemas.record))

    async def answer_get(self, exchange: Exchange) -> Response:
        """GET /api/<kind>s/{id}: one record; 404 also for another account's."""
        fact_id = exchange.path_id(f"{self.record.title} not found.")
        found = await exchange.read(self.get(exchange.services.sync), sync_pb2.GetRequest(id=fact_id))
        await self.complete(exchange, [found])
        return json_answer(shown(found, self.schemas.record))

    async def answer_patch(self, exchange: Exchange) -> Response:
        """PATCH /api/<kind>s/{id}: merges into one record; null clears a field."""
        fact_id = exchange.path_id(f"{self.record.title} not found.")
        request = self.patch_request(fact_id, await exchange.body(self.schemas.patch_body))
        reply = await exchange.write(self.update(exchange.services.sync), request)
        return json_answer(shown(reply.message, self.schemas.record), replayed=reply.replayed)

    def patch_request(self, fact_id: str, body: Body) -> Any:
        """PATCH /api/<kind>s/{id}: body to message."""
        request: Any = self.update_request(
            id=fact_id,
            clear=[path for path in cleared(body) if path != KEY],
            idempotency_key=getattr(body, KEY) or "",
        )
        filled(getattr(request, self.record.noun), body.model_copy(update={KEY: None}))
        return request

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The four endpoints of this kind."""
        title, noun = self.record.title, self.record.noun
        path = f"/api/{noun}s"
        return (
            Endpoint(
                method="POST",
                path=f"{path}/sync",
                handler=self.answer_sync,
                tag="Setup",
                name=f"sync{title}s",
                summary=f"Sync {noun}s",
                description="Upserts by externalId, all or nothing; absent and null fields keep their value.",
                body=self.schemas.sync_body,
                answer=self.schemas.sync_answer,
                request_example=self.example,
            ),
            Endpoint(
                method="GET",
                path=path,
                handler=self.answer_list,
                tag="Setup",
                name=f"list{title}s",
                summary=f"List {noun}s",
                query=self.query,
                answer=self.schemas.page,
            ),
            Endpoint(
                method="GET",
                path=f"{path}/{{id}}",
                handler=self.answer_get,
                tag="Setup",
                name=f"get{title}",
                summary=f"Read one {noun}",
                answer=self.schemas.record,
                errors=(NotFound,),
                path_parameters={"id": f"{title} ID"},
            ),
            Endpoint(
                method="PATCH",
                path=f"{path}/{{id}}",
                handler=self.answer_patch,
                tag="Setup",
                name=f"patch{title}",
                summary=f"Change one {noun}",
                description="Merges: an absent field keeps its value, null clears it. Takes effect with the"
                " next plan.",
                body=self.schemas.patch_body,
                answer=self.schemas.record,
                errors=(NotFound,),
                request_example=self.patch_example,
                path_parameters={"id": f"{title} ID"},
            ),
        )


EMAIL_STATE = Described(
    description="Whether mail to the email address leaves: unconfirmed, confirmed, refused, allowed or"
    " revoked; null in the answer to a sync, or when it cannot be said"
)
PRODUCTS, WAREHOUSES, BROKERS, IMPORTERS = FACTS = (
    Fact(
        record=PRODUCT,
        schemas=record_schemas(PRODUCT),
        example=SYNC_PRODUCTS_REQUEST,
        request=sync_pb2.SyncProductsRequest,
        sync=lambda stub: stub.SyncProducts,
        get=lambda stub: stub.GetProduct,
        list=lambda stub: stub.ListProducts,
        update_request=sync_pb2.UpdateProductRequest,
        update=lambda stub: stub.UpdateProduct,
        patch_example=PATCH_PRODUCT_REQUEST,
        query=ProductQuery,
    ),
    Fact(
        record=WAREHOUSE,
        schemas=record_schemas(WAREHOUSE),
        example=SYNC_WAREHOUSES_REQUEST,
        request=sync_pb2.SyncWarehousesRequest,
        sync=lambda stub: stub.SyncWarehouses,
        get=lambda stub: stub.GetWarehouse,
        list=lambda stub: stub.ListWarehouses,
        update_request=sync_pb2.UpdateWarehouseRequest,
        update=lambda stub: stub.UpdateWarehouse,
        patch_example={"transitDays": 2, "phone": None},
    ),
    Fact(
        record=BROKER,
        schemas=record_schemas(BROKER, email_state=(Annotated[str | None, EMAIL_STATE], None)),
        example=SYNC_BROKERS_REQUEST,
        request=sync_pb2.SyncBrokersRequest,
        sync=lambda stub: stub.SyncBrokers,
        get=lambda stub: stub.GetBroker,
        list=lambda stub: stub.ListBrokers,
        update_request=sync_pb2.UpdateBrokerRequest,
        update=lambda stub: stub.UpdateBroker,
        patch_example={"maxOrdersPerEntry": 300, "channel": "email"},
        complete=with_email_states,
    ),
    Fact(
        record=IMPORTER,
        schemas=record_schemas(IMPORTER),
        example=SYNC_IMPORTERS_REQUEST,
        request=sync_pb2.SyncImportersRequest,
        sync=lambda stub: stub.SyncImporters,
        get=lambda stub: stub.GetImporter,
        list=lambda stub: stub.ListImporters,
        update_request=sync_pb2.UpdateImporterRequest,
        update=lambda stub: stub.UpdateImporter,
        patch_example={"bond": {"type": "continuous", "amountUsd": 50000}},
    ),
)


ENDPOINTS = tuple(endpoint for fact in FACTS for endpoint in fact.endpoints())
