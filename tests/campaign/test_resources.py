"""What counts as growth of a process: that which goes on, not that which is filled once."""

from collections.abc import Callable

import pytest

from tests.campaign.resources import LEAST_SAMPLES, MEMORY, SAMPLE_SECONDS, Growth, Sample, growth_of

SAMPLES = 80


def figures_of(memory: Callable[[int], float], sessions: Callable[[int], int]) -> dict[str, Growth]:
    """By name, of one process whose memory and sessions are given by the number of the sample."""
    life = [
        Sample(number * SAMPLE_SECONDS, "sync-1", 7, memory(number), 9, 40, sessions(number))
        for number in range(SAMPLES)
    ]
    return {growth.figure: growth for growth in growth_of(life)}


def test_what_goes_on_rising_is_a_leak_and_its_slope_is_of_an_hour() -> None:
    found = figures_of(lambda number: 100.0 + number / 10, lambda number: number // 8)
    assert found[MEMORY].is_leak
    assert found["sessions"].is_leak
    assert found[MEMORY].an_hour == pytest.approx(3600 / SAMPLE_SECONDS / 10)


def test_what_is_filled_once_and_stays_is_none() -> None:
    found = figures_of(lambda number: min(130.0, 100.0 + number), lambda number: min(6, number))
    assert not any(growth.is_leak for growth in found.values())


def test_what_goes_up_and_down_is_none() -> None:
    found = figures_of(lambda number: 100.0 + 5 * (number % 2), lambda number: 4 + number % 3)
    assert not any(growth.is_leak for growth in found.values())


def test_a_process_that_was_killed_too_soon_is_not_judged() -> None:
    short = [Sample(float(number), "sync-1", 7, number, 9, 40, 2) for number in range(LEAST_SAMPLES)]
    assert growth_of(short) == []
