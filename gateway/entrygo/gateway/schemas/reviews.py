"""What a person found about a duty or ban, and until when the finding holds."""

from typing import Annotated, Literal

from pydantic import Field

from entrygo.gateway.schemas.fields import Body, Date, ShortText


class TradeReview(Body):
    """A finding counts while somebody has signed it off and the entry date lies in its period."""

    status: Literal["not_assessed", "not_applicable", "applicable"] | None = None
    headings: Annotated[
        ShortText | None, Field(description="Chapter 99 headings or case numbers that apply")
    ] = None
    signed_off_by: ShortText | None = None
    valid_from: Date | None = None
    valid_to: Date | None = None
