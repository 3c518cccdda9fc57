"""A shipment control number (PAPS) is of the carrier who drives the truck."""

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.planning.use_cases.claimed_trucks import check_carrier
from entrygo.proto.planning.v1 import planning_pb2


def stated(*numbers: str) -> list[planning_pb2.ControlNumber]:
    return [
        planning_pb2.ControlNumber(path=f"trip.entries.{index}.papsNumber", number=number)
        for index, number in enumerate(numbers)
    ]


def test_a_control_number_begins_with_the_carriers_scac() -> None:
    """ACE truck manifest: the SCAC of a shipment control number is that of the carrier who files it."""
    check_carrier("CCBT", stated("CCBT0001", "CCBT0002"))
    with pytest.raises(ValidationFailed) as error:
        check_carrier("CCBT", stated("CCBT0009", "PCXL0001"))
    assert error.value.field == "trip.entries.1.papsNumber"
