"""Which estimated and entered lines are the same goods. Pure.

Brokers number lines anew, merge some and split others: lines belong together by code and origin first, then
by what they still have in common.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.duty import LineDuty
from entrygo.execution.reconciliation.summary import SummaryLine

# Amounts within a dollar of each other, or within half a percent of the estimate, count as equal: values are
# entered in whole dollars.
TOLERANCE_USD = Decimal("1.00")
TOLERANCE_SHARE = Decimal("0.005")
HS_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """Lines that are the same goods: one and one, or some of each where their numbers differ.

    Without estimated lines it was added, without entered ones it is missing.
    """

    estimated: tuple[LineDuty, ...]
    entered: tuple[SummaryLine, ...]

    @property
    def place(self) -> str:
        """As the entry numbers its lines; a missing one as the estimate does."""
        lines: Sequence[int] = [line.line for line in self.entered]
        named = lines or [line.number for line in self.estimated]
        word = "line" if len(named) == 1 else "lines"
        origin = "" if lines else "estimated "
        return f"{origin}{word} {', '.join(map(str, named))}"


def pair_lines(estimated: Sequence[LineDuty], entered: Sequence[SummaryLine]) -> tuple[Pair, ...]:
    """Every line in one pair, in the order of the entry; those that are missing at the end."""
    pairs, left, over = _of_one_code(estimated, entered)
    for is_alike in (_same_code, _same_heading, _same_value):
        pairs += _alike(left, over, is_alike)
    pairs += [Pair((), (line,)) for line in over]
    pairs.sort(key=lambda pair: min(line.line for line in pair.entered))
    return (*pairs, *(Pair((line,), ()) for line in left))


def _of_one_code(
    estimated: Sequence[LineDuty], entered: Sequence[SummaryLine]
) -> tuple[list[Pair], list[LineDuty], list[SummaryLine]]:
    """Pairs of the same code and origin, and what is left of both."""
    ours: dict[tuple[str, str], list[LineDuty]] = defaultdict(list)
    theirs: dict[tuple[str, str], list[SummaryLine]] = defaultdict(list)
    for line in estimated:
        ours[line.hts_code, line.country_of_origin].append(line)
    for given in entered:
        theirs[given.hts_code, given.country_of_origin].append(given)
    pairs: list[Pair] = []
    for key in ours.keys() & theirs.keys():
        pairs += _matched(ours.pop(key), theirs.pop(key))
    left = sorted((line for lines in ours.values() for line in lines), key=lambda line: line.number)
    over = sorted((line for lines in theirs.values() for line in lines), key=lambda line: line.line)
    return pairs, left, over


def _matched(ours: Sequence[LineDuty], theirs: Sequence[SummaryLine]) -> Iterator[Pair]:
    if len(ours) != len(theirs):
        yield Pair(tuple(ours), tuple(theirs))
        return
    by_value = zip(
        sorted(ours, key=lambda line: (line.value_usd, line.number)),
        sorted(theirs, key=lambda line: (line.value_usd, line.line)),
        strict=True,
    )
    for line, given in by_value:
        yield Pair((line,), (given,))


def _alike(
    left: list[LineDuty], over: list[SummaryLine], is_alike: Callable[[LineDuty, SummaryLine], bool]
) -> Iterator[Pair]:
    """Takes what is alike out of both lists."""
    for line in list(left):
        found = next((given for given in over if is_alike(line, given)), None)
        if found is not None:
            left.remove(line)
            over.remove(found)
            yield Pair((line,), (found,))


def _same_code(line: LineDuty, given: SummaryLine) -> bool:
    return line.hts_code == given.hts_code


def _same_heading(line: LineDuty, given: SummaryLine) -> bool:
    return line.hts_code[:HS_DIGITS] == given.hts_code[:HS_DIGITS]


def _same_value(line: LineDuty, given: SummaryLine) -> bool:
    return is_within(given.value_usd, line.value_usd)


def is_within(actual: Decimal, expected: Decimal) -> bool:
    """Whether two amounts count as equal."""
    return abs(actual - expected) <= max(TOLERANCE_USD, expected * TOLERANCE_SHARE)
