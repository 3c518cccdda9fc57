"""Writes docs/asyncapi.json, the AsyncAPI 3 document of the Kafka topics and of webhooks, from the code."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from entrygo.gateway.schemas.events import Event
from entrygo.messaging.events import EVENT_DATA, EXPORT_EVENTS, EXPORTS_TOPIC, ORDERS_TOPIC, topic_of_type

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "asyncapi.json"
EVENTS_PROTO = ROOT / "protos" / "entrygo" / "proto" / "events" / "v1" / "events.proto"
TEST_EVENT = "webhook.test"
DISABLED_EVENT = "webhook.disabled"
PROTOBUF = "application/vnd.google.protobuf;version=3"

HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0 in binary mode, and the seal of the relay that wrote the record.",
    "properties": {
        name: {"type": "string"}
        for name in (
            "ce_id",
            "ce_source",
            "ce_type",
            "ce_time",
            "ce_subject",
            "ce_sequence",
            "ce_accountid",
            "ce_mode",
            "entrygo-seal",
        )
    },
}
SIGNATURE = {
    "type": "object",
    "description": "Standard Webhooks 1.0.0.",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {"type": "string", "description": "The same at every attempt."},
        "webhook-timestamp": {"type": "string", "description": "Of the attempt, in Unix seconds."},
        "webhook-signature": {"type": "string", "description": "v1,… one or, during a rotation, two."},
    },
}
TOPICS = {"orders": ORDERS_TOPIC, "exports": EXPORTS_TOPIC}


def document() -> dict[str, Any]:
    """The whole document; every type of event is a message of its topic, those of exports of webhooks too."""
    channels: dict[str, Any] = {
        name: {
            "address": topic,
            "description": "Key: the id of the export, or of the sync. A hint: the owners' logs are true.",
            "messages": {_name(type_): _message("kafka", type_) for type_ in _types_of(topic)},
            "bindings": {"kafka": {"topic": topic}},
        }
        for name, topic in TOPICS.items()
    }
    sent = (*EXPORT_EVENTS, TEST_EVENT, DISABLED_EVENT)
    channels["webhooks"] = {
        "address": None,
        "description": "POST to the URL of each webhook of the account that asked for the type.",
        "messages": {_name(type_): _message("webhook", type_) for type_ in sent},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "EntryGo events",
            "version": "1.0.0",
            "description": "What happens to orders and exports: on Kafka, and by webhooks.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            **{f"send{name.capitalize()}": _operation(name) for name in TOPICS},
            "sendWebhook": {**_operation("webhooks"), "bindings": {"http": {"method": "POST"}}},
        },
        "components": {
            "messages": {
                **{f"kafka-{_name(type_)}": _kafka_message(type_) for type_ in EVENT_DATA},
                **{f"webhook-{_name(type_)}": _webhook_message(type_) for type_ in sent},
            },
            "schemas": _schemas(),
        },
    }


def _types_of(topic: str) -> list[str]:
    return [type_ for type_ in EVENT_DATA if topic_of_type(type_) == topic]


def _name(type_: str) -> str:
    """`export.executed` as a key: dots separate nothing there."""
    return type_.replace(".", "-")


def _message(kind: str, type_: str) -> dict[str, str]:
    return {"$ref": f"#/components/messages/{kind}-{_name(type_)}"}


def _operation(channel: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}


def _kafka_message(type_: str) -> dict[str, Any]:
    return {
        "name": type_,
        "contentType": "application/protobuf",
        "summary": f"entrygo.proto.events.v1.Event with {EVENT_DATA[type_]}",
        "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
        "payload": {"$ref": "#/components/schemas/ProtobufEvent"},
    }


def _webhook_message(type_: str) -> dict[str, Any]:
    schema = {TEST_EVENT: "TestEvent", DISABLED_EVENT: "DisabledEvent"}.get(type_, "Event")
    return {
        "name": type_,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/WebhookHeaders"},
        "payload": {"$ref": f"#/components/schemas/{schema}"},
    }


def _schemas() -> dict[str, Any]:
    event = TypeAdapter(Event).json_schema(ref_template="#/components/schemas/{model}")
    parts = event.pop("$defs")
    text = {"type": "string"}
    data = dict.fromkeys(("accountId", "mode", "eventId"), text)
    disabled: dict[str, Any] = {
        **dict.fromkeys(("webhookId", "url", "reason"), text),
        **{name: {"type": ["string", "null"]} for name in ("warehouseId", "failingSince")},
    }
    return {
        "CloudEventHeaders": HEADERS,
        "ProtobufEvent": {"schemaFormat": PROTOBUF, "schema": EVENTS_PROTO.read_text(encoding="utf-8")},
        "WebhookHeaders": SIGNATURE,
        "TestEvent": _of_endpoint(TEST_EVENT, data),
        "DisabledEvent": _of_endpoint(DISABLED_EVENT, data | disabled),
        "Event": event,
        **parts,
    }


def _of_endpoint(type_: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event about an endpoint rather than about an export."""
    return {
        "type": "object",
        "properties": {
            "type": {"const": type_},
            "timestamp": {"type": "string"},
            "data": {"type": "object", "properties": data},
        },
    }


def main() -> int:
    """Writes the document, or to the path that is given."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
