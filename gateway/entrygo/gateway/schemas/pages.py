"""Query parameters of lists: how many, from where on, and which."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from entrygo.gateway.schemas.fields import Body, OwnName, ShortText
from entrygo.requests.pages import MAX_LIMIT


def _page_size(text: object) -> int:
    if isinstance(text, str) and text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= MAX_LIMIT:
        return int(text)
    raise PydanticCustomError("page_size", f"Expected a whole number from 1 to {MAX_LIMIT}")


PageSize = Annotated[
    int, BeforeValidator(_page_size), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})
]


class PageQuery(Body):
    limit: Annotated[PageSize | None, Field(description="Items per page; default 50")] = None
    cursor: Annotated[ShortText | None, Field(description="nextCursor of the previous page")] = None


class FactQuery(PageQuery):
    external_id: Annotated[OwnName | None, Field(description="Only the one with this externalId")] = None


class ProductQuery(FactQuery):
    sku: Annotated[
        OwnName | None,
        Field(description="Only products with this SKU, or without a SKU and with this externalId"),
    ] = None
