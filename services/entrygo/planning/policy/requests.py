"""Reads requests about policies and approvals, or names everything wrong with them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.snapshot import SavingsBasis, Severity
from entrygo.planning.policy.policy import Policy, can_be_raised, is_higher
from entrygo.planning.rules.base import Rule
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.texts import one_of, plan_hash, text

APPROVE_OPERATION = "exports.approve"
POLICY_OPERATION = "policy.set"
MAX_NAME = 200  # characters
MAX_NOTE = 2000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCommand:
    """An approval of the plan with this hash by the named person."""

    export_id: str
    plan_hash: str
    approved_by: str
    note: str
    key: str
    fingerprint: bytes


def read_approval(request: planning_pb2.ApproveExportRequest) -> ApproveCommand:
    """The command of a request; ValidationFailed with every issue otherwise."""
    issues = Issues()
    issues.require(
        exportId=request.export_id, planHash=request.plan_hash, approvedBy=request.approved_by.strip()
    )
    issues.optional(plan_hash, request.plan_hash, "planHash")
    approved_by = issues.take(text(MAX_NAME), request.approved_by, "approvedBy")
    note = issues.take(text(MAX_NOTE), request.note, "note")
    check_key(request.idempotency_key, issues)
    issues.check()
    return ApproveCommand(
        export_id=request.export_id,
        plan_hash=request.plan_hash,
        approved_by=approved_by or "",
        note=note or "",
        key=request.idempotency_key,
        fingerprint=fingerprint(APPROVE_OPERATION, request),
    )


def read_policy(request: planning_pb2.SetPolicyRequest, rules: Sequence[Rule]) -> Policy:
    """The policy of a request; ValidationFailed with every issue otherwise."""
    known = {rule.code: rule for rule in rules}
    issues = Issues()
    check_key(request.idempotency_key, issues)
    issues.require(accountId=request.account_id)
    for code, severity in sorted(request.policy.severities.items()):
        try:
            _check_severity(known.get(code), severity)
        except Wrong as wrong:
            issues.wrong(f"severities.{code}", wrong)
    for index, code in enumerate(request.policy.codes_without_approval):
        if code not in known:
            issues.add(f"codesWithoutApproval.{index}", f"There is no rule {code}", "unknown_code")
    if request.policy.savings_basis:
        issues.take(one_of(*SavingsBasis), request.policy.savings_basis, "savingsBasis")
    issues.check()
    return Policy(
        severities={code: Severity(severity) for code, severity in request.policy.severities.items()},
        approval_required=request.policy.approval_required,
        codes_without_approval=frozenset(request.policy.codes_without_approval),
        agents_may_act=request.policy.agents_may_act,
        savings_basis=SavingsBasis(request.policy.savings_basis or SavingsBasis.PER_ORDER),
    )


def _check_severity(rule: Rule | None, severity: str) -> None:
    if rule is None:
        raise Wrong("There is no such rule", "unknown_code")
    if severity not in tuple(Severity):
        raise Wrong(f"Expected one of {', '.join(Severity)}", "invalid_enum_value")
    if not can_be_raised(rule):
        raise Wrong("This rule leaves orders behind; it has no severity to raise", "not_raisable")
    if not is_higher(Severity(severity), rule):
        raise Wrong(f"A severity can only be raised; the rule's own is {rule.severity}", "too_small")
