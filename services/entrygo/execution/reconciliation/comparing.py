"""What was entered beside what was estimated: where an entry, and its lines in pairs, differ. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from entrygo.domain.duty import EntryDuty
from entrygo.domain.money import to_cents
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.package.entry_snapshots import has_sets_by_entry
from entrygo.execution.reconciliation.pairing import Pair, is_within, pair_lines
from entrygo.execution.reconciliation.summary import EntrySummary

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


def estimate_of(snapshot: Snapshot, entry: int) -> EntryDuty | None:
    """The estimate of an entry, its lines numbered as its documents number them.

    The plan's numbers run through all of its entries; an entry with documents of its own begins at 1.
    """
    found = next((each for each in snapshot.entry_duties if each.number == entry), None)
    if found is None or not has_sets_by_entry(snapshot):
        return found
    lines = (line.model_copy(update={"number": at}) for at, line in enumerate(found.lines, start=1))
    return found.model_copy(update={"lines": tuple(lines)})


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
    compared = (
        (Reason.HTS_CHANGED, "tariff number", line.hts_code, given.hts_code),
        (Reason.ORIGIN_CHANGED, "country of origin", line.country_of_origin, given.country_of_origin),
    )
    for reason, named, expected, actual in compared:
        if expected != actual:
            yield Difference(
                reason=reason,
                place=pair.place,
                message=f"Another {named} was entered than the product has.",
                expected=expected,
                actual=actual,
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
