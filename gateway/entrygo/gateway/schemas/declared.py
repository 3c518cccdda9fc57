"""Models of the REST API made from declared fields: what a request may hold, and what an answer shows.

They are made at import (pydantic.create_model) instead of written out, so that a field is declared in one
place; requests are filled and answers shown by name (mapping.messages). A schema publishes what a field takes
and lets through what is in proportion: to refuse the rest is for sync.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AliasChoices, create_model
from pydantic import Field as Described
from pydantic.alias_generators import to_camel

from entrygo.gateway.schemas import fields
from entrygo.gateway.schemas.fields import Body, Returned
from entrygo.records.kinds import (
    Amount,
    ByCountry,
    Country,
    Currency,
    Day,
    Field,
    Fields,
    Flag,
    Group,
    Kind,
    Many,
    OwnName,
    Percent,
    PlainFields,
    Several,
    Text,
    Whole,
    Words,
    find,
)
from entrygo.requests.texts import CURRENCY

MAX_COUNTRIES = 1_000  # each in two spellings, and then some

B = TypeVar("B", bound=Body)


def with_fields(declared: Fields) -> Callable[[type[B]], type[B]]:
    """Gives a model the declared fields, before its own; of a field that it has itself, its own counts."""

    def extend(model: type[B]) -> type[B]:
        base = create_model(f"{model.__name__}Fields", __base__=Body, **members(declared))
        bases: Any = (model, base)
        extended: type[B] = create_model(model.__name__, __base__=bases, __module__=model.__module__)
        return extended

    return extend


def described(declared: Fields, name: str) -> Any:
    """The description of a declared field, for one that a model writes out."""
    found = find(declared, name)
    return Described(description=found.about if found else None)


def shown_members(declared: PlainFields, *, where_given: bool = False) -> dict[str, Any]:
    """What an answer shows of plain fields, as create_model takes them.

    What nobody gave is null, or absent in an answer that shows optional fields `where_given`.
    """
    return {
        field.name: (
            _shown(field),
            Described(None if where_given and not field.required else ..., description=field.about),
        )
        for field in declared
    }


def _shown(field: Field[Any]) -> Any:
    shown = float if isinstance(field.kind, Amount | Percent) else str
    return shown if field.required else shown | None


def members(declared: Fields) -> dict[str, Any]:
    """Annotation and default of each field, as create_model takes them."""
    return {field.name: _member(field) for field in declared}


def _member(field: Field) -> tuple[Any, Any]:
    about = Described(description=field.about or None, **_renamed(field))
    if isinstance(field.kind, Many):
        most = field.kind.rest_maximum
        items = list_of(_model(field.kind.group))
        default: Any = Described(default_factory=list)
        return Annotated[items, Described(max_length=most), fields.at_most(most), about], default
    kind = _annotation(field.kind)
    if field.required:
        return Annotated[kind, about], ...
    if field.default is not None:
        return Annotated[kind, about], field.default
    return Annotated[kind | None, about], None


def _renamed(field: Field) -> dict[str, Any]:
    if field.documented is None:
        return {}
    choices = AliasChoices(field.documented, to_camel(field.name))
    return {"alias": field.documented, "validation_alias": choices}


# Kinds that are one type each, whatever they say; or where they say this.
_TYPES: Mapping[Any, Any] = {
    Amount(above_zero=True): fields.PositiveNumber,
    OwnName: fields.OwnName,
    Country: fields.Country,
    Currency: Annotated[fields.ShortText, Described(pattern=CURRENCY)],
    Day: fields.Date,
    Amount: fields.Amount,
    Percent: fields.Percent,
    Flag: fields.Flag,
}


def _annotation(kind: Kind) -> Any:
    match kind:
        case Text():
            return fields.text_of(kind.rest_limit, kind.maximum)
        case Words() | Several():
            word: Any = Literal.__getitem__(kind.allowed)
            most = Described(max_length=len(kind.allowed))
            return word if isinstance(kind, Words) else Annotated[GenericAlias(list, (word,)), most]
        case Whole():
            return fields.whole_number(kind.minimum, kind.rest_maximum or kind.maximum, kind.maximum)
        case ByCountry():
            code: Any = fields.text_of(kind.text.rest_limit, kind.text.maximum)
            return Annotated[GenericAlias(dict, (str, code | None)), fields.at_most(MAX_COUNTRIES)]
        case Group():
            return _model(kind)
        case _:
            return _TYPES.get(kind) or _TYPES[type(kind)]


def group_schema(group: Group) -> type[Body]:
    """The schema of an object of a record, for a body that has it by itself."""
    return _model(group)


@cache
def _model(group: Group) -> type[Body]:
    """One model a group, wherever it stands: they share a name in the published document."""
    renamed = {field.documented: to_camel(field.name) for field in group.fields if field.documented}
    made: type[Body] = create_model(
        group.title,
        __base__=Returned if renamed else Body,
        __doc__=group.about or None,
        **members(group.fields),
    )
    if issubclass(made, Returned):
        made.renamed = renamed
    return made


def list_of(model: Any) -> Any:
    """`list[model]`, of a model that is made at import."""
    return GenericAlias(list, (model,))
