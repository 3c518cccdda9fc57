"""The REST schemas of products, warehouses, brokers and importers, made from their declarations.

They are made at import (pydantic.create_model) instead of written out, so that a field is declared in one
place; nothing here reads them by attribute, requests are filled and answers shown by name
(mapping.messages). The schema lets through what is in proportion; what a field takes is for sync to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, create_model
from pydantic import Field as Described
from pydantic.alias_generators import to_camel

from entrygo.gateway.schemas import fields
from entrygo.gateway.schemas.fields import Body, IdempotencyKey, Identifier
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
    Percent,
    Record,
    Reference,
    Several,
    Text,
    Whole,
    Words,
)

MAX_COUNTRIES = 1_000  # each in two spellings, and then some
TO_TAKE = "The id to take on creation; else generated"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSchemas:
    """What REST takes and answers for one kind of record."""

    sync_body: type[Body]
    patch_body: type[Body]
    record: type[Body]
    sync_answer: type[Body]
    page: type[Body]


def record_schemas(record: Record, **answered: Any) -> RecordSchemas:
    """The schemas of `record`, under the names that the published contract has for them.

    `answered` are fields that only answers have, as create_model takes them.
    """
    title, noun = record.title, record.noun
    plural = f"{title}s"
    base = create_model(f"{title}Fields", __base__=Body, **_members(record.fields))
    given = create_model(
        f"{title}Input",
        __base__=base,
        __doc__=f"A {noun} to create or update; a field that is absent or null keeps its value.",
        id=(Annotated[Identifier | None, Described(description=TO_TAKE)], None),
        external_id=(Annotated[fields.Reference, Described(description=record.reference)], ...),
    )
    kept = create_model(
        title,
        __base__=base,
        __doc__=f"A {noun} as it is kept; what nobody gave is null.",
        id=(str, ...),
        external_id=(str, ...),
        created_at=(str, ...),
        updated_at=(str, ...),
        **answered,
    )
    items: Any = _list_of(Annotated[given, fields.WhileIssuesAreListed])
    limits = Described(min_length=1, max_length=record.rest_maximum)
    length = fields.at_most(record.rest_maximum)
    key: Any = (IdempotencyKey | None, None)
    return RecordSchemas(
        sync_body=create_model(
            f"Sync{plural}Body",
            __base__=Body,
            account_id=(Identifier, ...),
            items=(Annotated[items, limits, length], ...),
            idempotency_key=key,
        ),
        patch_body=create_model(
            f"Patch{title}Body",
            __base__=base,
            __doc__="The fields to change: one that is absent keeps its value, null clears it.",
            idempotency_key=key,
        ),
        record=kept,
        sync_answer=create_model(f"Sync{plural}Answer", __base__=Body, data=(_list_of(kept), ...)),
        page=create_model(
            f"{title}Page",
            __base__=Body,
            data=(_list_of(kept), ...),
            has_more=(bool, ...),
            next_cursor=(str | None, ...),
        ),
    )


def _members(declared: Fields) -> dict[str, Any]:
    """Annotation and default of each field, as create_model takes them."""
    return {field.name: _member(field) for field in declared}


def _member(field: Field) -> tuple[Any, Any]:
    about = Described(description=field.about or None, **_renamed(field))
    if isinstance(field.kind, Many):
        most = field.kind.rest_maximum
        items = _list_of(_model(field.kind.group))
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


# Kinds that are one type each.
_TYPES: Mapping[type, Any] = {
    Reference: fields.Reference,
    Country: fields.Country,
    Currency: Annotated[fields.ShortText, Described(pattern=r"^[A-Za-z]{3}$")],
    Day: fields.Date,
    Amount: fields.Amount,
    Percent: fields.Percent,
    Flag: fields.Flag,
}


def _annotation(kind: Kind) -> Any:
    match kind:
        case Text():
            return fields.text_of(kind.rest_limit)
        case Words() | Several():
            word: Any = Literal.__getitem__(kind.allowed)
            most = Described(max_length=len(kind.allowed))
            return word if isinstance(kind, Words) else Annotated[GenericAlias(list, (word,)), most]
        case Whole():
            return fields.whole_number(kind.minimum, kind.rest_maximum or kind.maximum)
        case ByCountry():
            code: Any = fields.text_of(kind.text.rest_limit)
            return Annotated[GenericAlias(dict, (str, code | None)), fields.at_most(MAX_COUNTRIES)]
        case Group():
            return _model(kind)
        case _:
            return _TYPES[type(kind)]


@cache
def _model(group: Group) -> type[Body]:
    """One model a group, wherever it stands: they share a name in the published document."""
    return create_model(group.title, __base__=Body, __doc__=group.about or None, **_members(group.fields))


def _list_of(model: Any) -> Any:
    return GenericAlias(list, (model,))
