"""Examples of answers that have none of their own: made from their schema, valid by it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Schema = dict[str, Any]

INSTANT = "2026-03-11T16:10:00.000Z"
DAY = "2026-03-11"
# What a text of this name looks like.
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "accountId": "acc_123",
        "exportId": "batch_123",
        "batch_id": "batch_123",
        "warehouseId": "wh_123",
        "brokerId": "br_123",
        "customs_package_id": "cp_123",
        "customsPackageId": "cp_123",
        "packageNumber": "cp_ch123456",
        "externalId": "wms-1001",
        "planHash": "planhash_" + "0" * 64,
        "email": "broker@example.com",
        "recipient_email": "broker@example.com",
        "url": "https://wms.example.com/hooks/entrygo",
        "country": "CA",
        "destinationCountry": "US",
        "countryOfOrigin": "CA",
        "currency": "USD",
        "state": "COMPLETED",
        "status": "COMPLETED",
        "readinessState": "READY",
        "severity": "warning",
        "type": "export.executed",
    }
)
# IDs by the schema that they are of.
IDS: Mapping[str, str] = MappingProxyType(
    {
        "Product": "prod_123",
        "Warehouse": "wh_123",
        "Broker": "br_123",
        "Importer": "imp_123",
        "StoredOrder": "ord_123",
        "WebhookView": "wh_123",
        "KeyView": "key_123",
    }
)


def sample(schema: Schema, schemas: Mapping[str, Schema], *, model: str = "", field: str = "") -> Any:
    """A value of `schema`: what may be null is null, a list has one item, an enum its first word."""
    if "$ref" in schema:
        model = schema["$ref"].rpartition("/")[2]
        return sample(schemas[model], schemas, model=model, field=field)
    if "anyOf" in schema:
        choices = schema["anyOf"]
        return None if {"type": "null"} in choices else sample(choices[0], schemas, model=model, field=field)
    if "properties" in schema:
        fields = schema["properties"].items()
        return {name: sample(each, schemas, model=model, field=name) for name, each in fields}
    if "items" in schema:
        return [sample(schema["items"], schemas, field=field)]
    return schema["enum"][0] if "enum" in schema else _plain(schema, model, field)


def _plain(schema: Schema, model: str, field: str) -> Any:
    kind = schema.get("type")
    if kind == "string":
        return _text(schema, model, field)
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    return {"boolean": False, "object": {}}.get(str(kind))


def _text(schema: Schema, model: str, field: str) -> str:
    if schema.get("format") == "date":
        return DAY
    if schema.get("format") == "date-time" or "RFC 3339" in schema.get("description", ""):
        return INSTANT
    if field == "id":
        return IDS.get(model, "id_123")
    return TEXTS.get(field, "…")
