"""How often a consumer asks a broker that has nothing for it."""

import pytest

from entrygo.messaging.gathering import BATCH, rest_behind
from entrygo.messaging.partitions import rest_after


@pytest.mark.parametrize(
    ("idle", "seconds"), [(0.0, 0.0), (5.0, 0.0), (5.1, 0.2), (60.0, 0.2), (60.1, 1.0), (86_400.0, 1.0)]
)
def test_a_broker_is_asked_less_often_the_longer_nothing_came(idle: float, seconds: float) -> None:
    assert rest_after(idle) == seconds


@pytest.mark.parametrize(
    ("took", "seconds"), [(0.0, 0.0), (0.004, 0.006), (0.02, 0.03), (0.04, 0.04), (30.0, 0.04)]
)
def test_the_longer_a_batch_took_the_longer_the_next_events_are_waited_for(
    took: float, seconds: float
) -> None:
    assert rest_behind(1, took) == rest_behind(BATCH - 1, took) == pytest.approx(seconds)


def test_nobody_waits_behind_a_batch_that_is_full() -> None:
    assert rest_behind(BATCH, 1.0) == 0.0


@pytest.mark.parametrize(("took", "seconds"), [(0.0, 0.02), (0.01, 0.02), (0.02, 0.03), (30.0, 0.04)])
def test_who_applies_events_waits_for_more_also_behind_a_quick_batch(took: float, seconds: float) -> None:
    assert rest_behind(1, took, at_least=0.02) == pytest.approx(seconds)
    assert rest_behind(BATCH, took, at_least=0.02) == 0.0
