"""An importer of record with bond and powers of attorney."""

from datetime import date
from typing import Literal

from entrygo.domain.facts.base import Address, Fact, Number, Party
from entrygo.domain.facts.review import TradeReview

BondType = Literal["continuous", "single"]


class Bond(Fact):
    """Security for duties, taxes and fees (19 CFR 113), in USD; days are inclusive, None is no limit."""

    type: BondType | None = None
    amount_usd: Number | None = None
    surety: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on this day, both ends included."""
        return _is_within(day, self.valid_from, self.valid_to)


class PowerOfAttorney(Fact):
    """Who may file in the importer's name (19 CFR 141.31 to 141.46); `broker` is an external id, or an id."""

    broker: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on this day, both ends included."""
        return _is_within(day, self.valid_from, self.valid_to)


class Importer(Fact):
    """Who imports the goods of some orders; `number` is the IRS, SSN or CBP-assigned number."""

    id: str
    external_id: str
    name: str | None = None
    number: str | None = None
    address: Address = Address()
    # Without a place of business in the United States (19 CFR 141.17 and 141.18).
    non_resident: bool | None = None
    bond: Bond = Bond()
    powers_of_attorney: tuple[PowerOfAttorney, ...] = ()
    section_301: TradeReview = TradeReview()
    # To whoever sells to it (19 CFR 152.102(g)).
    related_parties: bool | None = None
    # Of what it imports, where a shipment does not state them.
    seller: Party = Party()
    buyer: Party = Party()


def _is_within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
