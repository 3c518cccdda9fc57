"""The headings that a programme comes to for goods: one answer, or several until somebody decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entrygo.domain.programmes import Programme, programme_of
from entrygo.planning.law.goods import Goods

Option = tuple[str, ...]

NOTHING: Option = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Each option is the headings that would be filed; `decided_by` is empty when there is one.

    `guessed` are those of the options that no row names for the goods: a list that is not loaded might.
    """

    programme: Programme
    options: tuple[Option, ...]
    decided_by: str = ""
    guessed: frozenset[Option] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide."""
        return len(self.options) > 1

    @property
    def named(self) -> tuple[Option, ...]:
        """The options that rows in hand name."""
        return tuple(each for each in self.options if each not in self.guessed)


def decided(programme: Programme, *headings: str) -> Choice:
    """One answer; without headings, that the programme does not apply."""
    return Choice(programme, (headings,))


def undecided(
    programme: Programme, options: Sequence[Option], decided_by: str, guessed: Iterable[Option] = ()
) -> Choice:
    """Open between different options; decided where they are all the same."""
    different = tuple(dict.fromkeys(options))
    return Choice(programme, different, decided_by if len(different) > 1 else "", frozenset(guessed))


def answered(goods: Goods, programme: Programme) -> Choice | None:
    """What somebody answers for: the headings found to apply, or that none does."""
    found = tuple(each for each in goods.headings if programme_of(each) is programme)
    if found:
        return decided(programme, *found)
    return decided(programme) if programme in goods.denied else None
