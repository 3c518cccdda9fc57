"""How often the collector looks for cycles while large plans are made."""

import gc
from collections.abc import Iterator

import pytest

from entrygo.process.memory import making_millions


@pytest.fixture(autouse=True)
def usual() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(5_000, 7, 8)
    yield gc.get_threshold()
    gc.set_threshold(*before)


def test_the_collector_looks_less_often_until_the_last_who_makes_millions_has_ended(
    usual: tuple[int, int, int],
) -> None:
    first, second = making_millions(), making_millions()
    first.__enter__()
    seldom = gc.get_threshold()
    assert seldom[0] > usual[0]
    second.__enter__()
    # They end in whatever order.
    first.__exit__(None, None, None)
    assert gc.get_threshold() == seldom
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_the_collector_looks_as_often_as_before_where_making_millions_failed(
    usual: tuple[int, int, int],
) -> None:
    with pytest.raises(LookupError), making_millions():
        raise LookupError
    assert gc.get_threshold() == usual


def test_cycles_are_found_all_the_same() -> None:
    class Cycle:
        alive = 0

        def __init__(self) -> None:
            self.me = self
            Cycle.alive += 1

        def __del__(self) -> None:
            Cycle.alive -= 1

    with making_millions():
        for _ in range(1_100_000):
            Cycle()
        assert Cycle.alive < 1_100_000
