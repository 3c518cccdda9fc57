"""The numbers that brokers gave the entries of a package: whose they may be, and which are known. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import orjson

from entrygo.domain.errors import ValidationFailed
from entrygo.execution.package.summary import summary_of
from entrygo.execution.state.records import Package, Submission


@dataclass(frozen=True, slots=True)
class CoveredEntries:
    """The entries that a submission is of, in their order; packages from before that was kept name none."""

    numbers: tuple[int, ...]
    # Those that were filed before, by the number that they are corrected under.
    filed_as: Mapping[int, str]

    @property
    def first(self) -> int:
        """Whose number it is where a broker gives one without saying of which entry."""
        to_file = (each for each in self.numbers if each not in self.filed_as)
        return next(chain(to_file, self.numbers), 1)

    @property
    def to_number(self) -> tuple[int, ...]:
        """Those that are to be filed, or the only one."""
        return tuple(each for each in self.numbers if each not in self.filed_as) or (self.first,)

    def check(self, given: Mapping[int, str]) -> None:
        """ValidationFailed for a number of another entry."""
        for place, entry in enumerate(given):
            if self.numbers and entry not in self.numbers:
                message = f"There is no entry {entry} here; there are {', '.join(map(str, self.numbers))}"
                raise ValidationFailed.of([(f"entryNumbers.{place}.entry", message, "unknown")])


def covered_entries(package: Package | None, entry: int | None) -> CoveredEntries:
    """Of a submission of the package: of `entry` alone, or of all where it is None."""
    summary = None if package is None else summary_of(package.summary)
    listed = summary.entries if summary else ()
    filed_as = {each.number: each.filed_as for each in listed if each.filed_as}
    numbers = (entry,) if entry is not None else tuple(each.number for each in listed)
    return CoveredEntries(numbers, filed_as)


def check_distinct(numbers: Mapping[int, str], given: Iterable[int] = ()) -> None:
    """ValidationFailed where two entries would have one number; of those `given` it names the first."""
    if len(set(numbers.values())) < len(numbers):
        held = Counter(numbers.values())
        entry = next((each for each in given if held[numbers[each]] > 1), None)
        whose = "this one" if entry is None else f"that given for entry {entry}"
        message = f"Each entry has a number of its own: {whose} is another entry's"
        raise ValidationFailed.of([("entryNumber", message, "duplicate")])


def numbers_given(submissions: Sequence[Submission]) -> dict[int, str]:
    """By entry; of submissions oldest first, the latest number of each."""
    found: dict[int, str] = {}
    for each in submissions:
        found |= each.entry_numbers
    return dict(sorted(found.items()))


def numbers_of_row(first: str | None, kept: str, entry: int | None) -> dict[int, str]:
    """By entry, as JSON keeps them; of a row of the previous release the one that it knows, of the first."""
    if first is None:
        return {}
    known = {int(each): number for each, number in orjson.loads(kept).items()}
    return known if first in known.values() else {entry or 1: first}
