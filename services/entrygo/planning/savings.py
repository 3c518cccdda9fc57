"""What one entry costs to clear, and what consolidating many orders into one entry saves. Pure; an estimate.

Duty and transport are left out: they are the same on both sides. Only the disbursement fee looks at duty,
and takes its minimum where the duty is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import add
from typing import Any

from entrygo.domain.consolidation import Comparable
from entrygo.domain.facts import FeeSchedule
from entrygo.domain.money import to_cents
from entrygo.domain.snapshot import (
    EntryCost,
    EntryType,
    MeasuredSaving,
    Savings,
    SavingsBasis,
)
from entrygo.planning.law.entry_types import INFORMAL, entry_type_of
from entrygo.planning.law.processing_fee import entered_value, fee_amount
from entrygo.planning.reference.in_force import ProcessingFee

# The fees of this estimate are in this currency; a schedule in another one is not converted.
CURRENCY = "USD"

# Of an EntryCost.
AMOUNTS = (
    "broker_fee", "line_fees", "order_fees", "pga_fees", "disbursement", "bond", "merchandise_processing_fee",
)  # fmt: skip

ZERO = Decimal(0)
THOUSAND = Decimal(1000)


# Not frozen: there may be ten thousand, and a frozen one is made in twice the time.
@dataclass(slots=True, kw_only=True)
class Entry:
    """The goods of one entry; `lines` are what remains after merging lines that customs sees alike."""

    value_usd: Decimal
    # The value of each line that pays the merchandise processing fee.
    fee_values: Mapping[Comparable, Decimal]
    lines: frozenset[Comparable]
    orders: int = 1
    # Those of `lines` that need data for a partner government agency.
    agency_lines: frozenset[Comparable] = frozenset()
    duty_usd: Decimal | None = None
    # Whether some of the goods are, or may be, under antidumping or countervailing duty.
    has_adcvd: bool = False
    # Given where it does not follow from the value.
    kind: EntryType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What costs are worked out with: the broker's schedule and the public amounts of the entry date."""

    schedule: FeeSchedule
    processing_fee: ProcessingFee
    informal_limit: Decimal


def schedule_on(schedules: Sequence[FeeSchedule], day: date) -> FeeSchedule | None:
    """The schedule in force on `day`, the latest where several are; None when there is none in USD."""
    in_force = [
        schedule
        for schedule in schedules
        if schedule.currency == CURRENCY
        and schedule.valid_from <= day
        and (schedule.valid_to is None or day <= schedule.valid_to)
    ]
    return max(in_force, key=lambda schedule: schedule.valid_from, default=None)


def consolidate(entries: Iterable[Entry]) -> Entry:
    """All of them as one entry; its duty is known when each one's is."""
    each = tuple(entries)
    duties = [entry.duty_usd for entry in each]
    return Entry(
        value_usd=sum((entry.value_usd for entry in each), ZERO),
        fee_values=_sum_by_line(entry.fee_values for entry in each),
        lines=frozenset().union(*(entry.lines for entry in each)),
        orders=sum(entry.orders for entry in each),
        agency_lines=frozenset().union(*(entry.agency_lines for entry in each)),
        duty_usd=None if None in duties else sum((duty for duty in duties if duty is not None), ZERO),
        has_adcvd=any(entry.has_adcvd for entry in each),
    )


def _sum_by_line(values: Iterable[Mapping[Comparable, Decimal]]) -> Mapping[Comparable, Decimal]:
    """Lines that customs sees alike are one line, whose value is rounded once."""
    found: dict[Comparable, Decimal] = {}
    for each in values:
        for line, value in each.items():
            found[line] = found.get(line, ZERO) + value
    return found


def entry_cost(entry: Entry, terms: Terms, kind: EntryType | None = None) -> EntryCost:
    """What clearing one entry costs under `terms`; its type follows from its value unless it is given."""
    return _sum([entry], terms, kind)


def _kind(entry: Entry, terms: Terms, kind: EntryType | None) -> EntryType:
    return (
        entry.kind or kind or entry_type_of(entry.value_usd, terms.informal_limit, has_adcvd=entry.has_adcvd)
    )


