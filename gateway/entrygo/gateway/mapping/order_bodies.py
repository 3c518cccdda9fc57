"""Bodies of orders become messages. What repeats from one order to the next is held against its schema once.

The schema of the whole body takes the same ones at thrice the cost; it alone says what is wrong with others.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError, create_model
from pydantic_core import PydanticCustomError

from entrygo.gateway.mapping.orders import line_input, metadata_json
from entrygo.gateway.mapping.plain_fields import Values
from entrygo.gateway.schemas.declared import members
from entrygo.gateway.schemas.fields import Body, IdempotencyKey, Identifier, Metadata, OwnName, is_plain
from entrygo.gateway.schemas.orders import ANSWERED_ONLY, OrderLineInput, in_usd
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.order import MAX_LINES, MAX_LINES_PER_ORDER, MAX_ORDERS, ORDER, ORDER_LINE

_identifier = TypeAdapter(Identifier).validator.validate_python
_own_name = TypeAdapter(OwnName).validator.validate_python
_key = TypeAdapter(IdempotencyKey | None).validator.validate_python
_metadata = TypeAdapter(Metadata).validator.validate_python

# Of an order, all but its own name: where it goes and under whose number.
_SHARED = tuple(field for field in ORDER if field.name != "external_id")
_SHARED_NAMES = tuple(field.rest_name for field in _SHARED)
_shared_values = Values(_SHARED)
_SharedFields = create_model("SharedFields", __base__=Body, **members(_SHARED))
# Of anything else the schema says that it is unknown.
_BODY_KEYS = frozenset({"accountId", "idempotencyKey", "items"})
_ORDER_KEYS = frozenset({*_SHARED_NAMES, *ANSWERED_ONLY, "externalId", "items", "metadata", "currency"})
# A line is refused for its currency, too.
_LINE_KEYS = frozenset({*(field.rest_name for field in ORDER_LINE), "currency"})


class _Unusual(Exception):
    """For the schema of the whole body to judge."""


def usual_orders(body: object) -> sync_pb2.SyncOrdersRequest | None:
    """The message of a body (as `read_json` gives it); None when there may be something wrong with it."""
    try:
        return _request(body)
    except (_Unusual, ValidationError, PydanticCustomError):
        return None
    except (TypeError, AttributeError):
        return None  # A list or an object in the place of a text has no hash; what is no object, no fields.


def _request(body: Any) -> sync_pb2.SyncOrdersRequest:
    if not body.keys() <= _BODY_KEYS:
        raise _Unusual
    request = sync_pb2.SyncOrdersRequest(
        account_id=_identifier(body.get("accountId")), idempotency_key=_key(body.get("idempotencyKey"))
    )
    add, lines = request.items.add, 0
    for order in _some(body.get("items"), MAX_ORDERS):
        given = _some(order.get("items"), MAX_LINES_PER_ORDER)
        lines += len(given)
        if lines > MAX_LINES:
            raise _Unusual
        shared = _shared_names(*order)
        metadata = order.get("metadata")
        if "currency" in order:
            in_usd(order["currency"])
        added = add(
            external_id=_own_name(order.get("externalId")),
            metadata_json=None if metadata is None else _metadata_json(metadata),
        )
        parts = [_line(tuple(line), *line.values()) for line in given]
        parts.append(_shared(shared, *[order[name] for name in shared]))
        added.MergeFromString(b"".join(parts))
    return request


def _metadata_json(given: Any) -> str:
    return metadata_json(given if isinstance(given, dict) and is_plain(given) else _metadata(given))


def _some(given: object, most: int) -> Sequence[Any]:
    """A list of at least one."""
    if not isinstance(given, list) or not 0 < len(given) <= most:
        raise _Unusual
    return given


@lru_cache(maxsize=1024)
def _shared_names(*names: str) -> Sequence[str]:
    """Of the names in an order, those of what it may share with others."""
    if not _ORDER_KEYS.issuperset(names):
        raise _Unusual
    return tuple(name for name in names if name in _SHARED_NAMES)


# As bytes: put together, they are those of an order with all of it, and a line is read at a third of what it
# costs to be copied. Typed, since True == 1 == Decimal(1).
@lru_cache(maxsize=8_192, typed=True)
def _shared(names: Sequence[str], *values: Any) -> bytes:
    fields = _SharedFields.model_validate(dict(zip(names, values, strict=True)))
    shared = _shared_values.as_texts(_shared_values.of(fields))
    return sync_pb2.OrderInput(**shared, items=()).SerializeToString()


@lru_cache(maxsize=8_192, typed=True)
def _line(names: Sequence[str], *values: Any) -> bytes:
    if not _LINE_KEYS.issuperset(names):
        raise _Unusual
    line = line_input(OrderLineInput.model_validate(dict(zip(names, values, strict=True))))
    return sync_pb2.OrderInput(items=[line]).SerializeToString()
