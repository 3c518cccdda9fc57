"""No list of a body is looked at item by item when it is too long: millions of bad items cost nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from entrygo.gateway.routes import ENDPOINTS

ITEM = "[]"


def lists_of(schema: Mapping[str, Any], models: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Any]:
    """The path of each list with a greatest length in a schema, and that length."""
    if (reference := schema.get("$ref")) is not None:
        yield from lists_of(models[reference.rpartition("/")[2]], models, path)
    for choice in schema.get("anyOf", ()):
        yield from lists_of(choice, models, path)
    for name, field in schema.get("properties", {}).items():
        yield from lists_of(field, models, (*path, name))
    if "items" in schema:
        yield path, schema["maxItems"]
        yield from lists_of(schema["items"], models, (*path, ITEM))


def lists_of_bodies() -> Iterator[Any]:
    for body in dict.fromkeys(endpoint.body for endpoint in ENDPOINTS if endpoint.body is not None):
        schema = body.model_json_schema()
        for path, maximum in lists_of(schema, schema.get("$defs", {}), ()):
            yield pytest.param(body, path, maximum, id=f"{body.__name__}.{'.'.join(path)}")


LISTS = list(lists_of_bodies())


@pytest.mark.parametrize(("body", "path", "maximum"), LISTS)
def test_list_that_is_too_long_is_refused_by_its_length_alone(
    body: type[BaseModel], path: Sequence[str], maximum: int
) -> None:
    content: Any = [None] * (maximum + 1)
    for name in reversed(path):
        content = [content] if name == ITEM else {name: content}
    where = tuple(0 if name == ITEM else name for name in path)
    with pytest.raises(ValidationError) as refused:
        body.model_validate(content)
    found = [each["type"] for each in refused.value.errors() if each["loc"][: len(where)] == where]
    assert found == ["too_long"]


def test_lists_of_orders_and_of_their_lines_are_among_them() -> None:
    assert {("items",), ("items", ITEM, "items"), ("orderIds",)} <= {param.values[1] for param in LISTS}
