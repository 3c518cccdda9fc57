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


@pytest.mark.parametrize(
    ("scac", "number", "holds"),
    [
        ("CCBT", "CCBT0001", True),
        (" ccbt ", "CCBT0001", True),
        ("CCBT", "PCXL0001", False),
        # Nobody's code is compared with nothing.
        ("", "PCXL0001", True),
        ("n/a", "PCXL0001", True),
        ("CCB", "PCXL0001", True),
    ],
)
def test_a_control_number_begins_with_the_carriers_scac(scac: str, number: str, holds: bool) -> None:
    """ACE truck manifest: the SCAC of a shipment control number is that of the carrier who files it."""
    if holds:
        check_carrier(scac, stated(number))
        return
    with pytest.raises(ValidationFailed) as error:
        check_carrier(scac, stated("CCBT0009", number))
    assert error.value.field == "trip.entries.1.papsNumber"
