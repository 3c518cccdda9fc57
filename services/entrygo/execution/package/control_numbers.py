"""Shipment control numbers where a set of documents has several: of its entries, or of house bills. Pure."""

from collections.abc import Mapping, Sequence

from entrygo.execution.package.house_bills import house_bills, listed_bills
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.json_values import Json

# As entry data an only shipment has them.
_NOT_OF_ONE: Json = dict.fromkeys(("bill_of_lading", "paps_number"))
_SHOWN = 6

# By the numbers of the entries; None where nobody stated it.
Numbers = Mapping[int, str | None]


def numbers_by_entry(invoice: Invoice) -> Numbers:
    """Of each entry of the documents; empty where there is one, or house bills, or no number is stated."""
    snapshot, shipment = invoice.snapshot, invoice.package.shipment
    entries = [each.number for each in snapshot.entries]
    if len(entries) == 1 or snapshot.broker.manifest_per == "house_bill":
        return {}
    stated = {number: shipment.paps_of(number, entries=len(entries)) for number in entries}
    return stated if any(stated.values()) else {}


def released_by(invoice: Invoice) -> Json:
    """The shipments that an entry is released by, as entry data in place of its own one; empty where it has
    one: house bills, or one an entry where the documents are of several."""
    if bills := house_bills(invoice.snapshot, invoice.package.shipment, invoice.snapshot.orders):
        return {**_NOT_OF_ONE, "house_bills": listed_bills(bills)}
    if numbers := numbers_by_entry(invoice):
        listed = [{"entry": entry, "control_number": number} for entry, number in numbers.items()]
        return {**_NOT_OF_ONE, "control_numbers": listed}
    return {}


def left_of(absent: Sequence[str], released: Json) -> Sequence[str]:
    """Missing values of an entry, with what it is `released_by` in place of its own number."""
    unnumbered = [
        name
        for name, listed in released.items()
        if isinstance(listed, list) and any(each["control_number"] is None for each in listed)
    ]
    return sorted([*(name for name in absent if name not in released), *unnumbered])


def in_words(numbers: Numbers) -> str:
    """As the invoice names them: the first ones, and how many more there are."""
    stated = [f"{number} (entry {entry})" for entry, number in numbers.items() if number]
    more = [f"and {len(stated) - _SHOWN} more"] if len(stated) > _SHOWN else []
    return ", ".join((*stated[:_SHOWN], *more))
