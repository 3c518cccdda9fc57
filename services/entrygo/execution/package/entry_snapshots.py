"""Views of a plan with several importers for documents: one per entry, and one of the truck. Pure.

Each entry is entered in its importer's name, with an invoice, a data set and certificates of its own; of the
truck there is one covering set.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from entrygo.domain.allocation import allocate
from entrygo.domain.facts import Bond, Importer, ImporterOfRecord, Order, Party
from entrygo.domain.importers import importer_of_record
from entrygo.domain.shipment import Charge, Shipment
from entrygo.domain.snapshot import Amendment, PlannedEntry, Snapshot, ValidationMessage
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.printable import clean_text

_OF_AN_IMPORTER = "importers["
# What a plan finds of all that goes: it may name values of other importers.
_OF_THE_WHOLE = "batch"
# What changes of an export and is no sum of its entries.
_OF_EVERY_ENTRY = frozenset({"entry_date", "entry_type", "destination_country"})
# Where the truck's importer names them all: the warehouse's own as a record, for the entries that name none.
_OF_THE_WAREHOUSE = ""


def has_several_importers(snapshot: Snapshot) -> bool:
    """Whether more than one importer of record enters goods of this plan."""
    return len({entry.importer_id for entry in snapshot.entries}) > 1


def entries_by_importer(snapshot: Snapshot) -> Sequence[tuple[ImporterOfRecord, Sequence[PlannedEntry]]]:
    """Each importer of record with its entries, in the order of their first."""
    found: dict[str | None, list[PlannedEntry]] = {}
    for entry in snapshot.entries:
        found.setdefault(entry.importer_id, []).append(entry)
    return [(importer_of(snapshot, entries[0]), entries) for entries in found.values()]


def has_sets_by_entry(snapshot: Snapshot) -> bool:
    """Whether each entry has documents of its own.

    Where entries are of several importers, go to the broker one by one, or are corrected and filed side by
    side: a list of corrections is of one entry.
    """
    amendment = snapshot.amendment
    corrects = amendment is not None and bool(amendment.filed)
    is_alone = snapshot.broker.submit_per == "entry" or corrects
    return has_several_importers(snapshot) or (is_alone and len(snapshot.entries) > 1)


def importer_of(snapshot: Snapshot, entry: PlannedEntry) -> ImporterOfRecord:
    """The importer of the entry: the record that it names, else the warehouse's importer."""
    record = _record_of(snapshot, entry)
    if record is None:
        return snapshot.warehouse.importer_of_record
    return importer_of_record(record, snapshot.broker, snapshot.entry_date)


def surety_of(snapshot: Snapshot) -> str | None:
    """Who stands for the bond of the importer of one entry, by name; None where its record does not say."""
    record = _record_of(snapshot, snapshot.entries[0]) if snapshot.entries else None
    return None if record is None else record.bond.surety


def as_imported(snapshot: Snapshot) -> Snapshot:
    """The plan with its only importer in place of the warehouse's importer."""
    if not snapshot.importers or not snapshot.entries:
        return snapshot
    return _imported_by(snapshot, snapshot.entries[0])


def covering_snapshot(snapshot: Snapshot) -> Snapshot:
    """The plan of the whole truck; with several importers, its importer field names all of them."""
    if not has_several_importers(snapshot):
        return as_imported(snapshot)
    importers = [importer for importer, _ in entries_by_importer(snapshot)]
    names = "; ".join(clean_text(importer.name) for importer in importers)
    several = f"{len(importers)} importers of record, each with an entry of its own: {names}"
    warehouse = snapshot.warehouse.model_copy(
        update={
            "importer_of_record": ImporterOfRecord(name=several),
            # Of the truck only what all of its importers have in common.
            **{name: _common(snapshot, name) for name in ("seller", "buyer")},
            "related_parties": None,
        }
    )
    own = snapshot.warehouse.importer_of_record
    known = Importer(
        id=_OF_THE_WAREHOUSE,
        external_id=_OF_THE_WAREHOUSE,
        name=own.name,
        number=own.number,
        address=own.address,
        bond=Bond(type=own.bond),
    )
    return snapshot.model_copy(update={"warehouse": warehouse, "importers": (*snapshot.importers, known)})


