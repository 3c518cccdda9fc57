"""The readiness of a plan and its score, which can never contradict each other. Pure."""

from collections import Counter
from collections.abc import Iterable

from entrygo.domain.snapshot import Readiness, Severity

# The lowest and the highest score of each state.
BANDS = {
    Readiness.READY: (81, 100),
    Readiness.REVIEW_REQUIRED: (41, 80),
    Readiness.BLOCKED: (0, 40),
}


def readiness_of(severities: Iterable[Severity]) -> Readiness:
    """An error blocks; else a warning asks for review; info changes nothing."""
    found = set(severities)
    if Severity.ERROR in found:
        return Readiness.BLOCKED
    return Readiness.REVIEW_REQUIRED if Severity.WARNING in found else Readiness.READY


def score_of(readiness: Readiness, weights: Iterable[tuple[str, int]]) -> int:
    """The top of the state's band less a deduction, never below the band.

    `weights` holds code and penalty of each finding. A code costs its penalty, and one more for each
    repetition up to the penalty again: many findings of one sort are one problem to solve.
    """
    counts: Counter[str] = Counter()
    penalties: dict[str, int] = {}
    for (code, penalty), count in Counter(weights).items():
        counts[code] += count
        penalties[code] = max(penalty, penalties.get(code, 0))
    deduction = sum(penalty + min(penalty, counts[code] - 1) for code, penalty in penalties.items())
    low, high = BANDS[readiness]
    return max(low, high - deduction)
