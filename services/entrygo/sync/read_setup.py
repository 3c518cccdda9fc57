"""Reads products, warehouses and brokers into drafts: one walk over the tables of their fields.

A blank never clears: an empty text is as if it had not been given.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from google.protobuf.message import Message

from entrygo.proto.sync.v1 import sync_pb2
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import country, external_id, is_country, public_id
from entrygo.sync.checks import Fact, Facts
from entrygo.sync.drafts import FactsDraft, FactsUpdate
from entrygo.sync.setup_fields import (
    BROKER,
    MAX_LIST,
    PRODUCT,
    WAREHOUSE,
    ByCountry,
    Fields,
    Flag,
    Many,
    Nested,
    Whole,
)

MAX_ITEMS = 5_000

Item = TypeVar("Item", sync_pb2.Product, sync_pb2.Warehouse, sync_pb2.Broker)
SetupRequest = sync_pb2.SyncProductsRequest | sync_pb2.SyncWarehousesRequest | sync_pb2.SyncBrokersRequest


def read_products(request: sync_pb2.SyncProductsRequest) -> list[FactsDraft]:
    return _read_request(request, request.items, PRODUCT)


def read_warehouses(request: sync_pb2.SyncWarehousesRequest) -> list[FactsDraft]:
    return _read_request(request, request.items, WAREHOUSE)


def read_brokers(request: sync_pb2.SyncBrokersRequest) -> list[FactsDraft]:
    return _read_request(request, request.items, BROKER)


def read_product_update(request: sync_pb2.UpdateProductRequest) -> FactsUpdate:
    """What to set and what to clear in one product; ValidationFailed with every issue otherwise."""
    issues = Issues()
    check_key(request.idempotency_key, issues)
    facts = _facts(request.product, PRODUCT, "", issues)
    clear = tuple(sorted({_stored_path(path) for path in request.clear}))
    for path in clear:
        if not _is_field(path.split("."), PRODUCT):
            issues.add(path, "There is no such field to clear", "unrecognized_key")
    issues.check()
    return FactsUpdate(request.id, facts, clear)


def _stored_path(path: str) -> str:
    """Countries are kept in upper case."""
    name, _, rest = path.partition(".")
    return f"{name}.{rest.upper()}" if rest and isinstance(PRODUCT.get(name), ByCountry) else path


def _is_field(path: Sequence[str], fields: Fields) -> bool:
    """Whether a path leads to a field, an object of fields, or a country's value."""
    name, *rest = path
    rule = fields.get(name)
    if rule is None or not rest:
        return rule is not None
    if isinstance(rule, Nested):
        return _is_field(rest, rule.fields)
    return isinstance(rule, ByCountry) and len(rest) == 1 and is_country(rest[0])


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
    drafts = [_draft(item, fields, f"items.{index}", issues) for index, item in enumerate(items)]
    _check_unique("externalId", [draft.external_id for draft in drafts], issues)
    _check_unique("id", [draft.id or "" for draft in drafts], issues)
    issues.check()
    return drafts


def _check_unique(name: str, values: Sequence[str], issues: Issues) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value and value in seen:
            issues.add(f"items.{index}.{name}", f"Duplicate {name} in this request", "duplicate")
        seen.add(value)


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
    for name, rule in fields.items():
        descriptor = message.DESCRIPTOR.fields_by_name[name]
        if descriptor.has_presence and not message.HasField(name):
            continue
        value = getattr(message, name)
        where = f"{path}.{descriptor.json_name}".removeprefix(".")
        match rule:
            case Nested():
                if nested := _facts(value, rule.fields, where, issues):
                    facts[name] = nested
            case Many():
                if value:
                    facts[name] = _list(value, rule, where, issues)
            case Whole():
                _check_bounds(value, rule, where, issues)
                facts[name] = value
            case Flag():
                facts[name] = value
            case ByCountry():
                if values := _by_country(value, rule, where, issues):
                    facts[name] = values
            case _:
                if value.strip() and (taken := issues.take(rule, value.strip(), where)) is not None:
                    facts[name] = taken
    return facts


def _list(messages: Sequence[Message], rule: Many, path: str, issues: Issues) -> list[Mapping[str, Fact]]:
    if len(messages) > MAX_LIST:
        issues.add(path, f"At most {MAX_LIST}", "too_big")
        return []
    found: list[Mapping[str, Fact]] = []
    for index, message in enumerate(messages):
        where = f"{path}.{index}"
        for name in sorted(rule.required):
            if not getattr(message, name).strip():
                issues.required(f"{where}.{message.DESCRIPTOR.fields_by_name[name].json_name}")
        found.append(_facts(message, rule.fields, where, issues))
    return found


def _check_bounds(value: int, rule: Whole, path: str, issues: Issues) -> None:
    if not rule.minimum <= value <= rule.maximum:
        code = "too_small" if value < rule.minimum else "too_big"
        issues.add(path, f"Must be between {rule.minimum} and {rule.maximum}", code)


def _by_country(values: Mapping[str, str], rule: ByCountry, path: str, issues: Issues) -> Facts:
    found: Facts = {}
    for key in sorted(values):
        where = f"{path}.{key}"
        code = issues.take(country, key, where)
        if code == rule.but:
            issues.add(where, f"Give this one as {rule.field}", "invalid_string")
        elif code is not None and values[key].strip():
            taken = issues.take(rule.check, values[key].strip(), where)
            if taken is not None:
                found[code] = taken
    return found
