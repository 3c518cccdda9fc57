"""Silence is held against who met it, and against a destination that many met it at."""

from entrygo.execution.broker.breaker import BreakerLimits, BreakerState
from entrygo.execution.broker.silences import FORGOTTEN_AFTER_SECONDS, Silences

LIMITS = BreakerLimits(threshold=2, first_pause=5, longest_pause=30)
CLOSED, HALF_OPEN, OPEN = BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN
SERVER, D = "mail server", "mail:one.example"


def silences(*accounts: str) -> Silences:
    """After one silence of each, at second 0."""
    made = Silences(LIMITS)
    for account in accounts:
        made.fell_silent(account, D, 0.0)
    return made


def test_who_was_never_left_without_a_word_may_try_where_others_may_not() -> None:
    found = silences("a", "a")
    assert [found.of_destination(account, D, 1.0) for account in ("a", "b")] == [OPEN, CLOSED]
    assert (found.is_on_trial("a", D), found.is_on_trial("b", D)) == (True, False)


def test_a_destination_that_is_silent_to_several_is_silent_to_each_of_them() -> None:
    found = silences("a", "b")
    assert [found.of_destination(account, D, 1.0) for account in ("a", "b", "c")] == [OPEN, OPEN, CLOSED]
    assert [found.of_destination(account, D, 5.0) for account in ("a", "b")] == [HALF_OPEN, HALF_OPEN]
    assert found.accounts(1.0) == {D: 2}


def test_an_answer_counts_for_the_destination_and_for_who_had_it() -> None:
    found = silences("a", "a", "b")
    assert found.answered("c", SERVER, D, 1.0) is False
    assert [found.of_destination(account, D, 1.0) for account in ("a", "b")] == [OPEN, CLOSED]
    assert found.answered("a", SERVER, D, 1.0) is True
    assert (found.of_destination("a", D, 1.0), found.is_on_trial("a", D)) == (CLOSED, False)
    assert found.is_on_trial("b", D)


def test_the_state_of_a_place_is_the_gravest_that_any_account_meets() -> None:
    found = silences("a", "a")
    assert found.states(1.0) == {D: OPEN}
    found.answered("b", SERVER, D, 1.0)
    assert (found.states(1.0), found.accounts(1.0)) == ({D: OPEN}, {D: 1})
    assert found.states(5.0) == {D: HALF_OPEN}


def test_a_server_that_all_share_is_silent_to_all_until_it_answers_anybody() -> None:
    found = Silences(LIMITS)
    for _ in range(2):
        found.server_fell_silent(SERVER, 0.0)
    assert (found.of_server(SERVER, 1.0), found.states(1.0)) == (OPEN, {SERVER: OPEN})
    assert found.answered("a", SERVER, D, 1.0) is True
    assert found.of_server(SERVER, 1.0) is CLOSED


def test_what_an_attempt_waited_for_a_server_is_a_part_of_the_pause_after_it() -> None:
    found = Silences(LIMITS)
    found.server_fell_silent(SERVER, 40.0, waited=40.0)
    found.server_fell_silent(SERVER, 40.0, waited=3.0)
    assert (found.of_server(SERVER, 41.9), found.of_server(SERVER, 42.0)) == (OPEN, HALF_OPEN)
    found.server_fell_silent(SERVER, 82.0, waited=40.0)
    assert found.of_server(SERVER, 82.0) is HALF_OPEN, "and no answer, so that one at a time may try"


def test_each_silence_of_the_one_that_tries_doubles_the_pause_to_a_bound() -> None:
    found, now, pauses = silences("a", "a"), 0.0, (5, 10, 20, 30, 30)
    for pause in pauses:
        assert found.of_destination("a", D, now + pause - 0.5) is OPEN
        now += pause
        assert found.of_destination("a", D, now) is HALF_OPEN
        found.fell_silent("a", D, now)


def test_what_nobody_tries_any_longer_is_forgotten() -> None:
    found = silences("a", "a")
    found.forget(FORGOTTEN_AFTER_SECONDS - 1)
    assert found.states(FORGOTTEN_AFTER_SECONDS - 1) == {D: HALF_OPEN}
    found.forget(FORGOTTEN_AFTER_SECONDS)
    assert (found.states(FORGOTTEN_AFTER_SECONDS), found.on_trial()) == ({}, [])
