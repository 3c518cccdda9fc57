"""Fields that a body or a query does not have: what it could have meant, and how many are looked at. Pure."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel

from entrygo.domain.errors import PayloadTooLarge

CODE = "unrecognized_key"
# Where data goes that is its sender's own.
OWN_DATA = "metadata"
# No object of the contract has so many fields; every one above it becomes an issue of half a kilobyte.
USUAL_FIELDS = 300
MAX_BEYOND = 1_000
_PLACE_HOLDERS = str.maketrans("", "", "_- .")

Schema = dict[str, Any]


def unknown(model: type[BaseModel], path: Sequence[int | str]) -> str:
    """What is said of the field at `path`, which `model` does not have there: the nearest that it has."""
    known = known_names(model, path[:-1])
    meant = _nearest(str(path[-1]), known)
    if meant is not None:
        return f"Unknown; did you mean {meant}?"
    return f"Unknown; what is yours goes into {OWN_DATA}" if OWN_DATA in known else "Unknown"


def known_names(model: type[BaseModel], path: Sequence[int | str]) -> Sequence[str]:
    """The names of the fields of the object at `path` of a body, as the published schema has them."""
    whole = _schema_of(model)
    definitions: Schema = whole.get("$defs", {})
    found = [whole]
    for step in path:
        found = [inner for each in found for inner in _inside(each, step, definitions)]
    objects = [each for one in found for each in _choices(one, definitions)]
    return tuple(dict.fromkeys(name for each in objects for name in each.get("properties", ())))


def _nearest(given: str, known: Sequence[str]) -> str | None:
    """Whatever its capitals and underscores are."""
    plain = {_plain(name): name for name in known}
    close = get_close_matches(_plain(given), plain, n=1, cutoff=0.7)
    return plain[close[0]] if close else None


def _plain(name: str) -> str:
    return name[:100].translate(_PLACE_HOLDERS).lower()


@cache
def _schema_of(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


def _choices(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _choices(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return
    yield schema
    for choice in schema.get("anyOf", ()):
        yield from _choices(choice, definitions)


def _inside(schema: Schema, step: int | str, definitions: Schema) -> Iterator[Schema]:
    for choice in _choices(schema, definitions):
        inner = choice.get("items") if isinstance(step, int) else choice.get("properties", {}).get(step)
        if inner is not None:
            yield inner


def check_size(body: object) -> None:
    """PayloadTooLarge for objects of very many fields, before each of them is described as unknown."""
    beyond, waiting = 0, [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(each for each in value if isinstance(each, dict | list))
        elif isinstance(value, dict):
            beyond += max(0, len(value) - USUAL_FIELDS)
            if beyond > MAX_BEYOND:
                message = f"Objects of the request body have more than {USUAL_FIELDS} fields."
                raise PayloadTooLarge(message, details={"limitFields": USUAL_FIELDS})
            waiting.extend(
                each for name, each in value.items() if isinstance(each, dict | list) and name != OWN_DATA
            )
