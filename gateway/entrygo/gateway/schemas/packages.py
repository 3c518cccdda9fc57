"""Customs packages by their numbers."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import Body, ShortText
from entrygo.requests.entry_numbers import MAX_NUMBER


class PackageQuery(Body):
    number: Annotated[
        ShortText,
        Field(
            min_length=1, max_length=MAX_NUMBER, description="cp_ch100001, or an entry number: ABC-1234567-6"
        ),
    ]


class PackageByNumber(TypedDict):
    customsPackageId: str
    packageNumber: str
    exportId: str
    entryNumbers: Annotated[list[str], Field(description="Entry numbers that the broker gave")]


class PackagesByNumber(TypedDict):
    data: list[PackageByNumber]
    hasMore: bool
    nextCursor: str | None
