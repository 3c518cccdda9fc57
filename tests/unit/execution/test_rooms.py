"""Who finds a place at a destination, and whose submissions stay in the ledger."""

from dataclasses import replace

import pytest

from entrygo.execution.broker.breaker import BreakerState
from entrygo.execution.broker.rooms import (
    MAX_WAITING,
    BulkheadLimits,
    Occupied,
    crowded,
    has_room,
    has_server_room,
)

CLOSED, HALF_OPEN, OPEN = BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN
LIMITS = BulkheadLimits(destination=3, server=4, silent=2, silent_of_all=5)
EMPTY = Occupied(held=0, on_trial=0, silent=0, own_silent=0)
D = "mail:one.example"


@pytest.mark.parametrize(
    ("state", "held", "room"),
    [(OPEN, 0, False), (HALF_OPEN, 0, True), (HALF_OPEN, 1, False), (CLOSED, 3, True), (CLOSED, 4, False)],
)
def test_a_server_that_all_share_has_its_places_one_or_none(
    state: BreakerState, held: int, *, room: bool
) -> None:
    assert has_server_room(state, held, 0, LIMITS, is_on_trial=False) is room


@pytest.mark.parametrize(
    ("on_trial", "is_on_trial", "room"), [(1, True, True), (2, True, False), (2, False, True)]
)
def test_half_the_places_of_a_server_are_for_who_is_answered(
    on_trial: int, *, is_on_trial: bool, room: bool
) -> None:
    assert has_server_room(CLOSED, 2, on_trial, LIMITS, is_on_trial=is_on_trial) is room


@pytest.mark.parametrize(
    ("state", "is_on_trial", "occupied", "room"),
    [
        (CLOSED, False, {"held": 2}, True),
        (CLOSED, False, {"held": 3}, False),
        (OPEN, True, {}, False),
        (CLOSED, False, {"held": 2, "on_trial": 2}, True),
        (CLOSED, True, {"held": 2, "on_trial": 2}, False),
        (CLOSED, True, {"held": 2, "on_trial": 1}, True),
        (HALF_OPEN, True, {"held": 2}, True),
        (HALF_OPEN, True, {"held": 1, "on_trial": 1}, False),
        (CLOSED, False, {"silent": 2, "own_silent": 2}, False),
        (CLOSED, False, {"silent": 4, "own_silent": 1}, True),
        (CLOSED, False, {"silent": 5}, False),
    ],
)
def test_a_place_is_for_who_is_answered_first(
    state: BreakerState, occupied: dict[str, int], *, is_on_trial: bool, room: bool
) -> None:
    assert has_room(state, replace(EMPTY, **occupied), LIMITS, is_on_trial=is_on_trial) is room


def test_of_one_place_nothing_can_be_left_to_others() -> None:
    assert has_room(CLOSED, EMPTY, BulkheadLimits(destination=1), is_on_trial=True)


def test_accounts_share_the_waiting_at_a_destination_and_each_has_one() -> None:
    assert crowded({("a", D): MAX_WAITING - 1}, ()) == set()
    assert crowded({("a", D): MAX_WAITING}, ()) == {("a", D)}
    assert crowded({("a", D): MAX_WAITING // 2, ("b", D): 1}, ()) == {("a", D)}
    assert crowded({("a", D): MAX_WAITING // 2, ("b", "mail:other.example"): 1}, ()) == set()
    many = {(f"acc_{number}", D): 1 for number in range(100)}
    assert crowded(many, ()) == set(many), "one of each waits, and no second one"
    assert ("new", D) not in crowded(many, ())


def test_of_those_on_trial_few_wait_and_others_do_not_pay_for_it() -> None:
    waiting = {(f"acc_{number}", D): 1 for number in range(MAX_WAITING)} | {("well", D): 1}
    on_trial = [(f"acc_{number}", D) for number in range(100)]
    full = crowded(waiting, on_trial)
    assert set(on_trial) <= full
    assert ("other", D) not in full
    assert crowded({("acc_0", D): 1}, on_trial).isdisjoint(set(on_trial) - {("acc_0", D)})
