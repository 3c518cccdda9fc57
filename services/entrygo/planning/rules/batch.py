"""Rules on the export as a whole: that something goes, how it is entered, and what it saves."""

from collections.abc import Sequence
from decimal import Decimal

from entrygo.domain.money import plain, to_cents
from entrygo.domain.snapshot import Severity
from entrygo.planning.importations import Importation
from entrygo.planning.law.entry_types import FORMAL, INFORMAL, entry_type_of
from entrygo.planning.rules.base import Batch, BatchRule, Context, Problem, Rule
from entrygo.planning.rules.destination import UNITED_STATES

# The entry of low-value shipments under Section 321 (19 CFR 143.23(j)).
LOW_VALUE = "86"
ENDED = frozenset({"suspended", "repealed"})
# One order is one entry either way: there is nothing to consolidate.
MIN_CONSOLIDATED_ORDERS = 2


def _no_orders(batch: Batch, context: Context) -> Sequence[Problem]:
    return [] if batch.orders else [Problem("No order can be included.")]


def _unsupported_destination(batch: Batch, context: Context) -> Sequence[Problem]:
    if context.destination_country == UNITED_STATES:
        return []
    return [Problem(f"Entries into {context.destination_country} cannot be planned; only the U.S. can.")]


def _formal_entry(batch: Batch, context: Context) -> Sequence[Problem]:
    """What the value demands; a formal entry that is only asked for is no finding."""
    limit = context.reference.informal_limit
    if len(batch.importations) > 1:
        return _formal_importations(batch, limit)
    if entry_type_of(batch.value_usd, limit) != FORMAL or batch.entry_type == INFORMAL:
        return []
    return [
        Problem(
            f"Batch value {to_cents(batch.value_usd)} exceeds the informal limit {plain(limit)}; type 01."
        )
    ]


def _formal_importations(batch: Batch, limit: Decimal) -> Sequence[Problem]:
    above = [each for each in _above(batch, limit) if each.entry_type != INFORMAL]
    if not above:
        return []
    values = ", ".join(f"{each.party.name} {to_cents(each.value_usd)}" for each in above)
    return [Problem(f"Value by importer exceeds the informal limit {plain(limit)} ({values}); type 01.")]


def _above(batch: Batch, limit: Decimal) -> Sequence[Importation]:
    return [each for each in batch.importations if entry_type_of(each.value_usd, limit) == FORMAL]


def _informal_split(batch: Batch, context: Context) -> Sequence[Problem]:
    limit = context.reference.informal_limit
    return [
        Problem(
            f"Goods of importer {each.party.name} worth {to_cents(each.value_usd)} are split into informal"
            f" entries of at most {plain(limit)}, as asked: goods of one consignee on one truck are one entry"
            " but by leave of the port director.",
            each.party.name if len(batch.importations) > 1 else "",
        )
        for each in _above(batch, limit)
        if each.entry_type == INFORMAL
    ]


def _de_minimis(batch: Batch, context: Context) -> Sequence[Problem]:
    """The type is not planned for days before the suspension either: those are over."""
    if batch.asked_entry_type != LOW_VALUE:
        return []
    status = context.reference.low_value_status
    if status in ENDED:
        return [Problem(f"Section 321 / type 86 is {status} on {context.entry_date}.")]
    return [Problem("Entries of type 86 are not planned; ask for 11 or 01.")]


def _high_value(batch: Batch, context: Context) -> Sequence[Problem]:
    threshold = context.reference.high_value
    if batch.value_usd <= threshold:
        return []
    return [
        Problem(
            f"Batch value {to_cents(batch.value_usd)} exceeds {plain(threshold)};"
            " check that the carrier's insurance covers it. Bonds go by twelve months, not by one truck."
        )
    ]


def _of_the_past(batch: Batch, context: Context) -> Sequence[Problem]:
    """Lawful, as goods may be entered days after they came; a slip of the pen is likelier."""
    if not context.is_of_the_past:
        return []
    return [
        Problem(
            f"Entry date {context.entry_date} was over when this was planned; rules, rates and lists are"
            " those of that day."
        )
    ]


def _not_beneficial(batch: Batch, context: Context) -> Sequence[Problem]:
    if len(batch.orders) < MIN_CONSOLIDATED_ORDERS or batch.savings is None or batch.savings.signed_usd > 0:
        return []
    return [Problem("Consolidation saves nothing at current fees.")]


