"""How long a part waits before it is started again."""

from entrygo.cli.up.backoff import Backoff

BACKOFF = Backoff(first_seconds=0.25, longest_seconds=10, stable_seconds=30)


def test_delay_doubles_up_to_the_longest() -> None:
    delays = [BACKOFF.delay_seconds(failures) for failures in range(1, 9)]
    assert delays == [0.25, 0.5, 1, 2, 4, 8, 10, 10]


def test_delay_stays_the_longest_when_failures_go_on_for_days() -> None:
    assert BACKOFF.delay_seconds(100_000) == 10


def test_failures_begin_anew_when_a_part_ran_for_a_while() -> None:
    assert BACKOFF.failures_after(7, lifetime_seconds=30) == 1


def test_failures_add_up_when_lives_are_short() -> None:
    assert BACKOFF.failures_after(7, lifetime_seconds=29) == 8
