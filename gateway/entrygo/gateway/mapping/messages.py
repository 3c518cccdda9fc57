"""Models whose fields are named like their message's: filled and read by name."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from entrygo.domain.money import json_number, plain
from entrygo.gateway.schemas.fields import Body
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import Amount, Percent, names_of
from entrygo.records.product import PRODUCT
from entrygo.records.warehouse import WAREHOUSE

M = TypeVar("M", bound=Message)

# Decimals travel as text; the declaration, not the wire, says which texts are numbers.
NUMBERS = frozenset(
    name
    for record in (PRODUCT, WAREHOUSE, BROKER, IMPORTER)
    for name in names_of(record.fields, Amount | Percent)
)


def filled(message: M, model: Body) -> M:
    """`message` with every field that `model` holds a value for; absent and null stay unset."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if value is not None:
            _set(message, name, value)
    return message


def cleared(model: Body, prefix: str = "") -> Iterator[str]:
    """The paths of the fields that `model` names with null, or with an empty list."""
    for name in sorted(model.model_fields_set):
        value = getattr(model, name)
        if value is None or value == []:
            yield f"{prefix}{name}"
        elif isinstance(value, Body):
            yield from cleared(value, f"{prefix}{name}.")
        elif isinstance(value, dict):
            yield from (f"{prefix}{name}.{key}" for key, given in value.items() if given is None)


def _set(message: Message, name: str, value: Any) -> None:
    if isinstance(value, BaseModel):
        assert isinstance(value, Body)
        filled(getattr(message, name), value)
        getattr(message, name).SetInParent()
    elif isinstance(value, dict):
        getattr(message, name).update({key: given for key, given in value.items() if given is not None})
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, Body):
                filled(getattr(message, name).add(), item)
            else:
                getattr(message, name).append(item)
    elif isinstance(value, Decimal):
        field = message.DESCRIPTOR.fields_by_name[name]
        is_text = field.type == FieldDescriptor.TYPE_STRING
        setattr(message, name, plain(value) if is_text else int(value))
    else:
        setattr(message, name, value)


def shown(message: Message, model: type[BaseModel]) -> dict[str, Any]:
    """The JSON object of `message` as `model` describes it: every field, null where nothing was given."""
    return {
        spelled: _shown_value(message, name, _model_in(info.annotation))
        for name, info in model.model_fields.items()
        for spelled in _spellings(name, info)
    }


def _spellings(name: str, info: FieldInfo) -> tuple[str, ...]:
    """The names that answers have for a field: one, or beside it the one it had before."""
    if isinstance(info.validation_alias, AliasChoices):
        return tuple(map(str, info.validation_alias.choices))
    return (info.alias or name,)


def _shown_value(message: Message, name: str, inner: type[BaseModel] | None) -> Any:
    field = message.DESCRIPTOR.fields_by_name[name]
    value = getattr(message, name)
    if field.is_repeated and inner is not None:
        items: Iterable[Message] = value
        return [shown(item, inner) for item in items]
    if field.is_repeated:
        return (list(value) if field.message_type is None else dict(value)) or None
    if field.has_presence and not message.HasField(name):
        return None
    if inner is not None:
        return shown(value, inner)
    if name in NUMBERS:
        return json_number(value) if value else None
    return value


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in `Model`, `Model | None` or `list[Model]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
