"""How often a consumer asks a broker that has nothing for it."""

import pytest

from entrygo.messaging.partitions import rest_after
from entrygo.messaging.projector import gather_after


@pytest.mark.parametrize(
    ("idle", "seconds"), [(0.0, 0.0), (5.0, 0.0), (5.1, 0.2), (60.0, 0.2), (60.1, 1.0), (86_400.0, 1.0)]
)
def test_a_broker_is_asked_less_often_the_longer_nothing_came(idle: float, seconds: float) -> None:
    assert rest_after(idle) == seconds


@pytest.mark.parametrize(("records", "seconds"), [(1, 0.005), (2, 0.010), (3, 0.015), (500, 0.015)])
def test_the_more_came_the_more_is_waited_for(records: int, seconds: float) -> None:
    assert gather_after(records) == seconds