def entry_snapshot(snapshot: Snapshot, entry: PlannedEntry) -> Snapshot:
    """The plan of one entry: only its own orders, products, importer and findings."""
    ids = frozenset(entry.order_ids)
    orders = tuple(order for order in snapshot.orders if order.id in ids)
    named = {item.product_id for order in orders for item in order.items}
    narrowed = snapshot.model_copy(
        update={
            "orders": orders,
            "products": tuple(product for product in snapshot.products if product.id in named),
            "entries": (entry,),
            "entry_type": entry.entry_type or snapshot.entry_type,
            "readiness_state": entry.readiness or snapshot.readiness_state,
            "validation_messages": tuple(_messages(snapshot, entry, named)),
            "excluded_orders": (),
            # Both sides of it are of the whole truck.
            "savings": None,
            "entry_duties": tuple(each for each in snapshot.entry_duties if each.number == entry.number),
            "landed_costs": tuple(each for each in snapshot.landed_costs if each.order_id in ids),
            "amendment": amendment_of(snapshot, entry),
        }
    )
    return _imported_by(narrowed, entry)


def amendment_of(snapshot: Snapshot, entry: PlannedEntry) -> Amendment | None:
    """The part of an amendment for one entry: its correction, or the changes of an entry to be filed.

    What does not name an entry of several is of the truck; where none was filed, what was taken off it, too.
    """
    amendment = snapshot.amendment
    if amendment is None or (amendment.after_entry and not amendment.filed):
        return amendment
    ids = frozenset(entry.order_ids)
    own = _named([order for order in snapshot.orders if order.id in ids]) | _importers([entry])
    if not amendment.filed:
        others = _named([order for order in snapshot.orders if order.id not in ids])
        others |= _importers([each for each in snapshot.entries if each.number != entry.number])
        changes = tuple(each for each in amendment.changes if each.id in own or each.id not in others)
        return amendment.model_copy(update={"changes": changes})
    number = entry.filed_as
    if number is None:
        about = own | _left_out(snapshot, amendment)
        changes = tuple(each for each in amendment.changes if each.id in about)
        return amendment.model_copy(
            update={"after_entry": False, "entry_number": None, "filed": (), "changes": changes}
        )
    return amendment.model_copy(
        update={
            "entry_number": number,
            "filed": tuple(each for each in amendment.filed if each.entry_number == number),
            "changes": tuple(each for each in amendment.changes if number in each.corrects),
        }
    )


def _named(orders: Sequence[Order]) -> set[str]:
    """The ids of orders and of the products in them."""
    return {order.id for order in orders} | {item.product_id for order in orders for item in order.items}


def _importers(entries: Sequence[PlannedEntry]) -> set[str]:
    """The ids of the importers that have a record."""
    return {each.importer_id for each in entries if each.importer_id is not None}


def _left_out(snapshot: Snapshot, amendment: Amendment) -> set[str]:
    """The orders that were taken off, if one entry alone is to be filed: of several they may be any's."""
    if sum(each.filed_as is None for each in snapshot.entries) > 1:
        return set()
    going = {order.id for order in snapshot.orders}
    return {
        each.id
        for each in amendment.changes
        if each.subject == "order" and not each.corrects and each.id not in going
    }


def unchanged_numbers(amendment: Amendment) -> Sequence[str]:
    """Filed entries without changes; empty if some change is not listed or applies to all entries."""
    is_of_all = any(each.subject == "export" and each.field in _OF_EVERY_ENTRY for each in amendment.changes)
    if amendment.more_changes or is_of_all:
        return ()
    changed = {number for each in amendment.changes for number in each.corrects}
    filed = dict.fromkeys(each.entry_number for each in amendment.filed)
    return [each for each in filed if each not in changed]


