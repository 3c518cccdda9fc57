"""The headings that a programme comes to for a line: one answer, or several until somebody decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.planning.duty.lines import DutyLine
from entrygo.planning.duty.programmes import Programme, programme_of

NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Each option is the headings that would be filed; `decided_by` is empty when there is one."""

    programme: Programme
    options: tuple[tuple[str, ...], ...]
    decided_by: str = ""

    @property
    def is_open(self) -> bool:
        return len(self.options) > 1


def decided(programme: Programme, *headings: str) -> Choice:
    return Choice(programme, (headings,))


def undecided(programme: Programme, options: Sequence[tuple[str, ...]], decided_by: str) -> Choice:
    """Open between different options; decided where they are all the same."""
    different = tuple(dict.fromkeys(options))
    return Choice(programme, different, decided_by if len(different) > 1 else "")


def answered(line: DutyLine, programme: Programme) -> Choice | None:
    """What somebody answers for: the headings found to apply, or that none does."""
    found = tuple(each for each in line.headings if programme_of(each) is programme)
    if found:
        return decided(programme, *found)
    return decided(programme) if programme in line.denied else None
