"""The components of the OpenAPI document: what requests hold is closed, what answers hold may grow."""

from typing import Any

from pydantic import BaseModel, TypeAdapter

from entrygo.gateway.generated_names import REFERENCE

Schema = dict[str, Any]
CLOSED = {"additionalProperties": False}


class Components:
    """Collects models as they are taken and as they are answered; one that is both has two names."""

    def __init__(self) -> None:
        self._taken: Schema = {}
        self._answered: Schema = {}

    def taken(self, model: type[BaseModel]) -> Schema:
        """Adds a model of a request, and those inside it; returns the reference to it."""
        return _add(
            TypeAdapter(model).json_schema(mode="validation", ref_template=REFERENCE), model, self._taken
        )

    def answered(self, model: Any) -> Schema:
        """Adds a model of an answer, and those inside it; returns the reference to it."""
        schema = TypeAdapter(model).json_schema(mode="serialization", ref_template=REFERENCE)
        return _add(_opened(schema), model, self._answered)

    def together(self, paths: Schema) -> Schema:
        """All of them; a request's is called `…Input` where an answer's has its name, in `paths` as well."""
        differ = {
            name for name in self._taken if self._answered.get(name, self._taken[name]) != self._taken[name]
        }
        names = {REFERENCE.format(model=name): REFERENCE.format(model=f"{name}Input") for name in differ}
        for operation in (operation for methods in paths.values() for operation in methods.values()):
            if "requestBody" in operation:
                operation["requestBody"] = _referring(operation["requestBody"], names)
        taken = {
            f"{name}Input" if name in differ else name: _referring(schema, names)
            for name, schema in self._taken.items()
        }
        return {**self._answered, **taken}


def _add(schema: Schema, model: Any, to: Schema) -> Schema:
    to.update(schema.pop("$defs", {}))
    name: str = model.__name__
    if "$ref" not in schema:
        to[name] = schema
    return {"$ref": REFERENCE.format(model=name)}


def _opened(part: Any) -> Any:
    """Without what says that there is nothing more."""
    if isinstance(part, dict):
        return {name: _opened(inner) for name, inner in part.items() if {name: inner} != CLOSED}
    return [_opened(inner) for inner in part] if isinstance(part, list) else part


def _referring(part: Any, names: dict[str, str]) -> Any:
    """With other references."""
    if isinstance(part, dict):
        return {
            name: names.get(inner, inner) if name == "$ref" else _referring(inner, names)
            for name, inner in part.items()
        }
    return [_referring(inner, names) for inner in part] if isinstance(part, list) else part
