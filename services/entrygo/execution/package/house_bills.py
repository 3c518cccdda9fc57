"""House bills: the shipments of a manifest with one shipment per order, which release an entry. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entrygo.domain.facts import Order
from entrygo.domain.shipment import Shipment
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.package.json_values import Json
from entrygo.execution.package.printable import clean_text

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NumberedOrder:
    """An order with the control number of its shipment in the manifest; None where nobody stated it."""

    order: Order
    control_number: str | None


def house_bills(snapshot: Snapshot, shipment: Shipment, orders: Iterable[Order]) -> Sequence[NumberedOrder]:
    """House bills of the orders; empty if the manifest has one shipment per entry."""
    if snapshot.broker.manifest_per != "house_bill":
        return ()
    stated = shipment.house_bill_numbers()
    return [NumberedOrder(order, stated.get(order.id)) for order in orders]


def first_of(bills: Sequence[NumberedOrder]) -> str:
    """The first numbers and how many there are, as a mail names them."""
    stated = [each.control_number for each in bills if each.control_number]
    more = ["…"] if len(stated) > _SHOWN else []
    counted = f"{len(bills):,} house bill{'' if len(bills) == 1 else 's'}"
    unnumbered = len(bills) - len(stated)
    without = f", {unnumbered:,} without a number" if unnumbered else ""
    return " ".join(filter(None, (", ".join((*stated[:_SHOWN], *more)), f"({counted}{without})")))


def listed_bills(bills: Sequence[NumberedOrder]) -> list[Json]:
    """House bills as entry data."""
    return [
        {
            "control_number": each.control_number,
            "order": clean_text(each.order.external_id),
            "manifest_quantity": {"unit": "PKG", "quantity": "1"},
        }
        for each in bills
    ]
