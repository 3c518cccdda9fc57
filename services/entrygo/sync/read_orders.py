"""Reads SyncOrdersRequest into drafts; ValidationFailed with the issues. Hot path: no descriptors."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from operator import attrgetter
from typing import NamedTuple

import orjson

from entrygo.domain.ids import is_valid_id
from entrygo.domain.money import MAX_INTEGER_DIGITS, line_value
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.kinds import PlainFields
from entrygo.records.order import MAX_LINES, MAX_LINES_PER_ORDER, MAX_ORDERS, ORDER
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.texts import MAX_EXTERNAL_ID, bounded_text
from entrygo.sync.drafts import LINE_FIELDS, LineDraft, OrderDraft
from entrygo.sync.uniqueness import check_unique

MAX_METADATA_BYTES = 16 * 1024
# What repeats from one order to the next, such as where it came from, is looked at once.
SHORT_METADATA = 100  # characters
# Of a line in its order, even of an empty one: its tag and its length. Counting the lines takes longer.
LEAST_LINE_BYTES = 2

# The first names the order; the others say where it goes and under whose number, and repeat.
_NAME, _SHARED = ORDER[0], ORDER[1:]
_check_name = _NAME.kind.check
_line_texts = attrgetter("product_id", "sku", *[field.name for field in LINE_FIELDS])
_given = attrgetter(*[field.name for field in ORDER])
_ZERO = Decimal(0)
_TOO_MUCH = Decimal(10) ** MAX_INTEGER_DIGITS

# An escaped NUL (an even number of backslashes before it), which PostgreSQL cannot store.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class PricedLine(NamedTuple):
    """A line, its value in whole cents, and its canonical JSON."""

    draft: LineDraft
    value: Decimal
    json: str


def read_orders(request: sync_pb2.SyncOrdersRequest) -> list[OrderDraft]:
    """The orders of a request; ValidationFailed otherwise, with every issue up to the hundredth."""
    issues = Issues()
    if not request.account_id:
        issues.required("accountId")
    check_key(request.idempotency_key, issues)
    drafts: list[OrderDraft] = []
    if _is_sized(request, issues):
        for index, item in enumerate(request.items):
            try:
                drafts.append(_order(item))
            except Wrong as wrong:
                drafts.append(_refused(item, f"items.{index}", wrong, issues))
                if issues.is_full:
                    break
        check_unique("externalId", [draft.external_id for draft in drafts], issues)
    issues.check()
    return drafts


def _is_sized(request: sync_pb2.SyncOrdersRequest, issues: Issues) -> bool:
    """Whether the request is small enough to be looked at in detail."""
    if not request.items:
        issues.required("items")
    if len(request.items) > MAX_ORDERS:
        issues.add("items", f"At most {MAX_ORDERS} orders in one request", "too_big")
        return False
    if request.ByteSize() > LEAST_LINE_BYTES * MAX_LINES and _lines(request) > MAX_LINES:
        issues.add("items", f"At most {MAX_LINES} lines in one request", "too_big")
        return False
    return True


def _lines(request: sync_pb2.SyncOrdersRequest) -> int:
    return sum(len(item.items) for item in request.items)


def _order(item: sync_pb2.OrderInput) -> OrderDraft:
    """The draft of an order without fault; Wrong otherwise."""
    given = item.items
    if not 0 < len(given) <= MAX_LINES_PER_ORDER:
        raise Wrong(f"Expected 1 to {MAX_LINES_PER_ORDER} lines")
    lines = [_priced(*_line_texts(line)) for line in given]
    name, *shared = _given(item)
    if not name:
        raise Wrong("Required")
    return OrderDraft(
        {_NAME.name: _check_name(name), **_shared(*shared)},
        tuple([line.draft for line in lines]),
        f"[{','.join([line.json for line in lines])}]",
        sum([line.value for line in lines], _ZERO),
        _canonical_object(item.metadata_json) if item.metadata_json else None,
    )


def _refused(item: sync_pb2.OrderInput, path: str, wrong: Wrong, issues: Issues) -> OrderDraft:
    """Adds everything that is wrong with an order. Of the draft only the name counts, which may repeat."""
    before = issues.total
    given: Sequence[sync_pb2.OrderItem] = item.items
    if not given:
        issues.required(f"{path}.items")
    elif len(given) > MAX_LINES_PER_ORDER:
        issues.add(f"{path}.items", f"At most {MAX_LINES_PER_ORDER} lines in one order", "too_big")
        given = given[:MAX_LINES_PER_ORDER]
    for index, line in enumerate(given):
        _explain_line(line, f"{path}.items.{index}", issues)
    fields = _checked(ORDER, _given(item), path, issues)
    issues.optional(_canonical_object, item.metadata_json, f"{path}.metadata")
    if issues.total == before:
        issues.wrong(path, wrong)
    return OrderDraft(fields, (), "[]", _ZERO, None)


@lru_cache(maxsize=8_192)
def _shared(*texts: str) -> Mapping[str, str]:
    issues = Issues()
    fields = _checked(_SHARED, texts, "", issues)
    if issues.found:
        raise Wrong("Expected a destination, and one importer at most")
    return fields


def _checked(declared: PlainFields, texts: Sequence[str], path: str, issues: Issues) -> dict[str, str]:
    """The declared fields that were given; a text of blanks is as if it had not been."""
    fields: dict[str, str] = {}
    given = {field.name: text for field, text in zip(declared, texts, strict=True) if text.strip()}
    for field, text in zip(declared, texts, strict=True):
        where = f"{path}.{field.rest_name}"
        if text:
            if kept := issues.take(field.kind.check, text, where):
                fields[field.name] = kept
        elif field.required:
            issues.required(where)
    if "importer_external_id" in fields and "importer_number" in given:
        message = "Give importerNumber or importerExternalId, not both"
        issues.add(f"{path}.importerExternalId", message, "conflict")
    return fields


@lru_cache(maxsize=8_192)
def _priced(product_id: str, sku: str, *texts: str) -> PricedLine:
    """A line without fault. The lines of a warehouse repeat, hence the cache."""
    if sku:
        sku = _sku(product_id, sku)
    elif not is_valid_id(product_id):
        raise Wrong("Expected the id of a product")
    given = {
        field.name: field.kind.check(text)
        for field, text in zip(LINE_FIELDS, texts, strict=True)
        if text or field.required
    }
    draft = LineDraft(product_id, sku, tuple(given.items()))
    return PricedLine(draft, _value(given["quantity"], given["unit_value_usd"]), draft.json)


def _value(quantity: str, unit_value_usd: str) -> Decimal:
    """As many digits as an amount may have: totals of it are reckoned with, and written as JSON."""
    value = line_value(Decimal(quantity), Decimal(unit_value_usd))
    if value >= _TOO_MUCH:
        message = f"Quantity times unitValueUsd: at most {MAX_INTEGER_DIGITS} digits before the decimal point"
        raise Wrong(message, "too_big")
    return value


def _sku(product_id: str, sku: str) -> str:
    if product_id:
        raise Wrong("Give productId or sku, not both", "conflict")
    found = bounded_text(sku, MAX_EXTERNAL_ID)
    if not found:
        raise Wrong("Required", "invalid_type")
    return found


def _explain_line(line: sync_pb2.OrderItem, path: str, issues: Issues) -> None:
    if line.sku:
        issues.take(partial(_sku, line.product_id), line.sku, f"{path}.sku")
    elif not line.product_id:
        issues.required(f"{path}.productId")
    elif not is_valid_id(line.product_id):
        issues.add(f"{path}.productId", "Expected the id of a product", "invalid_string")
    given: dict[str, str] = {}
    for field in LINE_FIELDS:
        text = getattr(line, field.name)
        if text:
            given[field.name] = issues.take(field.kind.check, text, f"{path}.{field.rest_name}") or ""
        elif field.required:
            issues.required(f"{path}.{field.rest_name}")
    if (quantity := given.get("quantity")) and (unit_value := given.get("unit_value_usd")):
        issues.take(partial(_value, quantity), unit_value, f"{path}.unitValueUsd")


def _canonical_object(value: str) -> str | None:
    """The canonical text of a JSON object; None for an empty one."""
    return _known_object(value) if len(value) <= SHORT_METADATA else _object(value)


def _object(value: str) -> str | None:
    if len(value) > MAX_METADATA_BYTES or len(value.encode()) > MAX_METADATA_BYTES:
        raise Wrong(f"At most {MAX_METADATA_BYTES} bytes of JSON", "too_big")
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise Wrong("Expected a JSON object", "invalid_type") from None
    if not isinstance(parsed, dict):
        raise Wrong("Expected a JSON object", "invalid_type")
    try:
        canonical = orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise Wrong("Nested too deeply", "too_big") from None
    if b"u0000" in canonical and _NUL.search(canonical):
        raise Wrong("NUL characters are not allowed")
    return canonical.decode() if parsed else None


_known_object = lru_cache(maxsize=4096)(_object)
