"""The summary of a package for the broker's page: parties, figures, port and arrival.

Pure. It is kept with the package, so that the page needs neither the plan nor its owner.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

from entrygo.domain.facts import Fact, Number, Order
from entrygo.domain.money import plain
from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.domain.snapshot import PlannedEntry, Snapshot
from entrygo.execution.package.figures import quantities
from entrygo.execution.package.house_bills import NumberedOrder, first_of, house_bills
from entrygo.execution.package.invoice import UNIT_WHEN_UNSTATED
from entrygo.execution.package.port import port_of_entry
from entrygo.execution.package.printable import clean_text

WAREHOUSE_IMPORTER = None

# A fraction of what is sold by measure times its weight has the decimals of both; documents do not round it.
Weight = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]


class SummarisedEntry(Fact):
    """One entry in short; the value is in USD. What the broker files is an EntrySummary."""

    number: int
    importer: str
    orders: int
    lines: int
    value_usd: Number
    entry_type: str
    # Empty where nobody stated it, and in packages from before mails said so; of house bills the first.
    paps_number: str = ""
    # The number that it was filed under before, where what is asked for is its correction.
    filed_as: str = ""
    # Of an entry beside others, as of the package.
    quantities: str = ""
    gross_weight_kg: Weight | None = None


class PackageSummary(Fact):
    """The summary of a package; values that nobody stated are empty."""

    shipper: str
    shipper_place: str
    contact: str
    broker: str
    port: str
    arrives_on: date
    orders: int
    value_usd: Number
    entries: tuple[SummarisedEntry, ...]
    # Packages from before mails said so have none.
    quantities: str = ""
    # None where a product has no weight.
    gross_weight_kg: Weight | None = None
    responsible: str = ""
    answers_to: str = ""

    def of_entry(self, number: int) -> "PackageSummary":
        """The summary of one entry of several, which goes in a submission of its own."""
        entry = next(each for each in self.entries if each.number == number)
        return self.model_copy(
            update={
                "entries": (entry,),
                "orders": entry.orders,
                "value_usd": entry.value_usd,
                "quantities": entry.quantities,
                "gross_weight_kg": entry.gross_weight_kg,
            }
        )


def summary_of(kept: str, entry: int | None = None) -> PackageSummary | None:
    """As it was kept with a package, of one entry if that is named; None of one from before it was kept."""
    if not kept:
        return None
    summary = PackageSummary.model_validate_json(kept)
    return summary if entry is None else summary.of_entry(entry)


def entry_in_place_of(before: str, after: str, entry: int | None) -> int | None:
    """Of the package that replaces another one, the entry that takes the place of one of its entries.

    That of the same importer, of several the one in the same place among them: entries are numbered anew.
    None where no entry is named, or the importer has none any more. `before` and `after` as they are kept.
    """
    old, new = summary_of(before), summary_of(after)
    if entry is None or old is None or new is None:
        return None
    importer = next((each.importer for each in old.entries if each.number == entry), None)
    had = [each.number for each in old.entries if each.importer == importer]
    has = [each.number for each in new.entries if each.importer == importer]
    return has[min(had.index(entry), len(has) - 1)] if had and has else None


def summarised(snapshot: Snapshot, shipment: Shipment = NOTHING_STATED) -> PackageSummary:
    """The figures of the plan that the documents were made from, and what was stated of the truck."""
    warehouse = snapshot.warehouse
    address, port = warehouse.address, port_of_entry(snapshot, shipment)
    entries = snapshot.entries or (_whole(snapshot),)
    bills = house_bills(snapshot, shipment, snapshot.orders)
    importers: Mapping[str | None, str] = {
        WAREHOUSE_IMPORTER: clean_text(warehouse.importer_of_record.name),
        **{each.id: clean_text(each.name) or each.external_id for each in snapshot.importers},
    }
    return PackageSummary(
        shipper=clean_text(warehouse.name) or warehouse.external_id,
        shipper_place=_joined(address.city, address.region, address.country),
        contact=_joined(warehouse.responsible_employee, warehouse.phone, warehouse.email),
        broker=clean_text(snapshot.broker.name) or snapshot.broker.external_id,
        port=_joined(port.name, port.code),
        arrives_on=snapshot.entry_date,
        orders=len(snapshot.orders),
        value_usd=_value(snapshot),
        quantities=_quantities(snapshot, snapshot.orders),
        gross_weight_kg=_gross_weight(snapshot, snapshot.orders),
        responsible=clean_text(warehouse.responsible_employee),
        answers_to=clean_text(warehouse.email),
        entries=tuple(
            _entry(entry, importers, snapshot, shipment, bills, entries=len(entries)) for entry in entries
        ),
    )


def _whole(snapshot: Snapshot) -> PlannedEntry:
    """Plans from before entries were kept were of one."""
    return PlannedEntry(
        number=1,
        order_ids=tuple(order.id for order in snapshot.orders),
        lines=sum(len(order.items) for order in snapshot.orders),
        value_usd=_value(snapshot),
    )


def _value(snapshot: Snapshot) -> Decimal:
    lines = (item for order in snapshot.orders for item in order.items)
    return sum((item.value_usd for item in lines), Decimal(0))


def _quantities(snapshot: Snapshot, orders: Iterable[Order]) -> str:
    """Per unit of measure, as the documents count."""
    units = {product.id: clean_text(product.unit_of_measure) for product in snapshot.products}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for order in orders:
        for item in order.items:
            sums[units[item.product_id] or UNIT_WHEN_UNSTATED] += item.quantity
    return quantities(sorted(sums.items()))


def _gross_weight(snapshot: Snapshot, orders: Iterable[Order]) -> Decimal | None:
    weights = {product.id: product.gross_weight_kg for product in snapshot.products}
    total = Decimal(0)
    for order in orders:
        for item in order.items:
            each = weights[item.product_id]
            if each is None:
                return None
            total += item.quantity * each
    return total


def _entry(
    entry: PlannedEntry,
    importers: Mapping[str | None, str],
    snapshot: Snapshot,
    shipment: Shipment,
    bills: Sequence[NumberedOrder],
    *,
    entries: int,
) -> SummarisedEntry:
    own = frozenset(entry.order_ids)
    held = [order for order in snapshot.orders if order.id in own]
    orders = () if entries == 1 else held
    own_bills = [each for each in bills if each.order.id in own]
    return SummarisedEntry(
        number=entry.number,
        importer=importers.get(entry.importer_id, ""),
        orders=len(entry.order_ids),
        lines=entry.lines,
        value_usd=entry.value_usd,
        entry_type=str(entry.entry_type or snapshot.entry_type),
        paps_number=first_of(own_bills)
        if own_bills
        else clean_text(shipment.paps_of(entry.number, entries=entries)),
        filed_as=entry.filed_as or "",
        quantities=_quantities(snapshot, orders),
        gross_weight_kg=_gross_weight(snapshot, orders) if orders else None,
    )


def _joined(*parts: str | None) -> str:
    return ", ".join(filter(None, map(clean_text, parts)))
