"""The score: its documented vectors, and that it never contradicts the state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.snapshot import Readiness, Severity
from entrygo.planning.score import BANDS, readiness_of, score_of

READY, REVIEW, BLOCKED = Readiness.READY, Readiness.REVIEW_REQUIRED, Readiness.BLOCKED
METALS, VAGUE, HTS, INFO = ("METALS", 6), ("VAGUE", 5), ("HTS", 10), ("INFO", 1)


@pytest.mark.parametrize(
    ("readiness", "weights", "score"),
    [
        (READY, [], 100),
        (REVIEW, [METALS], 74),
        (REVIEW, [METALS] * 3, 72),
        (REVIEW, [METALS, VAGUE], 69),
        (BLOCKED, [HTS], 30),
        (BLOCKED, [HTS, METALS], 24),
        (BLOCKED, [("A", 10), ("B", 10), ("C", 10), ("D", 10), ("E", 10)], 0),
        (READY, [INFO] * 2, 98),
        (READY, [INFO] * 1000, 98),
        (REVIEW, [METALS] * 1000, 68),
        (READY, [("NONE", 0)] * 1000, 100),
    ],
)
def test_score_of_documented_cases(readiness: Readiness, weights: list[tuple[str, int]], score: int) -> None:
    assert score_of(readiness, weights) == score


@given(
    st.sampled_from(Readiness),
    st.lists(st.tuples(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.integers(0, 10))),
)
def test_score_stays_in_the_band_of_its_state(readiness: Readiness, weights: list[tuple[str, int]]) -> None:
    low, high = BANDS[readiness]
    assert low <= score_of(readiness, weights) <= high


@pytest.mark.parametrize(
    ("severities", "readiness"),
    [
        ([], READY),
        ([Severity.INFO], READY),
        ([Severity.INFO, Severity.WARNING], REVIEW),
        ([Severity.WARNING, Severity.ERROR], BLOCKED),
    ],
)
def test_readiness_follows_the_gravest_finding(severities: list[Severity], readiness: Readiness) -> None:
    assert readiness_of(severities) is readiness
