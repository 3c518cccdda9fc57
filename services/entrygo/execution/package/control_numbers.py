"""Shipment control numbers of several entries in one set of documents, each of which has its own. Pure."""

from collections.abc import Mapping, Sequence

from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.json_values import Json

# As entry data an only entry has them.
OF_ONE_SHIPMENT = frozenset({"bill_of_lading", "paps_number"})
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


def numbers_of_entry(numbers: Numbers) -> Json:
    """As entry data, in place of one number for all; empty without numbers."""
    if not numbers:
        return {}
    listed = [{"entry": entry, "control_number": number} for entry, number in numbers.items()]
    return {**dict.fromkeys(OF_ONE_SHIPMENT), "control_numbers": listed}


def left_of_numbers(absent: Sequence[str], numbers: Numbers) -> Sequence[str]:
    """Missing values of an entry, with the numbers of all entries in place of its own."""
    if not numbers:
        return absent
    unnumbered = ["control_numbers"] if None in numbers.values() else []
    return sorted([*(name for name in absent if name not in OF_ONE_SHIPMENT), *unnumbered])


def in_words(numbers: Numbers) -> str:
    """As the invoice names them: the first ones, and how many more there are."""
    stated = [f"{number} (entry {entry})" for entry, number in numbers.items() if number]
    more = [f"and {len(stated) - _SHOWN} more"] if len(stated) > _SHOWN else []
    return ", ".join((*stated[:_SHOWN], *more))
