"""Reads products, warehouses and brokers into drafts: a table of rules a field, and one walk over it.

A blank never clears: an empty text is as if it had not been given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from google.protobuf.message import Message

from entrygo.proto.sync.v1 import sync_pb2
from entrygo.sync import checks, endpoint_checks
from entrygo.sync.checks import (
    MAX_ID_TEXT,
    Check,
    Fact,
    Facts,
    Issues,
    Wrong,
    amount,
    check_key,
    country,
    text,
)
from entrygo.sync.drafts import FactsDraft, FactsUpdate

MAX_ITEMS = 5_000
MAX_LIST = 100

Item = TypeVar("Item", sync_pb2.Product, sync_pb2.Warehouse, sync_pb2.Broker)
SetupRequest = sync_pb2.SyncProductsRequest | sync_pb2.SyncWarehousesRequest | sync_pb2.SyncBrokersRequest


@dataclass(frozen=True, slots=True)
class Nested:
    """An object, merged field by field with what is stored."""

    fields: "Fields"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of objects, which replaces the stored one when it has any."""

    fields: "Fields"
    required: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds."""

    maximum: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class ByCountry:
    """A value for each country but the one that has a field of its own; merged country by country."""

    check: Check
    but: str
    field: str


Rule = Check | Nested | Many | Whole | Flag | ByCountry
Fields = Mapping[str, Rule]

ADDRESS: Fields = {
    "line_1": text(200),
    "line_2": text(200),
    "city": text(100),
    "region": text(100),
    "postal_code": text(32),
    "country": country,
}

METAL: Fields = {
    "metal": checks.one_of("steel", "aluminum", "copper"),
    "weight_kg": amount,
    "weight_pct": checks.percent,
    "value_usd": amount,
    "melt_pour": checks.origin,
    "smelt_1": checks.origin,
    "smelt_2": checks.origin,
    "cast": checks.origin,
}

REVIEW: Fields = {
    "status": checks.one_of("not_assessed", "not_applicable", "applicable"),
    "headings": text(500),
    "signed_off_by": text(200),
    "valid_from": checks.day,
    "valid_to": checks.day,
}

DISCLAIMER: Fields = {"disclaimer": checks.disclaimer}
AGENCY: Fields = {"reference": text(100), **DISCLAIMER}
PGA: Fields = {
    "fda": Nested(
        {"product_code": text(20), "registration": text(20), "prior_notice": text(40), **DISCLAIMER}
    ),
    "cpsc": Nested(
        {
            "certificate": text(100),
            "product_id": text(100),
            "citations": text(500),
            "manufactured_on": checks.day,
            "manufactured_at": text(500),
            "tested_on": checks.day,
            "laboratory": text(200),
            "records_contact": text(500),
            **DISCLAIMER,
        }
    ),
    "fcc": Nested({"authorization": text(100), **DISCLAIMER}),
    **{agency: Nested(AGENCY) for agency in ("usda", "fws", "epa", "dot", "ttb")},
}

PRODUCT: Fields = {
    "sku": text(MAX_ID_TEXT),
    "name": text(500),
    "status": checks.one_of("active", "archived"),
    "customs_description": text(2000),
    "hts_code": checks.hts_code,
    "country_of_origin": checks.origin,
    "material_composition": text(1000),
    "manufacturer": Nested(
        {
            "name": text(500),
            "address": text(500),
            "city": text(100),
            "region": text(100),
            "postal_code": text(32),
            "country": country,
            "mid": text(32),
        }
    ),
    "net_weight_kg": amount,
    "gross_weight_kg": amount,
    "unit_of_measure": text(32),
    "unit_value_usd": amount,
    "usmca": Nested(
        {
            "criterion": checks.criterion,
            "certification": text(200),
            "blanket_from": checks.day,
            "blanket_to": checks.day,
        }
    ),
    "section_232": Nested(
        {
            "status": checks.one_of("not_assessed", "not_applicable", "review", "applicable"),
            "metals": Many(METAL, frozenset({"metal"})),
            "us_metal_pct": checks.percent,
            "evidence": text(2000),
            "assessed_on": checks.day,
            "metal_weight_pct": checks.percent,
        }
    ),
    "hts_codes": ByCountry(checks.hts_code, but="US", field="htsCode"),
    "pga": Nested(PGA),
    "dangerous_goods": Nested(
        {
            "status": checks.one_of("not_assessed", "not_regulated", "regulated"),
            "un_number": checks.un_number,
            "hazard_class": text(20),
            "packing_group": checks.one_of("I", "II", "III"),
            "proper_shipping_name": text(200),
        }
    ),
    "section_301": Nested(REVIEW),
    "section_338": Nested(REVIEW),
    "adcvd_case": Nested(REVIEW),
    "supply_chain": Nested(REVIEW),
}

WAREHOUSE: Fields = {
    "name": text(500),
    "address": Nested(ADDRESS),
    "responsible_employee": text(200),
    "phone": text(50),
    "email": checks.email,
    "transit_days": Whole(60),
    "importer_of_record": Nested(
        {
            "name": text(500),
            "number": checks.importer_number,
            "address": Nested(ADDRESS),
            "power_of_attorney": Flag(),
            "bond": checks.one_of("continuous", "single"),
            "section_301": Nested(REVIEW),
        }
    ),
    "transport": Nested(
        {"carrier": text(200), "scac": text(16), "port_code": text(16), "port_name": text(200)}
    ),
}

FEE_SCHEDULE: Fields = {
    "valid_from": checks.day,
    "valid_to": checks.day,
    "currency": checks.currency,
    "fee_formal": amount,
    "fee_informal": amount,
    "included_lines": Whole(1_000_000),
    "line_fee": amount,
    "order_fee": amount,
    "pga_fee": amount,
    "disbursement_pct": checks.percent,
    "disbursement_min": amount,
    "payment_mode": checks.one_of("importer_ach", "broker"),
    "bond_mode": checks.one_of("continuous", "single"),
    "single_bond_rate": amount,
    "single_bond_min": amount,
    "source": text(500),
}

BROKER: Fields = {
    "name": text(500),
    "email": checks.email,
    "port_code": text(16),
    "filer_code": text(16),
    "fee_schedules": Many(
        FEE_SCHEDULE, frozenset({"valid_from", "fee_formal", "fee_informal", "line_fee", "order_fee"})
    ),
    "max_lines_per_entry": Whole(1_000_000, minimum=1),
    "max_orders_per_entry": Whole(1_000_000, minimum=1),
    "channel": checks.one_of("email", "https", "sftp"),
    "https": Nested({"url": endpoint_checks.upload_url, "credential": endpoint_checks.credential}),
    "sftp": Nested(
        {
            "host": endpoint_checks.host,
            "port": Whole(65_535, minimum=1),
            "username": text(64),
            "folder": endpoint_checks.folder,
            "host_key": endpoint_checks.host_key,
            "credential": endpoint_checks.credential,
        }
    ),
}


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
    return isinstance(rule, ByCountry) and len(rest) == 1 and bool(checks.COUNTRY.fullmatch(rest[0]))


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
        _take(_exact_id, item.external_id, f"{path}.externalId", issues)
    if item.id:
        _take(checks.public_id, item.id, f"{path}.id", issues)
    return FactsDraft(item.external_id, item.id or None, _facts(item, fields, path, issues))


def _exact_id(value: str) -> str:
    if checks.bounded_text(value, MAX_ID_TEXT) != value:
        raise Wrong("Blanks around it are not allowed")
    return value


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
                if value.strip() and (taken := _take(rule, value.strip(), where, issues)) is not None:
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
        code = _take(country, key, where, issues)
        if code == rule.but:
            issues.add(where, f"Give this one as {rule.field}", "invalid_string")
        elif code is not None and values[key].strip():
            taken = _take(rule.check, values[key].strip(), where, issues)
            if taken is not None:
                found[str(code)] = taken
    return found


def _take(check: Check, value: str, path: str, issues: Issues) -> Fact | None:
    try:
        return check(value)
    except Wrong as wrong:
        issues.wrong(path, wrong)
        return None
