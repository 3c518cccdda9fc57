"""The console has words for whatever can happen to an export."""

import pytest

from entrygo.domain.lifecycle import State
from entrygo.execution.state.records import SubmissionStatus
from entrygo.gateway.console.timeline import WORDS
from entrygo.gateway.console.today import STATES
from entrygo.gateway.console.words import _BY_STATE, _BY_SUBMISSION, Turn, standing
from entrygo.messaging.events import EXPORT_EVENTS


def test_every_event_of_an_export_has_its_words_in_the_timeline() -> None:
    assert sorted(WORDS) == list(EXPORT_EVENTS)


def test_every_state_and_every_status_of_a_submission_has_its_standing() -> None:
    assert {*_BY_STATE, "BATCHED", "COMPLETED"} == set(State)
    assert set(_BY_SUBMISSION) == set(SubmissionStatus)


@pytest.mark.parametrize("state", State)
def test_today_lists_every_state_in_which_somebody_has_to_act(state: State) -> None:
    turns = {standing(state, "READY", status).turn for status in ("", *SubmissionStatus)}
    assert turns == {Turn.NOBODY} or state in STATES
