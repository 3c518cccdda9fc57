"""Reads products, warehouses, brokers and importers into drafts: one walk over their declared fields.

A blank never clears: an empty text is as if it had not been given.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import ByCountry, Field, Fields, Flag, Group, Kind, Many, Several, Whole, find
from entrygo.records.product import PRODUCT
from entrygo.records.warehouse import WAREHOUSE
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import country, external_id, is_country, public_id
from entrygo.sync.drafts import Fact, Facts, FactsDraft, FactsUpdate
from entrygo.sync.uniqueness import check_unique

MAX_LIST = 100  # objects in one list
MAX_ITEMS = 5_000

Item = TypeVar("Item", sync_pb2.Product, sync_pb2.Warehouse, sync_pb2.Broker, sync_pb2.Importer)
SetupRequest = (
    sync_pb2.SyncProductsRequest
    | sync_pb2.SyncWarehousesRequest
    | sync_pb2.SyncBrokersRequest
    | sync_pb2.SyncImportersRequest
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


def read_product_update(request: sync_pb2.UpdateProductRequest) -> FactsUpdate:
    """What to set and what to clear in one product; ValidationFailed with the issues otherwise."""
    issues = Issues()
    check_key(request.idempotency_key, issues)
    facts = _facts(request.product, PRODUCT.fields, "", issues)
    clear = tuple(sorted({_stored_path(path) for path in request.clear}))
    for path in clear:
        if not _is_field(path.split("."), PRODUCT.fields):
            issues.add(path, "There is no such field to clear", "unrecognized_key")
    issues.check()
    return FactsUpdate(request.id, facts, clear)


def _stored_path(path: str) -> str:
    """Countries are kept in upper case."""
    name, _, rest = path.partition(".")
    field = find(PRODUCT.fields, name)
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
    return FactsDraft(item.external_id, item.id or None, _facts(item, fields, path, issues))


def _facts(message: Message, fields: Fields, path: str, issues: Issues) -> Facts:
    """The fields that were given, checked and normalised."""
    facts: Facts = {}
    for field in fields:
        is_optional = message.DESCRIPTOR.fields_by_name[field.name].has_presence
        if is_optional and not message.HasField(field.name):
            continue
        value = _value(getattr(message, field.name), field.kind, _below(path, field), issues)
        # What is blank, empty or refused is as if it had not been given; "no" and 0 are values.
        if value is not None and value not in ({}, []):
            facts[field.name] = value
    return facts


def _below(path: str, field: Field) -> str:
    return f"{path}.{field.rest_name}" if path else field.rest_name


def _value(given: Any, kind: Kind, path: str, issues: Issues) -> Fact | None:
    match kind:
        case Group(fields=inner):
            return _facts(given, inner, path, issues)
        case Many() | Several():
            return _list(given, kind, path, issues)
        case Whole():
            return _whole(given, kind, path, issues)
        case Flag():
            return bool(given)
        case ByCountry():
            return _by_country(given, kind, path, issues)
        case _:
            text = str(given).strip()
            return issues.take(kind.check, text, path) if text else None


def _list(given: Sequence[Any], kind: Many | Several, path: str, issues: Issues) -> Fact:
    if len(given) > MAX_LIST:
        issues.add(path, f"At most {MAX_LIST}", "too_big")
        return []
    if isinstance(kind, Several):
        return _words(given, kind, path, issues)
    return _objects(given, kind, path, issues)


def _objects(messages: Sequence[Message], many: Many, path: str, issues: Issues) -> list[Mapping[str, Fact]]:
    fields = many.group.fields
    # A number is always there: without presence on the wire it is 0.
    required = [field for field in fields if field.required and not isinstance(field.kind, Whole)]
    found: list[Mapping[str, Fact]] = []
    for index, message in enumerate(messages):
        where = f"{path}.{index}"
        for field in sorted(required, key=lambda one: one.name):
            if not getattr(message, field.name).strip():
                issues.required(_below(where, field))
        found.append(_facts(message, fields, where, issues))
    return found


def _words(given: Sequence[str], kind: Several, path: str, issues: Issues) -> list[str]:
    """In the order of the declaration, whatever order they were given in."""
    taken = {issues.take(kind.check, text.strip(), f"{path}.{index}") for index, text in enumerate(given)}
    return [word for word in kind.allowed if word in taken]


def _whole(given: int, kind: Whole, path: str, issues: Issues) -> int:
    if not kind.minimum <= given <= kind.maximum:
        code = "too_small" if given < kind.minimum else "too_big"
        issues.add(path, f"Must be between {kind.minimum} and {kind.maximum}", code)
    return given


def _by_country(values: Mapping[str, str], kind: ByCountry, path: str, issues: Issues) -> Facts:
    found: Facts = {}
    for key in sorted(values):
        where, text = f"{path}.{key}", values[key].strip()
        code = issues.take(country, key, where)
        if code == kind.but:
            issues.add(where, f"Give this one as {kind.instead}", "invalid_string")
        elif code is not None and text:
            taken = issues.take(kind.text.check, text, where)
            if taken is not None:
                found[code] = taken
    return found
