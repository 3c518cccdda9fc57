"""A short campaign against real processes: whatever breaks, what EntryGo promises holds."""

from collections import Counter

import pytest

from tests.campaign.__main__ import report
from tests.campaign.campaign import Result
from tests.campaign.history import Action

# The first of them starts the system, and the campaign takes its time.
pytestmark = pytest.mark.timeout(300)
LEAST_COMPLETED = 5
LEAST_FAULTS = 5


def test_every_promise_holds_while_the_system_is_broken_at_random(campaign: Result) -> None:
    assert campaign.findings == [], report(campaign)


def test_the_campaign_did_and_broke_enough_to_prove_something(campaign: Result) -> None:
    states = Counter(export.state for export in campaign.final.exports)
    assert states["COMPLETED"] >= LEAST_COMPLETED
    assert sum(campaign.injected.values()) >= LEAST_FAULTS
    asked = {done.asked.action for done in campaign.history.operations if done.is_ok}
    assert asked >= {Action.SYNC, Action.PLAN, Action.EXECUTE, Action.INSPECT, Action.DOWNLOAD}
