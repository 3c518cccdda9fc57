"""Which of an export's submissions say how its package stands with the broker. Pure."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

# Of submissions: the package itself. Those of earlier releases name no kind.
PACKAGE_KINDS = ("", "package")
WORST_FIRST = ("rejected", "failed", "unknown", "prepared", "sending", "sent", "acknowledged")


class Submission(Protocol):
    """A row of the ledger; `entry` is 0 where the package goes as a whole."""

    kind: str
    status: str
    entry: int


Row = TypeVar("Row", bound=Submission)


def newest_of_each_entry(submissions: Iterable[Row]) -> Sequence[Row]:
    """The package's, from `submissions` oldest first: one, or one for each entry that goes on its own."""
    return list({each.entry: each for each in submissions if each.kind in PACKAGE_KINDS}.values())


def worst(submissions: Iterable[Row]) -> Row | None:
    """The one by which the package stands: of the newest of each entry the worst, and the first of those."""
    return min(newest_of_each_entry(submissions), key=lambda each: _rank(each.status), default=None)


def _rank(status: str) -> int:
    return WORST_FIRST.index(status) if status in WORST_FIRST else len(WORST_FIRST)
