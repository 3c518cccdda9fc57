"""Reads SyncOrdersRequest into drafts; ValidationFailed with the issues. Hot path: no descriptors."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache, partial
from operator import attrgetter
from typing import NamedTuple

import orjson

from entrygo.domain.ids import is_valid_id
from entrygo.domain.money import line_value
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.kinds import camel_case
from entrygo.records.order import MAX_LINES, MAX_LINES_PER_ORDER, MAX_ORDERS, ORDER
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.texts import MAX_EXTERNAL_ID, bounded_text
from entrygo.sync.drafts import LINE_FIELDS, LineDraft, OrderDraft
from entrygo.sync.uniqueness import check_unique

MAX_METADATA_BYTES = 16 * 1024


_CHECKS = tuple((field.name, field.kind.check) for field in ORDER)
_REQUIRED = frozenset(field.name for field in ORDER if field.required)
_line_texts = attrgetter("product_id", "sku", *[field.name for field in LINE_FIELDS])
_given = attrgetter(*[field.name for field in ORDER])
_ZERO = Decimal(0)

# An escaped NUL (an even number of backslashes before it), which PostgreSQL cannot store.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class PricedLine(NamedTuple):
    """A line, its value in whole cents, and its canonical JSON."""

    draft: LineDraft
    value: Decimal
    json: str


_REFUSED = PricedLine(LineDraft("", "", ()), _ZERO, "{}")


def read_orders(request: sync_pb2.SyncOrdersRequest) -> list[OrderDraft]:
    """The orders of a request; ValidationFailed otherwise, with every issue up to the hundredth."""
    issues = Issues()
    if not request.account_id:
        issues.required("accountId")
    check_key(request.idempotency_key, issues)
    drafts: list[OrderDraft] = []
    if _is_sized(request, issues):
        for index, item in enumerate(request.items):
            drafts.append(_order(item, f"items.{index}", issues))
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
    if sum(len(item.items) for item in request.items) > MAX_LINES:
        issues.add("items", f"At most {MAX_LINES} lines in one request", "too_big")
        return False
    return True


def _order(item: sync_pb2.OrderInput, path: str, issues: Issues) -> OrderDraft:
    """A draft; where an issue was found its content does not matter."""
    given: Sequence[sync_pb2.OrderItem] = item.items
    if not given:
        issues.required(f"{path}.items")
    elif len(given) > MAX_LINES_PER_ORDER:
        issues.add(f"{path}.items", f"At most {MAX_LINES_PER_ORDER} lines in one order", "too_big")
        given = given[:MAX_LINES_PER_ORDER]
    lines = [_line(line, path, index, issues) for index, line in enumerate(given)]
    return OrderDraft(
        _fields(item, path, issues),
        tuple([line.draft for line in lines]),
        f"[{','.join([line.json for line in lines])}]",
        sum([line.value for line in lines], _ZERO),
        _metadata(item.metadata_json, path, issues) if item.metadata_json else None,
    )


def _fields(item: sync_pb2.OrderInput, path: str, issues: Issues) -> dict[str, str]:
    """The declared fields that were given; a text of blanks is as if it had not been."""
    fields: dict[str, str] = {}
    for (name, check), given in zip(_CHECKS, _given(item), strict=True):
        if given:
            try:
                if kept := check(given):
                    fields[name] = kept
            except Wrong as wrong:
                issues.wrong(f"{path}.{camel_case(name)}", wrong)
        elif name in _REQUIRED:
            issues.required(f"{path}.{camel_case(name)}")
    if "importer_external_id" in fields and item.importer_number.strip():
        message = "Give importerNumber or importerExternalId, not both"
        issues.add(f"{path}.importerExternalId", message, "conflict")
    return fields


@lru_cache(maxsize=32_768)
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
    value = line_value(Decimal(given["quantity"]), Decimal(given["unit_value_usd"]))
    return PricedLine(draft, value, draft.json)


def _sku(product_id: str, sku: str) -> str:
    if product_id:
        raise Wrong("Give productId or sku, not both", "conflict")
    found = bounded_text(sku, MAX_EXTERNAL_ID)
    if not found:
        raise Wrong("Required", "invalid_type")
    return found


def _line(line: sync_pb2.OrderItem, path: str, index: int, issues: Issues) -> PricedLine:
    try:
        return _priced(*_line_texts(line))
    except Wrong:
        _explain_line(line, f"{path}.items.{index}", issues)
        return _REFUSED


def _explain_line(line: sync_pb2.OrderItem, path: str, issues: Issues) -> None:
    if line.sku:
        issues.take(partial(_sku, line.product_id), line.sku, f"{path}.sku")
    elif not line.product_id:
        issues.required(f"{path}.productId")
    elif not is_valid_id(line.product_id):
        issues.add(f"{path}.productId", "Expected the id of a product", "invalid_string")
    for field in LINE_FIELDS:
        text = getattr(line, field.name)
        if text:
            issues.take(field.kind.check, text, f"{path}.{field.rest_name}")
        elif field.required:
            issues.required(f"{path}.{field.rest_name}")


def _metadata(value: str, path: str, issues: Issues) -> str | None:
    return issues.take(_canonical_object, value, f"{path}.metadata")


def _canonical_object(value: str) -> str | None:
    """The canonical text of a JSON object; None for an empty one."""
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