def _amounts(entry: Entry, terms: Terms, kind: EntryType) -> Sequence[Decimal]:
    """In the order of AMOUNTS; each to the cent, as a broker bills it, so that they add up to the total."""
    schedule = terms.schedule
    return (
        to_cents(schedule.fee_informal if kind == INFORMAL else schedule.fee_formal),
        to_cents(max(0, len(entry.lines) - schedule.included_lines) * schedule.line_fee),
        to_cents(max(0, entry.orders - 1) * schedule.order_fee),
        to_cents(len(entry.agency_lines) * schedule.pga_fee),
        _disbursement(entry, schedule),
        _bond(entry, schedule, kind),
        _processing_fee(entry, kind, terms.processing_fee),
    )


def _disbursement(entry: Entry, schedule: FeeSchedule) -> Decimal:
    if schedule.payment_mode == "importer_ach":
        return ZERO
    advanced = entry.duty_usd if entry.duty_usd is not None else ZERO
    return to_cents(max(schedule.disbursement_min, advanced * schedule.disbursement_pct / 100))


def _bond(entry: Entry, schedule: FeeSchedule, kind: EntryType) -> Decimal:
    if kind == INFORMAL or schedule.bond_mode == "continuous":
        return ZERO
    secured = entry.value_usd + (entry.duty_usd if entry.duty_usd is not None else ZERO)
    return to_cents(max(schedule.single_bond_min, secured / THOUSAND * schedule.single_bond_rate))


def _processing_fee(entry: Entry, kind: EntryType, fee: ProcessingFee) -> Decimal:
    if not entry.fee_values:
        return ZERO
    if kind == INFORMAL:
        return fee.informal
    entered = sum(map(entered_value, entry.fee_values.values()), ZERO)
    return fee_amount(entered, kind, fee)


def estimate(
    entries: Sequence[Entry],
    terms: Terms,
    together: Sequence[Entry] = (),
    kind: EntryType | None = None,
) -> Savings:
    """Each entry on its own against all of them as one, or as the few of `together`; may be negative.

    What is imported together is formal or informal by its whole value: to split it makes no part informal.
    `kind` is given where it does not follow from the value; on its own each order goes by its value.
    """
    together = together or (consolidate(entries),)
    whole = consolidate(together)
    kind = kind or entry_type_of(whole.value_usd, terms.informal_limit, has_adcvd=whole.has_adcvd)
    separate = _sum(entries, terms)
    consolidated = _sum(together, terms, kind)
    signed = to_cents(separate.total - consolidated.total)
    return Savings(
        separate=separate,
        consolidated=consolidated,
        signed_usd=signed,
        estimated_usd=max(ZERO, signed),
        fee_schedule_valid_from=terms.schedule.valid_from,
        mpf_fiscal_year=terms.processing_fee.fiscal_year,
    )


def measured(savings: Savings, basis: SavingsBasis, alternative: Sequence[Entry], terms: Terms) -> Savings:
    """The same with what clearing together saves against these entries; what it saves otherwise stays."""
    cost = _sum(alternative, terms)
    saving = to_cents(cost.total - savings.consolidated.total)
    found = MeasuredSaving(basis=basis, alternative=cost, saving_usd=saving)
    return savings.model_copy(update={"measured": found})


def _sum(entries: Sequence[Entry], terms: Terms, kind: EntryType | None = None) -> EntryCost:
    """Without an EntryCost of each: there may be ten thousand."""
    kinds = [_kind(entry, terms, kind) for entry in entries]
    sums = [ZERO] * len(AMOUNTS)
    for entry, its_kind in zip(entries, kinds, strict=True):
        sums = list(map(add, sums, _amounts(entry, terms, its_kind)))
    amounts: dict[str, Any] = dict(zip(AMOUNTS, sums, strict=True))
    return EntryCost.model_construct(
        entries=len(entries),
        entry_type=kinds[0] if len(set(kinds)) == 1 else "mixed",
        lines=sum(len(entry.lines) for entry in entries),
        **amounts,
    )
