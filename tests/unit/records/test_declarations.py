"""What is written out elsewhere agrees with the declarations: messages, facts, the plan hash, columns."""

from collections.abc import Iterator
from dataclasses import fields as fields_of
from typing import Any, get_args

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from entrygo.domain import facts
from entrygo.gateway.schemas.orders import OrderInput, OrderLineInput
from entrygo.planning.plan_hash import (
    BROKER_FIELDS,
    IMPORTER_FIELDS,
    LATER_LINE_FIELDS,
    LATER_ORDER_FIELDS,
    LINE_FIELDS,
    ORDER_FIELDS,
    PRODUCT_FIELDS,
    WAREHOUSE_FIELDS,
)
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.broker import BROKER
from entrygo.records.csv_columns import columns_of
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import ByCountry, Fields, Flag, Group, Many, Record, Several, Whole
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.records.product import PRODUCT
from entrygo.records.warehouse import WAREHOUSE

IDENTITY = {"id", "external_id"}
# What another service knows of a record, which the gateway adds to an answer.
OF_OTHERS = {"email_state"}
STAMPS = {"created_at", "updated_at"}
# In REST a class and a field of one name trip generators of clients up.
NAMES_OF_MESSAGES = {"MetalContent": "Metal"}
RECORDS = [
    (PRODUCT, sync_pb2.Product, facts.Product, PRODUCT_FIELDS),
    (WAREHOUSE, sync_pb2.Warehouse, facts.Warehouse, WAREHOUSE_FIELDS),
    (BROKER, sync_pb2.Broker, facts.Broker, BROKER_FIELDS),
    (IMPORTER, sync_pb2.Importer, facts.Importer, IMPORTER_FIELDS),
]
BY_NAME = pytest.mark.parametrize(
    ("record", "message", "fact", "hashed"), RECORDS, ids=[record.title for record, *_ in RECORDS]
)


def groups_of(fields: Fields) -> Iterator[tuple[str, Group]]:
    """Each field that holds an object, or a list of them, and the group it holds."""
    for field in fields:
        if isinstance(field.kind, Group):
            yield field.name, field.kind
        elif isinstance(field.kind, Many):
            yield field.name, field.kind.group


def check_message(fields: Fields, descriptor: Descriptor, kept_apart: set[str]) -> None:
    assert set(descriptor.fields_by_name) - kept_apart == {field.name for field in fields}
    for field in fields:
        described = descriptor.fields_by_name[field.name]
        assert described.json_name == to_camel(field.name)
        assert field.rest_name == (field.documented or described.json_name)
        assert (described.type == FieldDescriptor.TYPE_BOOL) == isinstance(field.kind, Flag)
        assert (described.type == FieldDescriptor.TYPE_INT32) == isinstance(field.kind, Whole)
        assert described.is_repeated == isinstance(field.kind, Many | Several | ByCountry)
    for name, group in groups_of(fields):
        inner = descriptor.fields_by_name[name].message_type
        assert inner is not None
        assert inner.name == NAMES_OF_MESSAGES.get(group.title, group.title)
        check_message(group.fields, inner, set())


def fact_in(annotation: Any) -> type[facts.Fact] | None:
    """The fact in `Fact`, `Fact | None` or `tuple[Fact, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, facts.Fact):
        return annotation
    return next(filter(None, map(fact_in, get_args(annotation))), None)


def check_fact(fields: Fields, fact: type[facts.Fact], kept_apart: set[str]) -> None:
    assert set(fact.model_fields) - kept_apart == {field.name for field in fields}
    for name, group in groups_of(fields):
        inner = fact_in(fact.model_fields[name].annotation)
        assert inner is not None
        check_fact(group.fields, inner, set())


@BY_NAME
def test_a_message_carries_exactly_the_declared_fields_under_their_rest_names(
    record: Record, message: Any, fact: type[facts.Fact], hashed: tuple[str, ...]
) -> None:
    assert message.DESCRIPTOR.name == record.title
    check_message(record.fields, message.DESCRIPTOR, IDENTITY | STAMPS | OF_OTHERS)


@BY_NAME
def test_a_fact_holds_exactly_the_declared_fields(
    record: Record, message: Any, fact: type[facts.Fact], hashed: tuple[str, ...]
) -> None:
    check_fact(record.fields, fact, IDENTITY)


@BY_NAME
def test_the_plan_hash_lists_exactly_the_fields_that_are_declared_to_be_covered(
    record: Record, message: Any, fact: type[facts.Fact], hashed: tuple[str, ...]
) -> None:
    assert set(hashed) == IDENTITY | {field.name for field in record.fields if field.hashed}


def test_the_messages_and_the_facts_of_an_order_and_its_lines_have_the_declared_fields() -> None:
    given, kept, line = (
        set(message.DESCRIPTOR.fields_by_name)
        for message in (sync_pb2.OrderInput, sync_pb2.Order, sync_pb2.OrderItem)
    )
    assert given - {"items", "metadata_json"} == {field.name for field in ORDER}
    of_ours = {"id", "account_id", "total_value_usd", "items", "metadata_json"}
    assert kept - of_ours - STAMPS == {field.name for field in ORDER}
    assert line == {field.name for field in ORDER_LINE}
    of_order, of_line = ({field.name for field in fields_of(fact)} for fact in (facts.Order, facts.OrderItem))
    assert of_order - {"id", "items"} == {field.name for field in ORDER}
    assert of_line == {field.name for field in ORDER_LINE} - {"sku"}


def test_the_plan_hash_lists_exactly_the_fields_of_an_order_and_its_lines_that_are_covered() -> None:
    covered = {field.name for field in ORDER if field.hashed}
    assert {*ORDER_FIELDS, *LATER_ORDER_FIELDS} == {"id"} | covered
    assert {*LINE_FIELDS, *LATER_LINE_FIELDS} == {field.name for field in ORDER_LINE if field.hashed} - {
        "sku"
    }


@pytest.mark.parametrize("fields", [PRODUCT.fields, IMPORTER.fields, ORDER, ORDER_LINE])
def test_no_two_fields_share_a_column(fields: Fields) -> None:
    names = [column.name for column in columns_of(fields)]
    assert len(set(names)) == len(names)


def test_columns_lead_to_the_objects_of_a_product() -> None:
    columns = {column.name: column for column in columns_of(PRODUCT.fields)}
    found = columns["fda_product_code"]
    assert (found.objects, found.member, found.rest_name) == (("pga", "fda"), None, "productCode")
    found = columns["section_232_steel_melt_pour"]
    assert found.objects == ("section232",)
    assert found.member is not None
    assert (found.member.list_name, found.member.key, found.member.word) == ("metals", "metal", "steel")
    assert columns["adcvd_case_signed_off_by"].objects == ("adcvdCase",)
    assert columns["hts_code_<country>"].objects == ("htsCodes",)


@pytest.mark.parametrize(
    ("model", "declared", "kept_apart"),
    [(OrderInput, ORDER, {"items", "metadata", "currency"}), (OrderLineInput, ORDER_LINE, {"currency"})],
)
def test_the_rest_schema_of_an_order_has_the_declared_fields(
    model: type[BaseModel], declared: Fields, kept_apart: set[str]
) -> None:
    assert set(model.model_fields) - kept_apart == {field.name for field in declared}
    for field in declared:
        schema = model.model_fields[field.name]
        assert (schema.alias, schema.description) == (field.rest_name, field.about)
        # Without its product a line is refused as any line is that lacks a field; a SKU stands in for it.
        assert schema.is_required() == (field.required or field.name == "product_id")