def whole_package(package: PackageFacts, snapshot: Snapshot) -> PackageFacts:
    """The package's facts for one set of documents; all of it names the PAPS number of an only entry."""
    if len(snapshot.entries) > 1:
        return package
    only = snapshot.entries[0].number if snapshot.entries else 1
    stated = package.shipment.paps_of(only, entries=1)
    packages = package.shipment.packages_of(only, entries=1)
    update = {"paps_number": stated, "packages": packages}
    return replace(package, shipment=package.shipment.model_copy(update=update))


def entry_package(package: PackageFacts, snapshot: Snapshot, entry: PlannedEntry) -> PackageFacts:
    """The package's facts for one entry: its invoice number, PAPS number, and share of the charges."""
    shipment = package.shipment.model_copy(
        update={
            "paps_number": package.shipment.paps_of(entry.number, entries=len(snapshot.entries)),
            # What was counted is the truck's: of an entry it is what is stated of it, else one an order.
            "packages": package.shipment.packages_of(entry.number, entries=len(snapshot.entries)),
            "charges": _part_of_charges(package.shipment, snapshot.entries, entry),
        }
    )
    return replace(package, number=entry_document_number(package.number, entry), shipment=shipment)


def entry_document_number(package_number: str, entry: PlannedEntry) -> str:
    """The invoice number of an entry, unique among all invoices."""
    return f"{package_number}-E{entry.number}"


def _part_of_charges(
    shipment: Shipment, entries: Sequence[PlannedEntry], entry: PlannedEntry
) -> tuple[Charge, ...]:
    """Each charge by the value of the goods, so that the parts of all entries are the whole, to the cent."""
    weights: list[Decimal] = [each.value_usd for each in entries]
    place = entries.index(entry)
    parts = [
        charge.model_copy(update={"amount_usd": allocate(charge.amount_usd, weights)[place]})
        for charge in shipment.charges
    ]
    return tuple(part for part in parts if part.amount_usd)


def _messages(snapshot: Snapshot, entry: PlannedEntry, products: set[str]) -> Sequence[ValidationMessage]:
    ids = frozenset(entry.order_ids)
    record = next((each for each in snapshot.importers if each.id == entry.importer_id), None)
    own = f"{_OF_AN_IMPORTER}{record.external_id}]" if record else ""
    return [
        message
        for message in snapshot.validation_messages
        if (message.order_id is None or message.order_id in ids)
        and (message.product_id is None or message.product_id in products)
        and (not message.field.startswith(_OF_AN_IMPORTER) or (own and message.field.startswith(own)))
        and message.field.partition(".")[0] != _OF_THE_WHOLE
    ]


def _imported_by(snapshot: Snapshot, entry: PlannedEntry) -> Snapshot:
    """With the entry's importer, who sells to it, who buys, and whether they are related.

    Those of the warehouse are of its own importer: of one with a record, what the record states.
    """
    record = _record_of(snapshot, entry)
    changed: dict[str, object] = {"importer_of_record": importer_of(snapshot, entry)}
    if record is not None:
        changed |= {name: getattr(record, name) for name in ("seller", "buyer", "related_parties")}
    warehouse = snapshot.warehouse.model_copy(update=changed)
    return snapshot.model_copy(update={"warehouse": warehouse})


def _record_of(snapshot: Snapshot, entry: PlannedEntry) -> Importer | None:
    wanted = entry.importer_id or _OF_THE_WAREHOUSE
    return next((each for each in snapshot.importers if each.id == wanted), None)


def _common(snapshot: Snapshot, name: str) -> Party:
    """The seller or the buyer of every entry; nobody where they are several."""
    sides = {getattr(_record_of(snapshot, entry) or snapshot.warehouse, name) for entry in snapshot.entries}
    return sides.pop() if len(sides) == 1 else Party()
