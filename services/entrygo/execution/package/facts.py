"""Facts of a package that are not in the plan's snapshot, and the notice that documents print."""

from dataclasses import dataclass
from datetime import date

from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.domain.time import CUSTOMS_ZONE, parse_rfc3339

NOTICE = (
    "Prepared from data supplied by the account, for review by a licensed customs broker. "
    "It is not customs advice: classification, origin, value, duty and entry type"
    " are for the broker to determine."
)
# For a row of a table, which may be read without its file.
SHORT_NOTICE = "For broker review; prepared from the account's data."


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFacts:
    """Facts that execution adds to the snapshot, fixed once so that every rendering gives the same bytes."""

    id: str
    number: str
    generated_at: str
    shipment: Shipment = NOTHING_STATED
    # The number of the package whose place it takes; empty for most.
    replaces: str = ""

    @property
    def invoice_date(self) -> date:
        """The day of the invoice in US customs' own calendar."""
        return parse_rfc3339(self.generated_at).astimezone(CUSTOMS_ZONE).date()
