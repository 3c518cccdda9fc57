"""Destinations of withdrawal notices: every place that may have the package. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrygo.execution.broker.destinations import Destination, destination_again
from entrygo.execution.state.records import Submission

# Where a package may have arrived, and what of it: one entry, or the whole (None).
Place = tuple[Destination, int | None]


@dataclass(frozen=True, slots=True)
class Notices:
    """One notice per destination, and the entry numbers to cancel."""

    by_place: Mapping[Place, Submission]
    entry_numbers: Mapping[int, str]


def by_place(submissions: Sequence[Submission]) -> dict[Place, Submission]:
    """The latest submission of each destination; the input is oldest first."""
    return {(destination_again(each), each.entry): each for each in submissions}
