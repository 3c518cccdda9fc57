"""What a call states of the truck, as the message that execution reads."""

from decimal import Decimal

from entrygo.gateway.mapping.trips import fill_trip
from entrygo.gateway.schemas.shipment import TripInput
from entrygo.proto.execution.v1 import execution_pb2


def test_an_entry_of_the_truck_has_its_number_and_its_packages() -> None:
    entries = [
        {"entry": Decimal(1), "papsNumber": "CCBT0001", "packages": Decimal(33)},
        {"entry": Decimal(2), "papsNumber": "CCBT0002"},
    ]
    message = execution_pb2.Trip()
    fill_trip(message, TripInput.model_validate({"entries": entries}))
    assert [(each.entry, each.paps_number, each.packages) for each in message.entries] == [
        (1, "CCBT0001", 33),
        (2, "CCBT0002", 0),
    ]
