"""Whose turn it is, and how long it has been."""

from datetime import UTC, datetime

import pytest

from entrygo.domain.lifecycle import State
from entrygo.gateway.console.words import Turn, age, counted, money, standing

NOW = datetime(2026, 11, 27, 17, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "readiness", "submission", "turn"),
    [
        ("BATCHED", "BLOCKED", "", Turn.YOURS),
        ("BATCHED", "REVIEW_REQUIRED", "", Turn.YOURS),
        ("BATCHED", "READY", "", Turn.YOURS),
        ("EXECUTING", "READY", "", Turn.OURS),
        ("FAILED", "READY", "", Turn.YOURS),
        ("COMPLETED", "READY", "prepared", Turn.OURS),
        ("COMPLETED", "READY", "sent", Turn.BROKER),
        ("COMPLETED", "READY", "unknown", Turn.YOURS),
        ("COMPLETED", "READY", "failed", Turn.YOURS),
        ("COMPLETED", "READY", "rejected", Turn.YOURS),
        ("COMPLETED", "READY", "acknowledged", Turn.NOBODY),
        ("WITHDRAWN", "READY", "sent", Turn.NOBODY),
    ],
)
def test_every_state_says_whose_turn_it_is(state: str, readiness: str, submission: str, turn: Turn) -> None:
    assert standing(state, readiness, submission).turn is turn


def test_no_two_states_look_alike() -> None:
    words = {standing(state, "READY", "sent").word for state in State}
    assert len(words) == len(State)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-27T17:54:30.000Z", "just now"),
        ("2026-11-27T17:50:00.000Z", "5 min"),
        ("2026-11-27T14:54:00.000Z", "3 h"),
        ("2026-11-26T12:00:00.000Z", "1 day"),
        ("2026-11-20T12:00:00.000Z", "7 days"),
        ("2026-11-27T18:00:00.000Z", "just now"),
    ],
)
def test_age_is_said_as_people_say_it(text: str, said: str) -> None:
    assert age(text, NOW) == said


def test_counts_have_their_noun() -> None:
    assert [counted(1, "order"), counted(3418, "order"), counted(2, "entry", "entries")] == [
        "1 order",
        "3,418 orders",
        "2 entries",
    ]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (12, "USD 12.00"),
        ("1234.5", "USD 1,234.50"),
        ("2.675", "USD 2.68"),
        ("1000000000000000.55", "USD 1,000,000,000,000,000.55"),
    ],
)
def test_money_is_shown_to_the_cent_as_documents_round_it(amount: object, said: str) -> None:
    assert money(amount) == said
