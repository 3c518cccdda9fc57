"""What a customs bond must cover: a continuous one by the year behind it, a single one by its entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from entrygo.planning.duty.results import ZERO

# CBP Directive 3510-004: a tenth of a year's duties, taxes and fees, in steps, and never below the least.
SHARE = Decimal("0.1")
LEAST = Decimal(50_000)
STEP, STEP_UP_TO, LARGE_STEP = Decimal(10_000), Decimal(100_000), Decimal(100_000)
# Goods that an agency must admit: what redelivery would have to make good (the same directive).
AGENCY_TIMES = 3


@dataclass(frozen=True, slots=True)
class Paid:
    """Duties, taxes and fees of one entry, or of all entries of a day, in USD, by the entry date."""

    entry_date: date
    amount_usd: Decimal
    entries: int = 1
    # Entries beside them whose duty could not be estimated.
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousBond:
    """The amount needed, and what it was worked out from."""

    amount_usd: Decimal
    twelve_months_usd: Decimal
    first_day: date
    last_day: date
    entries: int
    # Whether every entry of the year could be estimated.
    is_complete: bool


def continuous_bond(
    paid: Iterable[Paid], as_of: date, expected_twelve_months: Decimal | None = None
) -> ContinuousBond:
    """By the twelve months up to and including `as_of`.

    A new importer has no such year: `expected_twelve_months` counts where it is more than what was paid.
    """
    first_day = first_day_of_year(as_of)
    year = [each for each in paid if first_day <= each.entry_date <= as_of]
    amount = max(sum((each.amount_usd for each in year), ZERO), expected_twelve_months or ZERO)
    return ContinuousBond(
        amount_usd=max(LEAST, _in_steps(amount * SHARE)),
        twelve_months_usd=amount,
        first_day=first_day,
        last_day=as_of,
        entries=sum(each.entries for each in year),
        is_complete=not any(each.unknown for each in year),
    )


def single_bond(value_usd: Decimal, duties_and_fees_usd: Decimal, has_agency_goods: bool) -> Decimal:
    """Value, duties, taxes and fees of the entry; three times its value where an agency may refuse goods."""
    covered = value_usd + duties_and_fees_usd
    return max(covered, AGENCY_TIMES * value_usd) if has_agency_goods else covered


def _in_steps(amount: Decimal) -> Decimal:
    step = STEP if amount <= STEP_UP_TO else LARGE_STEP
    return ceil(amount / step) * step


def first_day_of_year(day: date) -> date:
    """The first of the twelve months that end with `day`; that of the calendar where it begins later."""
    if day.year == date.min.year:
        return date.min
    try:
        same_day = day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        same_day = day.replace(year=day.year - 1, day=28)
    return same_day + timedelta(days=1)
