"""The port of entry, the same in every document, in the mail and behind its link. Pure."""

from dataclasses import dataclass

from entrygo.domain.shipment import Shipment
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.package.printable import clean_text


@dataclass(frozen=True, slots=True)
class Port:
    """A Schedule D code with the warehouse's name of the port; empty if not stated."""

    code: str
    name: str


def port_of_entry(snapshot: Snapshot, shipment: Shipment) -> Port:
    """The border port of the trip, else the warehouse's port, else the broker's."""
    given = snapshot.warehouse.transport
    usual = clean_text(given.port_code) or clean_text(snapshot.broker.port_code)
    stated = clean_text(shipment.trip.border_port) if shipment.trip else ""
    # The name is that of the usual port: beside the code of another it would be wrong.
    name = clean_text(given.port_name) if stated in ("", usual) else ""
    return Port(code=stated or usual, name=name)
