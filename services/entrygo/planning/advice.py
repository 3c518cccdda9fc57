"""What a plan's reader should notice and do next: flags, missing data, next action, strategy. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entrygo.domain.snapshot import Readiness, Severity
from entrygo.planning.findings import Finding
from entrygo.planning.inputs import PlanRequest
from entrygo.planning.judge import OrdersJudged

NOT_BENEFICIAL = "CONSOLIDATION_NOT_BENEFICIAL"
STALE = "REFERENCE_DATA_STALE"
# Nothing that is sent again changes it.
LEFT = "ORDER_ALREADY_EXPORTED"

STRATEGIES = {
    Readiness.READY: "Consolidate eligible U.S.-bound orders into one entry and execute.",
    Readiness.REVIEW_REQUIRED: (
        "Group U.S.-bound orders by operational readiness and generate an export batch"
        " before broker-facing review."
    ),
    Readiness.BLOCKED: "Correct blocking product or order data, then re-plan before any broker-facing step.",
}
SEPARATE_STRATEGY = "Keep orders on separate entries; consolidation does not reduce cost at current fees."


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Flags, paths of data that are missing, and what to do, in words and as the one next step."""

    flags: tuple[str, ...]
    missing_data: tuple[str, ...]
    strategy: str
    next_action: str


def advice_on(
    readiness: Readiness, findings: Sequence[Finding], request: PlanRequest, orders: OrdersJudged
) -> Advice:
    """What follows from the findings of a plan, in the order of the plan."""
    missing_data = missing_data_of(findings)
    return Advice(
        flags=flags_of(
            findings, has_missing_data=bool(missing_data), has_excluded_orders=bool(orders.excluded)
        ),
        missing_data=missing_data,
        strategy=strategy_of(readiness, findings),
        next_action=next_action_of(
            readiness,
            findings,
            is_dry_run=request.is_dry_run,
            has_orders=bool(orders.included),
            have_left=bool(orders.excluded) and all(LEFT in each.reasons for each in orders.excluded),
            has_missing_data=bool(missing_data),
        ),
    )


def missing_data_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The path of each datum that is absent where it must be, in the order of the findings.

    Data of orders that stay behind do not count: the plan can do without them.
    """
    return tuple(
        dict.fromkeys(
            finding.field
            for finding in findings
            if finding.rule.is_datum_missing and finding.severity is finding.rule.severity
        )
    )


def flags_of(
    findings: Iterable[Finding], *, has_missing_data: bool, has_excluded_orders: bool
) -> tuple[str, ...]:
    """The flags of a plan, sorted, each once."""
    flags = set()
    for finding in findings:
        if finding.rule.flag is not None:
            flags.add(finding.rule.flag)
        if finding.severity is Severity.WARNING:
            flags.add("human_review_recommended")
        elif finding.severity is Severity.ERROR:
            flags.add("blocked_by_validation")
    if has_missing_data:
        flags.add("data_missing")
    if has_excluded_orders:
        flags.add("orders_excluded")
    return tuple(sorted(flags))


def next_action_of(
    readiness: Readiness,
    findings: Iterable[Finding],
    *,
    is_dry_run: bool,
    has_orders: bool,
    have_left: bool,
    has_missing_data: bool,
) -> str:
    """The one step that brings the caller forward; `have_left` of every order that stays behind."""
    if not has_orders:
        return "plan_other_orders" if have_left else "sync_orders_then_replan"
    if any(finding.rule.code == STALE and finding.severity is Severity.ERROR for finding in findings):
        # By a policy that raised it; what else was found may change with the rates and lists.
        return "refresh_reference_data_then_replan"
    if readiness is Readiness.BLOCKED:
        return (
            "complete_missing_data_then_replan" if has_missing_data else "resolve_blocking_issues_then_replan"
        )
    if readiness is Readiness.REVIEW_REQUIRED:
        return "review_flags_then_execute"
    return "plan_without_dry_run" if is_dry_run else "execute"


def strategy_of(readiness: Readiness, findings: Iterable[Finding]) -> str:
    """A sentence for people. What blocks comes first; then whether one entry is worth it at all."""
    is_beneficial = all(finding.rule.code != NOT_BENEFICIAL for finding in findings)
    if is_beneficial or readiness is Readiness.BLOCKED:
        return STRATEGIES[readiness]
    return SEPARATE_STRATEGY
