"""The REST schemas of products, warehouses, brokers and importers, made from their declarations."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field as Described
from pydantic import create_model
from pydantic.alias_generators import to_camel

from entrygo.gateway.schemas import fields
from entrygo.gateway.schemas.declared import list_of, members
from entrygo.gateway.schemas.fields import Body, IdempotencyKey, Identifier, Returned
from entrygo.records.kinds import Record

KEY: Any = (IdempotencyKey | None, None)
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
    base = create_model(f"{title}Fields", __base__=Body, **members(record.fields))
    given = create_model(
        f"{title}Input",
        __base__=(base, Returned),
        __doc__=f"A {noun} to create or update; a field that is absent or null keeps its value.",
        id=(Annotated[Identifier | None, Described(description=TO_TAKE)], None),
        external_id=(Annotated[fields.OwnName, Described(description=record.own_name)], ...),
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
    assert issubclass(given, Returned)
    given.answered_only = frozenset({"createdAt", "updatedAt", *map(to_camel, answered)})
    return RecordSchemas(
        sync_body=_sync_body(record, given),
        patch_body=create_model(
            f"Patch{title}Body",
            __base__=base,
            __doc__="The fields to change: one that is absent keeps its value, null clears it.",
            idempotency_key=KEY,
        ),
        record=kept,
        sync_answer=create_model(f"Sync{title}sAnswer", __base__=Body, data=(list_of(kept), ...)),
        page=create_model(
            f"{title}Page",
            __base__=Body,
            data=(list_of(kept), ...),
            has_more=(bool, ...),
            next_cursor=(str | None, ...),
        ),
    )


def _sync_body(record: Record, given: type[Body]) -> type[Body]:
    items: Any = list_of(Annotated[given, fields.WhileIssuesAreListed])
    limits = Described(min_length=1, max_length=record.rest_maximum)
    length = fields.at_most(record.rest_maximum)
    return create_model(
        f"Sync{record.title}sBody",
        __base__=Body,
        account_id=(Identifier, ...),
        items=(Annotated[items, limits, length], ...),
        idempotency_key=KEY,
    )
