"""Where the notices of a withdrawal go: to each place that what was sent may be at. Values alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrygo.execution.broker.destinations import Destination, destination_again
from entrygo.execution.state.records import Submission

# Where a package may have arrived, and what of it: one entry, or the whole (None).
Place = tuple[Destination, int | None]


@dataclass(frozen=True, slots=True)
class Notices:
    """A notice for each place, and the entry numbers that they ask to cancel."""

    by_place: Mapping[Place, Submission]
    entry_numbers: Mapping[int, str]


def by_place(submissions: Sequence[Submission]) -> dict[Place, Submission]:
    """The latest of each place; they come oldest first."""
    return {(destination_again(each), each.entry): each for each in submissions}
