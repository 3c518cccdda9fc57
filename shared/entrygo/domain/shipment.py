"""What is known of a shipment once its truck is loaded, and the paperwork of its sale (19 CFR 141.86).

Given with execute, so no plan is decided on it. Whatever nobody stated is None.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from entrygo.domain.facts import Address, Fact, Number, Product, Warehouse

# What every value is in, whatever the goods were sold in.
_USD = "USD"
MAX_NAME = 200
MAX_PLACE = 100
MAX_CHARGE_DESCRIPTION = 100
MAX_CHARGES = 20
MAX_PACKAGES = 999_999
# A carrier's code as ACE has it.
SCAC = r"^[A-Za-z]{4}$"
# ACE's shipment control number: the carrier's SCAC and up to twelve letters or digits of its own; of a trip
# four at least, as a manifest asks.
PAPS_NUMBER = r"^[A-Za-z]{4}[A-Za-z0-9]{1,12}$"
CONTROL_NUMBER = r"^[A-Za-z]{4}[A-Za-z0-9]{4,12}$"
SCAC_LETTERS = 4
PORT_CODE = r"^[0-9]{4}$"
# What the carrier calls a person, a truck, a container or a seal; how many of each.
MAX_CARRIER_NAME = 40  # characters
MAX_CARRIER_NAMES = 20
MAX_ENTRIES = 999
MAX_PRIOR_NOTICES = 999
MAX_PHONE = 40
PHONE = r"^\+?[0-9][0-9 ()./-]{5,}$"
# FDA confirms a notice by a number; that it has twelve digits was found in no text of its own.
CONFIRMATION_NUMBER = r"^[0-9]{8,20}$"
TRIP_NUMBER = r"^[A-Za-z0-9]{1,25}$"


class Incoterm(StrEnum):
    """Incoterms 2020."""

    EXW = "EXW"
    FCA = "FCA"
    CPT = "CPT"
    CIP = "CIP"
    DAP = "DAP"
    DPU = "DPU"
    DDP = "DDP"
    FAS = "FAS"
    FOB = "FOB"
    CFR = "CFR"
    CIF = "CIF"


class ShipmentReason(StrEnum):
    """Why the goods move: sold, the owner's stock on its way to another place, or neither."""

    SALE = "sale"
    TRANSFER = "transfer"
    SAMPLE = "sample"
    RETURN = "return"
    REPAIR = "repair"
    OTHER = "other"


class ChargeKind(StrEnum):
    """What a charge is for (19 CFR 141.86(a)(8), (9) and (11))."""

    FREIGHT = "freight"
    INSURANCE = "insurance"
    PACKING = "packing"
    COMMISSION = "commission"
    OTHER = "other"
    DISCOUNT = "discount"
    REBATE = "rebate"
    ASSIST = "assist"


# What the seller bills beyond the goods; a discount is what it bills less.
BILLED = frozenset(
    {
        ChargeKind.FREIGHT,
        ChargeKind.INSURANCE,
        ChargeKind.PACKING,
        ChargeKind.COMMISSION,
        ChargeKind.OTHER,
    }
)
# Only stated. An assist is by definition "not included in the invoice price" (141.86(a)(11)): the broker adds
# it to the dutiable value. A rebate on exportation, (a)(9), comes from the country of export, not the seller.
STATED_ONLY = frozenset({ChargeKind.REBATE, ChargeKind.ASSIST})


class TermsOfSale(Fact):
    """The Incoterms 2020 rule and the place that it names."""

    incoterm: Incoterm
    place: str


class Charge(Fact):
    """One charge by name and amount, in USD and never negative; its kind says which way it counts."""

    kind: ChargeKind
    amount_usd: Number
    description: str | None = None


class HouseBill(Fact):
    """The shipment control number of one order, where each has a shipment of its own in the manifest."""

    order_id: str
    paps_number: str


class TripEntry(Fact):
    """The shipment control number of one entry of the plan, or those of its house bills."""

    entry: int
    # Empty where house bills have theirs.
    paps_number: str
    house_bills: tuple[HouseBill, ...] = ()
    # As of a shipment; None is one an order.
    packages: int | None = None


class EmergencyContact(Fact):
    """The firm that answers for dangerous goods, at any hour that they are on their way (49 CFR 172.604)."""

    name: str
    phone: str


class PriorNotice(Fact):
    """FDA's confirmation that it was notified of an article of food in this arrival (21 CFR 1.279)."""

    # SKU, external id or id, as the call named it.
    product: str
    confirmation_number: str
    # As the plan numbers it; None where the product goes in one alone.
    entry: int | None = None


class Trip(Fact):
    """The truck, for its carrier's manifest; crew by the carrier's references, no data of persons."""

    conveyance: str | None = None
    crew: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    # Schedule D code of the port where it crosses, where that is not the warehouse's.
    border_port: str | None = None
    # RFC 3339.
    estimated_arrival: str | None = None
    entries: tuple[TripEntry, ...] = ()
    # None where nothing is stated, so that the release before still reads a trip without them.
    # The carrier who drives, where that is not the warehouse's.
    carrier_scac: str | None = None
    emergency_contact: EmergencyContact | None = None
    prior_notices: tuple[PriorNotice, ...] | None = None

    @property
    def states_arrival(self) -> bool:
        """Whether it says where and when the truck arrives, as FDA's prior notice does (21 CFR 1.281)."""
        return self.border_port is not None and self.estimated_arrival is not None

    @property
    def arrives_on(self) -> date | None:
        """The day of the arrival by the clock that it is stated with, as the carrier files it."""
        return (
            None if self.estimated_arrival is None else datetime.fromisoformat(self.estimated_arrival).date()
        )

    def notices_of(self, product: Product, entry_number: int) -> tuple[str, ...]:
        """The confirmation numbers of a product's notices in an entry."""
        called = {product.sku, product.external_id, product.id}
        return tuple(
            each.confirmation_number
            for each in self.prior_notices or ()
            if each.product in called and each.entry in (None, entry_number)
        )


