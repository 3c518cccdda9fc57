"""What a person found about a duty or ban."""

from datetime import date
from enum import StrEnum

from entrygo.domain.facts.base import Fact


class ReviewStatus(StrEnum):
    """What a person has found about a duty or ban, if anybody has looked."""

    NOT_ASSESSED = "not_assessed"
    NOT_APPLICABLE = "not_applicable"
    APPLICABLE = "applicable"


class TradeReview(Fact):
    """What a person found about a duty or ban, and between which days the finding holds."""

    status: ReviewStatus = ReviewStatus.NOT_ASSESSED
    headings: str | None = None
    signed_off_by: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_signed_off_on(self, day: date) -> bool:
        """Whether somebody answers for the finding on `day`."""
        return (
            self.status is not ReviewStatus.NOT_ASSESSED
            and bool(self.signed_off_by)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )
