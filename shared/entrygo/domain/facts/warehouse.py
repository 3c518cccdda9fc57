"""Where orders leave from: shipper, importer of record and transport."""

from entrygo.domain.facts.base import Address, Fact, Party
from entrygo.domain.facts.importer import BondType
from entrygo.domain.facts.review import TradeReview


class ImporterOfRecord(Fact):
    """Who imports the consolidated entry; `number` is the IRS, SSN or CBP-assigned number."""

    name: str | None = None
    number: str | None = None
    address: Address = Address()
    power_of_attorney: bool | None = None
    bond: BondType | None = None
    # Section 301 duties that meet every good of an origin are signed off once, not for each product.
    section_301: TradeReview = TradeReview()


class Transport(Fact):
    """How the truck goes: carrier, its SCAC, and the US port of entry by Schedule D code."""

    carrier: str | None = None
    scac: str | None = None
    port_code: str | None = None
    port_name: str | None = None


class Warehouse(Fact):
    """Where orders leave from: shipper, importer of record and transport."""

    id: str
    external_id: str
    name: str | None = None
    address: Address = Address()
    responsible_employee: str | None = None
    phone: str | None = None
    email: str | None = None
    transit_days: int = 0
    importer_of_record: ImporterOfRecord = ImporterOfRecord()
    transport: Transport = Transport()
    # Who sells to whom, where a shipment does not state it.
    seller: Party = Party()
    buyer: Party = Party()
    # Whether those two are related (19 CFR 152.102(g)).
    related_parties: bool | None = None
    # A FIRMS code, or a place.
    location_of_goods: str | None = None
