"""What generators of clients need of the OpenAPI document, read from the document."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from entrygo.gateway.glossary import MEANINGS, MEANINGS_WITHIN
from entrygo.gateway.routes import ENDPOINTS
from tests.openapi import DOCUMENT

SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, Any] = {
    operation["operationId"]: operation
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object within `schema`, itself first."""
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)


def test_no_schema_is_put_together_of_fragments() -> None:
    for part in parts([SCHEMAS, DOCUMENT["paths"]]):
        assert "allOf" not in part
        assert all(set(choice) != {"required"} for choice in part.get("anyOf", ()))


def test_a_time_that_an_operator_sets_is_described_as_one() -> None:
    # ENTRYGO_EVENT_STREAM_SECONDS and ENTRYGO_WEBHOOK_KEEP_DAYS.
    said = [
        operation["description"]
        for operation in OPERATIONS.values()
        if re.search(r"ten minutes|35 days", operation.get("description", ""))
    ]
    assert len(said) == 3
    assert all("an operator" in each for each in said)


def test_every_field_is_described() -> None:
    undescribed = [
        f"{model}.{field}"
        for model, schema in SCHEMAS.items()
        for field, described in schema.get("properties", {}).items()
        if not described.get("description")
    ]
    assert not undescribed, "say it in the schema, or in entrygo.gateway.glossary"


def test_the_glossary_explains_no_field_that_is_gone() -> None:
    fields = {field for schema in SCHEMAS.values() for field in schema.get("properties", {})}
    parameters = {one["name"] for operation in OPERATIONS.values() for one in operation["parameters"]}
    assert set(MEANINGS) <= fields | parameters
    assert all(field in SCHEMAS[model]["properties"] for model, field in MEANINGS_WITHIN)


@each_operation
def test_every_parameter_is_described(operation: dict[str, Any]) -> None:
    assert all(one["description"] for one in operation["parameters"])


def test_operations_read_as_methods_and_differ() -> None:
    assert len(OPERATIONS) == len(ENDPOINTS)
    for name in OPERATIONS:
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name), name


@each_operation
def test_every_refusal_is_the_named_error(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status != "200":
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorBody"}
    assert "enum" in SCHEMAS["ErrorCode"]


@each_operation
def test_every_answer_has_a_body_of_one_known_type(operation: dict[str, Any]) -> None:
    ((media_type, content),) = operation["responses"]["200"]["content"].items()
    schema = content["schema"]
    if media_type == "application/json":
        assert "$ref" in schema
    elif media_type.startswith("text/"):
        assert schema == {"type": "string"}
    else:
        assert schema == {"type": "string", "format": "binary"}


@each_operation
def test_every_json_answer_has_an_example_that_is_valid(operation: dict[str, Any]) -> None:
    content = operation["responses"]["200"]["content"].get("application/json")
    if content is not None:
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(content["example"])


@each_operation
def test_every_request_body_is_named_and_has_an_example(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]["application/json"]
        assert "$ref" in content["schema"]
        assert "example" in content


def test_words_and_maps_that_may_be_null_have_names() -> None:
    for part in parts(SCHEMAS):
        for choice in part.get("anyOf", ()):
            assert not {"enum", "additionalProperties"} & set(choice)
            assert "enum" not in choice.get("items", {})


def test_no_field_repeats_its_name_as_its_title() -> None:
    assert not [
        name
        for name, schema in SCHEMAS.items()
        if "anyOf" in schema
        or any("title" in described for described in schema.get("properties", {}).values())
    ]


def test_no_name_is_one_that_generated_code_uses_itself() -> None:
    taken = {"cast", "self", "cls", "datetime", "Any", "UNSET"}
    for model, schema in SCHEMAS.items():
        assert not taken & set(schema.get("properties", ())), model
        assert not taken & {model}
