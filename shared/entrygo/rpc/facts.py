"""Reads the messages of sync into facts: who asks for one reads it here, so that all see the same record."""

from google.protobuf import json_format
from google.protobuf.message import Message

from entrygo.domain.facts import Broker
from entrygo.proto.sync.v1 import sync_pb2

NOT_FACTS = frozenset({"account_id", "created_at", "updated_at", "metadata_json", "total_value_usd"})


def document_of(message: Message) -> dict[str, object]:
    """The facts of a message, by the field names that facts.py shares with the proto, without absent ones."""
    document: dict[str, object] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return {name: value for name, value in document.items() if name not in NOT_FACTS}


def broker_from_proto(broker: sync_pb2.Broker) -> Broker:
    """The whole record; sync has checked each field."""
    document = document_of(broker)
    # Zero, the default of a number without presence, is left out of a document.
    document["fee_schedules"] = [
        {"included_lines": 0} | document_of(schedule) for schedule in broker.fee_schedules
    ]
    return Broker.model_validate(document)
