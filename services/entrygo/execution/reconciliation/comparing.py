"""What was entered beside what was estimated: lines in pairs, and where they differ. Pure.

Brokers number lines anew, merge some and split others: lines belong together by code and origin first, then
by what they still have in common.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from entrygo.domain.duty import EntryDuty, LineDuty
from entrygo.domain.money import to_cents
from entrygo.execution.reconciliation.summary import EntrySummary, SummaryLine

# Amounts within a dollar of each other, or within half a percent of the estimate, count as equal: values are
# entered in whole dollars.
TOLERANCE_USD = Decimal("1.00")
TOLERANCE_SHARE = Decimal("0.005")
HS_DIGITS = 6
ZERO = Decimal(0)


class Reason(StrEnum):
    """Why a difference is one."""

    VALUE_DIFFERS = "VALUE_DIFFERS"
    RATE_DIFFERS = "RATE_DIFFERS"
    HTS_CHANGED = "HTS_CHANGED"
    ORIGIN_CHANGED = "ORIGIN_CHANGED"
    LINE_MISSING = "LINE_MISSING"
    LINE_ADDED = "LINE_ADDED"
    DUTY_DIFFERS = "DUTY_DIFFERS"
    FEE_DIFFERS = "FEE_DIFFERS"
    ENTRY_TYPE_DIFFERS = "ENTRY_TYPE_DIFFERS"
    LIQUIDATED_DIFFERENTLY = "LIQUIDATED_DIFFERENTLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference; `place` is `entry`, or names the lines. Amounts in USD."""

    reason: Reason
    place: str
    message: str
    expected: str = ""
    actual: str = ""


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


def differences(estimate: EntryDuty | None, given: EntrySummary) -> tuple[Difference, ...]:
    """Where the summary differs from the estimate by more than the tolerance, and the liquidation from it.

    A duty that was not computed is compared with nothing.
    """
    found: list[Difference] = []
    if estimate is not None:
        if given.lines:
            for pair in pair_lines(estimate.lines, given.lines):
                found += _of_pair(pair)
        else:
            found += _of_duty(estimate, given)
        found += _of_entry(estimate, given)
    return (*found, *_of_liquidation(given))


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


def _of_pair(pair: Pair) -> Iterator[Difference]:
    place = pair.place
    if not pair.estimated:
        [given] = pair.entered
        yield Difference(
            reason=Reason.LINE_ADDED,
            place=place,
            message=f"{given.hts_code} of {given.country_of_origin} was entered, and not estimated.",
            actual=_usd(given.value_usd),
        )
        return
    if not pair.entered:
        [line] = pair.estimated
        yield Difference(
            reason=Reason.LINE_MISSING,
            place=place,
            message=f"{line.hts_code} of {line.country_of_origin} was estimated, and not entered.",
            expected=_usd(line.value_usd),
        )
        return
    yield from _of_goods(pair)
    yield from _of_value(pair)
    yield from _of_rate(pair)


def _of_goods(pair: Pair) -> Iterator[Difference]:
    line, given = pair.estimated[0], pair.entered[0]
    if line.hts_code != given.hts_code:
        yield Difference(
            reason=Reason.HTS_CHANGED,
            place=pair.place,
            message="Another tariff number was entered than the product has.",
            expected=line.hts_code,
            actual=given.hts_code,
        )
    if line.country_of_origin != given.country_of_origin:
        yield Difference(
            reason=Reason.ORIGIN_CHANGED,
            place=pair.place,
            message="Another country of origin was entered than the product has.",
            expected=line.country_of_origin,
            actual=given.country_of_origin,
        )


def _of_value(pair: Pair) -> Iterator[Difference]:
    expected = sum((line.value_usd for line in pair.estimated), ZERO)
    actual = sum((line.value_usd for line in pair.entered), ZERO)
    if not is_within(actual, expected):
        yield Difference(
            reason=Reason.VALUE_DIFFERS,
            place=pair.place,
            message="Another value was entered than the invoice has.",
            expected=_usd(expected),
            actual=_usd(actual),
        )


def _of_rate(pair: Pair) -> Iterator[Difference]:
    """The duty beside the estimate's range, and beside what that comes to for the entered value."""
    low, high = _sum(line.low_usd for line in pair.estimated), _sum(line.high_usd for line in pair.estimated)
    if low is None or high is None:
        return
    estimated = sum((line.value_usd for line in pair.estimated), ZERO)
    entered = sum((line.value_usd for line in pair.entered), ZERO)
    duty = sum((line.duty_usd for line in pair.entered), ZERO)
    scale = entered / estimated if estimated else Decimal(1)
    if not any(_is_between(duty, low * each, high * each) for each in (Decimal(1), scale)):
        yield Difference(
            reason=Reason.RATE_DIFFERS,
            place=pair.place,
            message="The duty is not what the estimate's rates give for the entered value.",
            expected=_range(low * scale, high * scale),
            actual=_usd(duty),
        )


def _of_duty(estimate: EntryDuty, given: EntrySummary) -> Iterator[Difference]:
    low, high, duty = estimate.duty_low_usd, estimate.duty_high_usd, given.duty_usd
    if low is None or high is None or duty is None or _is_between(duty, low, high):
        return
    yield Difference(
        reason=Reason.DUTY_DIFFERS,
        place="entry",
        message="The duty of the entry is not what was estimated.",
        expected=_range(low, high),
        actual=_usd(duty),
    )


def _of_entry(estimate: EntryDuty, given: EntrySummary) -> Iterator[Difference]:
    fees = given.fees_usd
    if fees is not None and not is_within(fees, estimate.processing_fee_usd):
        yield Difference(
            reason=Reason.FEE_DIFFERS,
            place="entry",
            message="The fees of the entry are not what was estimated.",
            expected=_usd(estimate.processing_fee_usd),
            actual=_usd(fees),
        )
    if given.entry_type is not None and given.entry_type != estimate.entry_type:
        yield Difference(
            reason=Reason.ENTRY_TYPE_DIFFERS,
            place="entry",
            message="The entry is of another type than was planned.",
            expected=estimate.entry_type,
            actual=given.entry_type,
        )


def _of_liquidation(given: EntrySummary) -> Iterator[Difference]:
    """To the cent: what differs is billed, or refunded."""
    if given.liquidation is None:
        return
    amounts = (
        ("duty", given.duty_usd, given.final_duty_usd),
        ("fees", given.fees_usd, given.final_fees_usd),
    )
    for name, entered, liquidated in amounts:
        if entered is not None and liquidated is not None and entered != liquidated:
            yield Difference(
                reason=Reason.LIQUIDATED_DIFFERENTLY,
                place=f"entry, {name}",
                message=f"CBP fixed other {name} than was entered.",
                expected=_usd(entered),
                actual=_usd(liquidated),
            )


def is_within(actual: Decimal, expected: Decimal) -> bool:
    """Whether two amounts count as equal."""
    return abs(actual - expected) <= max(TOLERANCE_USD, expected * TOLERANCE_SHARE)


def _is_between(actual: Decimal, low: Decimal, high: Decimal) -> bool:
    return low <= actual <= high or is_within(actual, low) or is_within(actual, high)


def _sum(amounts: Iterator[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    if None in known:
        return None
    return sum((each for each in known if each is not None), ZERO)


def _usd(amount: Decimal) -> str:
    return str(to_cents(amount))


def _range(low: Decimal, high: Decimal) -> str:
    return _usd(low) if _usd(low) == _usd(high) else f"{_usd(low)} to {_usd(high)}"