def _not_estimated(batch: Batch, context: Context) -> Sequence[Problem]:
    if not batch.orders or batch.savings is not None:
        return []
    return [
        Problem(f"The broker has no USD fee schedule for {context.entry_date}; savings are not estimated.")
    ]


def _stale(batch: Batch, context: Context) -> Sequence[Problem]:
    reference = context.reference
    ended = [
        Problem(
            f"{table} last checked {checked_on or 'never'};"
            " its last known period ended before the entry date.",
            table,
        )
        for table, checked_on in reference.outdated
    ]
    unchecked = [
        Problem(f"{table} last checked {checked_on}.", table)
        for table, checked_on in reference.stale
        if table not in dict(reference.outdated)
    ]
    return [*ended, *unchecked]


BATCH_NO_ELIGIBLE_ORDERS = BatchRule(
    code="BATCH_NO_ELIGIBLE_ORDERS",
    severity=Severity.ERROR,
    penalty=10,
    field="orders",
    basis="The scope of the plan",
    check=_no_orders,
)

DESTINATION_COUNTRY_UNSUPPORTED = BatchRule(
    code="DESTINATION_COUNTRY_UNSUPPORTED",
    severity=Severity.ERROR,
    penalty=10,
    field="destination_country",
    basis="The rules and fees here are those of U.S. entries",
    check=_unsupported_destination,
)

FORMAL_ENTRY_REQUIRED = BatchRule(
    code="FORMAL_ENTRY_REQUIRED",
    severity=Severity.INFO,
    penalty=1,
    field="batch.entry_type",
    basis="19 CFR 143.21 and 143.22",
    flag="formal_entry_required",
    check=_formal_entry,
)

INFORMAL_ENTRIES_SPLIT = BatchRule(
    code="INFORMAL_ENTRIES_SPLIT",
    severity=Severity.WARNING,
    penalty=5,
    field="batch.entry_type",
    basis="19 CFR 141.51, 141.52 and 143.21",
    check=_informal_split,
)

DE_MINIMIS_UNAVAILABLE = BatchRule(
    code="DE_MINIMIS_UNAVAILABLE",
    severity=Severity.ERROR,
    penalty=8,
    field="batch.entry_type",
    basis="19 CFR 10.151; CSMS 66065494",
    check=_de_minimis,
)

# It says nothing of the goods, so it takes nothing off their score.
ENTRY_DATE_PAST = BatchRule(
    code="ENTRY_DATE_PAST",
    severity=Severity.WARNING,
    penalty=0,
    field="entry_date",
    basis="19 CFR 142.2: entry within 15 calendar days after arrival",
    check=_of_the_past,
)

BATCH_HIGH_VALUE = BatchRule(
    code="BATCH_HIGH_VALUE",
    severity=Severity.WARNING,
    penalty=3,
    field="batch",
    basis="The carrier's liability; for bonds 19 CFR 113.13 and CBP Directive 3510-004",
    check=_high_value,
)

CONSOLIDATION_NOT_BENEFICIAL = BatchRule(
    code="CONSOLIDATION_NOT_BENEFICIAL",
    severity=Severity.INFO,
    penalty=0,
    field="batch",
    basis="The broker's fee schedule and 19 CFR 24.23",
    flag="consolidation_not_beneficial",
    check=_not_beneficial,
)

SAVINGS_NOT_ESTIMATED = BatchRule(
    code="SAVINGS_NOT_ESTIMATED",
    severity=Severity.INFO,
    penalty=0,
    field="broker.fee_schedules",
    basis="The broker's fee schedule",
    check=_not_estimated,
)

REFERENCE_DATA_STALE = BatchRule(
    code="REFERENCE_DATA_STALE",
    severity=Severity.WARNING,
    penalty=5,
    field="reference",
    basis="Fees and lists are chosen by entry date; a check of what changes without notice holds 45 days",
    flag="reference_data_stale",
    check=_stale,
)

RULES: tuple[Rule, ...] = (
    BATCH_NO_ELIGIBLE_ORDERS,
    DESTINATION_COUNTRY_UNSUPPORTED,
    FORMAL_ENTRY_REQUIRED,
    INFORMAL_ENTRIES_SPLIT,
    DE_MINIMIS_UNAVAILABLE,
    ENTRY_DATE_PAST,
    BATCH_HIGH_VALUE,
    CONSOLIDATION_NOT_BENEFICIAL,
    SAVINGS_NOT_ESTIMATED,
    REFERENCE_DATA_STALE,
)
