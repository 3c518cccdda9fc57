"""An account's policy and what it does to rules and findings. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from entrygo.domain.snapshot import SavingsBasis, Severity
from entrygo.planning.rules.base import OrderRule, Rule

WEIGHT = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Raised severities by code; and whether a plan to be reviewed needs a person's approval to leave.

    Findings of `codes_without_approval` are known and accepted: they alone ask for nobody. `agents_may_act`
    is the account's word to those who speak for agents: `entrygo mcp` sends nothing without it.
    """

    severities: Mapping[str, Severity] = field(default_factory=dict)
    approval_required: bool = False
    codes_without_approval: frozenset[str] = frozenset()
    agents_may_act: bool = False
    savings_basis: SavingsBasis = SavingsBasis.PER_ORDER
    updated_at: datetime | None = None


def raised(rules: Sequence[Rule], policy: Policy) -> tuple[Rule, ...]:
    """The rules with the severities of the policy. One that is lower than the rule's own changes nothing."""
    return tuple(_raised(rule, policy.severities.get(rule.code)) for rule in rules)


def _raised(rule: Rule, severity: Severity | None) -> Rule:
    if severity is None or not is_higher(severity, rule):
        return rule
    return replace(rule, severity=severity, is_raised=True)


def is_higher(severity: Severity, rule: Rule) -> bool:
    """Whether the first severity weighs more than the second."""
    return WEIGHT[severity] > WEIGHT[rule.severity]


def can_be_raised(rule: Rule) -> bool:
    """A rule that leaves an order behind is no matter of weight."""
    return not (isinstance(rule, OrderRule) and rule.excludes)


def raisable_to(rule: Rule) -> tuple[Severity, ...]:
    """The severities that a policy may give the rule."""
    if not can_be_raised(rule):
        return ()
    return tuple(severity for severity in WEIGHT if is_higher(severity, rule))
