"""Reads requests of products, warehouses, brokers and importers into drafts."""

from collections.abc import Sequence
from typing import TypeVar

from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import ByCountry, Fields, Group, Record, find
from entrygo.records.product import PRODUCT
from entrygo.records.reading import facts_of
from entrygo.records.warehouse import WAREHOUSE
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import external_id, is_country, public_id
from entrygo.sync.drafts import FactsDraft, FactsUpdate
from entrygo.sync.uniqueness import check_unique

MAX_ITEMS = 5_000

Item = TypeVar("Item", sync_pb2.Product, sync_pb2.Warehouse, sync_pb2.Broker, sync_pb2.Importer)
SetupRequest = (
    sync_pb2.SyncProductsRequest
    | sync_pb2.SyncWarehousesRequest
    | sync_pb2.SyncBrokersRequest
    | sync_pb2.SyncImportersRequest
)
UpdateRequest = (
    sync_pb2.UpdateProductRequest
    | sync_pb2.UpdateWarehouseRequest
    | sync_pb2.UpdateBrokerRequest
    | sync_pb2.UpdateImporterRequest
)


def read_products(request: sync_pb2.SyncProductsRequest) -> list[FactsDraft]:
    """Products as they are to be stored; ValidationFailed with the issues otherwise."""
    return _read_request(request, request.items, PRODUCT.fields)


def read_warehouses(request: sync_pb2.SyncWarehousesRequest) -> list[FactsDraft]:
    """Warehouses as they are to be stored; ValidationFailed with the issues otherwise."""
    return _read_request(request, request.items, WAREHOUSE.fields)


def read_brokers(request: sync_pb2.SyncBrokersRequest) -> list[FactsDraft]:
    """Brokers as they are to be stored; ValidationFailed with the issues otherwise."""
    return _read_request(request, request.items, BROKER.fields)


def read_importers(request: sync_pb2.SyncImportersRequest) -> list[FactsDraft]:
    """Importers as they are to be stored; ValidationFailed with every issue of every item otherwise."""
    return _read_request(request, request.items, IMPORTER.fields)


def read_update(request: UpdateRequest, record: Record) -> FactsUpdate:
    """What to set and what to clear in one record; ValidationFailed with the issues otherwise."""
    issues = Issues()
    check_key(request.idempotency_key, issues)
    facts = facts_of(getattr(request, record.noun), record.fields, "", issues)
    clear = tuple(sorted({_stored_path(path, record.fields) for path in request.clear}))
    for path in clear:
        if not _is_field(path.split("."), record.fields):
            issues.add(path, "There is no such field to clear", "unrecognized_key")
    issues.check()
    return FactsUpdate(request.id, facts, clear)


def _stored_path(path: str, fields: Fields) -> str:
    """Countries are kept in upper case."""
    name, _, rest = path.partition(".")
    field = find(fields, name)
    is_by_country = field is not None and isinstance(field.kind, ByCountry)
    return f"{name}.{rest.upper()}" if rest and is_by_country else path


def _is_field(path: Sequence[str], fields: Fields) -> bool:
    """Whether a path leads to a field, an object of fields, or a country's value."""
    name, *rest = path
    field = find(fields, name)
    if field is None or not rest:
        return field is not None
    if isinstance(field.kind, Group):
        return _is_field(rest, field.kind.fields)
    return isinstance(field.kind, ByCountry) and len(rest) == 1 and is_country(rest[0])


def _read_request(request: SetupRequest, items: Sequence[Item], fields: Fields) -> list[FactsDraft]:
    issues = Issues()
    if not request.account_id:
        issues.required("accountId")
    check_key(request.idempotency_key, issues)
    if not items:
        issues.required("items")
    if len(items) > MAX_ITEMS:
        issues.add("items", f"At most {MAX_ITEMS} in one request", "too_big")
        items = ()
    drafts: list[FactsDraft] = []
    for index, item in enumerate(items):
        drafts.append(_draft(item, fields, f"items.{index}", issues))
        if issues.is_full:
            break
    check_unique("externalId", [draft.external_id for draft in drafts], issues)
    check_unique("id", [draft.id or "" for draft in drafts], issues)
    issues.check()
    return drafts


def _draft(item: Item, fields: Fields, path: str, issues: Issues) -> FactsDraft:
    if not item.external_id.strip():
        issues.required(f"{path}.externalId")
    else:
        issues.take(external_id, item.external_id, f"{path}.externalId")
    if item.id:
        issues.take(public_id, item.id, f"{path}.id")
    return FactsDraft(item.external_id, item.id or None, facts_of(item, fields, path, issues))