class Shipment(Fact):
    """`packages` counts the smallest outer packages, as ACE does; None is one an order."""

    terms_of_sale: TermsOfSale | None = None
    shipped_on: date | None = None
    paps_number: str | None = None
    trip_number: str | None = None
    packages: int | None = None
    reason: ShipmentReason | None = None
    seller: str | None = None
    buyer: str | None = None
    charges: tuple[Charge, ...] = ()
    # None where nothing is stated of it.
    trip: Trip | None = None
    sold_on: date | None = None
    place_of_sale: str | None = None
    # ISO 4217; values are in USD whatever the goods were sold in.
    currency_of_sale: str | None = None
    seller_address: Address | None = None
    buyer_address: Address | None = None

    def paps_of(self, entry_number: int, *, entries: int) -> str | None:
        """The shipment control number of an entry; one for the whole truck is that of its only entry."""
        stated = {each.entry: each.paps_number for each in self.trip.entries} if self.trip else {}
        return stated.get(entry_number) or (self.paps_number if entries == 1 else None)

    def packages_of(self, entry_number: int, *, entries: int) -> int | None:
        """The packages stated of an entry; those of the whole truck are its only entry's."""
        stated = {each.entry: each.packages for each in self.trip.entries} if self.trip else {}
        return stated.get(entry_number) or (self.packages if entries == 1 else None)

    def packages_with(self, entry_number: int, order_ids: Collection[str], *, entries: int) -> int:
        """The packages of an entry with these orders: as stated of it, else one an order."""
        return self.packages_of(entry_number, entries=entries) or len(order_ids)

    @property
    def control_numbers(self) -> tuple[tuple[str, str], ...]:
        """Each shipment control number of the trip, with its place in the call as REST spells it.

        `shipment.papsNumber` is not among them: what it takes it always took.
        """
        stated: list[tuple[str, str | None]] = []
        for index, each in enumerate(self.trip.entries if self.trip else ()):
            stated.append((f"trip.entries.{index}.papsNumber", each.paps_number))
            stated += [
                (f"trip.entries.{index}.houseBills.{place}.papsNumber", bill.paps_number)
                for place, bill in enumerate(each.house_bills)
            ]
        return tuple((path, number) for path, number in stated if number)

    @property
    def carrier_scac(self) -> str | None:
        """Of who drives: as the trip states it, else as its control numbers begin. None: not stated."""
        stated = self.trip.carrier_scac if self.trip else None
        return stated or next((number[:SCAC_LETTERS] for _, number in self.control_numbers), None)

    def house_bill_numbers(self) -> dict[str, str]:
        """The shipment control number of each house bill that is stated, by the id of its order."""
        entries = self.trip.entries if self.trip else ()
        return {bill.order_id: bill.paps_number for entry in entries for bill in entry.house_bills}

    @property
    def converted_from(self) -> str | None:
        """The currency that the goods were sold in, where the values were converted into USD from it."""
        return None if self.currency_of_sale == _USD else self.currency_of_sale

    @property
    def billed_usd(self) -> Decimal:
        """What the seller bills beyond the goods, in USD, discounts not taken off."""
        return _sum(each.amount_usd for each in self.charges if each.kind in BILLED)

    @property
    def discounts_usd(self) -> Decimal:
        """What the seller bills less, in USD, as a positive sum."""
        return _sum(each.amount_usd for each in self.charges if each.kind is ChargeKind.DISCOUNT)


NOTHING_STATED = Shipment()


def with_parties_of(shipment: Shipment, warehouse: Warehouse) -> Shipment:
    """Who sells and who buys by the warehouse's record, where the shipment does not state it.

    A party that the shipment names otherwise than the record has no address but its own.
    """
    stated: dict[str, object] = {}
    for name in ("seller", "buyer"):
        known, said = getattr(warehouse, name), getattr(shipment, name)
        if said is None and known.name is not None:
            stated[name] = known.name
        is_the_known = said is None or said == known.name
        if getattr(shipment, f"{name}_address") is None and is_the_known and known.address != Address():
            stated[f"{name}_address"] = known.address
    return shipment.model_copy(update=stated) if stated else shipment


def carried_by(warehouse: Warehouse, shipment: Shipment) -> Warehouse:
    """The warehouse with the carrier of this truck, where that is another than it usually has.

    The record's name of a carrier is not that of another.
    """
    scac = shipment.carrier_scac
    usual = warehouse.transport
    if scac is None or scac == (usual.scac or "").strip().upper():
        return warehouse
    transport = usual.model_copy(update={"carrier": None, "scac": scac})
    return warehouse.model_copy(update={"transport": transport})


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
