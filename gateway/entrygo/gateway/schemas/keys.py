"""API keys as REST spells them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, Strict, WithJsonSchema
from typing_extensions import TypedDict

from entrygo.domain.principal import ScopeName
from entrygo.gateway.schemas.fields import Body, IdempotencyKey, Identifier, ShortText, at_most
from entrygo.requests.keys import MAX_EXPIRES_IN_DAYS, MAX_NAME, MAX_OVERLAP_HOURS

Days = Annotated[
    Decimal,
    Strict(),
    Field(max_digits=4, decimal_places=0, ge=1, le=MAX_EXPIRES_IN_DAYS),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_EXPIRES_IN_DAYS}),
]
Hours = Annotated[
    Decimal,
    Strict(),
    Field(max_digits=3, decimal_places=0, ge=0, le=MAX_OVERLAP_HOURS),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_OVERLAP_HOURS}),
]

_SCOPES = len(ScopeName)
_LASTS = f"1 to {MAX_EXPIRES_IN_DAYS:,}; without it, as long as the key that makes it"
_OVERLAP = "How long the key before works on; 24 by default, 0 ends it at once"


class CreateKeyBody(Body):
    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    name: Annotated[
        ShortText,
        Field(min_length=1, max_length=MAX_NAME, description="Name for people: who or what uses the key"),
    ]
    scopes: Annotated[
        list[ScopeName],
        Field(min_length=1, max_length=_SCOPES, description="Scopes; only those that your key has"),
        at_most(_SCOPES),
    ]
    warehouse_id: Annotated[
        Identifier | None,
        Field(
            description="Binds the key to this warehouse; a bound key creates only keys of its own warehouse"
        ),
    ] = None
    expires_in_days: Annotated[Days | None, Field(description=f"When it ends, in days: {_LASTS}")] = None
    idempotency_key: IdempotencyKey | None = None


class RotateKeyBody(Body):
    overlap_hours: Annotated[Hours | None, Field(description=_OVERLAP)] = None
    idempotency_key: IdempotencyKey | None = None


class KeyView(TypedDict):
    id: str
    name: Annotated[str, Field(description="Empty for old keys without a name")]
    prefix: Annotated[str, Field(description="The first characters of the key")]
    mode: Annotated[str, Field(description="live or test")]
    scopes: Annotated[list[str], Field(description="Scopes of the key")]
    warehouseId: Annotated[str | None, Field(description="null: every warehouse of the account")]
    status: Annotated[str, Field(description="usable, expired or revoked")]
    createdBy: Annotated[str | None, Field(description="ID of the key that created it; null: an operator")]
    createdAt: str
    expiresAt: Annotated[str | None, Field(description="null: never")]
    revokedAt: str | None
    lastUsedAt: Annotated[str | None, Field(description="Accurate to five minutes; null: never")]


class KeyWithSecret(KeyView):
    secret: Annotated[
        str | None,
        Field(
            description="The key itself, in this answer alone. null: this repeats an earlier request, and"
            " only a hash of the key is kept: where its answer was lost, revoke this key and create another"
        ),
    ]


class KeyPage(TypedDict):
    data: list[KeyView]
    hasMore: bool
    nextCursor: str | None
