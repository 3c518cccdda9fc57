"""The truck that an execute states, as a message."""

from entrygo.gateway.schemas.shipment import TripInput
from entrygo.proto.execution.v1 import execution_pb2


def fill_trip(message: execution_pb2.Trip, trip: TripInput) -> None:
    """Fills `message` with what `trip` states; by hand, as it holds lists of texts."""
    message.conveyance = trip.conveyance or ""
    message.crew.extend(trip.crew or ())
    message.equipment.extend(trip.equipment or ())
    message.seals.extend(trip.seals or ())
    message.border_port = trip.border_port or ""
    message.carrier_scac = trip.carrier_scac or ""
    message.estimated_arrival = trip.estimated_arrival or ""
    for each in trip.entries or ():
        entry = message.entries.add(
            entry=int(each.entry), paps_number=each.paps_number or "", packages=int(each.packages or 0)
        )
        for bill in each.house_bills or ():
            entry.house_bills.add(order_id=bill.order_id, paps_number=bill.paps_number)
    if trip.emergency_contact is not None:
        contact = trip.emergency_contact
        message.emergency_contact.CopyFrom(
            execution_pb2.EmergencyContact(name=contact.name, phone=contact.phone)
        )
    for notice in trip.prior_notices or ():
        message.prior_notices.add(
            product=notice.product,
            confirmation_number=notice.confirmation_number,
            entry=int(notice.entry or 0),
        )
