"""Reads requests about policies and approvals, or tells everything wrong with them at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.snapshot import Severity
from entrygo.planning.policy.policy import Policy, can_be_raised, is_higher
from entrygo.planning.rules.base import Rule
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.planning.v1 import planning_pb2

APPROVE_OPERATION = "exports.approve"
POLICY_OPERATION = "policy.set"
MAX_NAME = 200
MAX_NOTE = 2000
MAX_KEY = 255

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Issues = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCommand:
    export_id: str
    plan_hash: str
    approved_by: str
    note: str
    key: str
    fingerprint: bytes


def read_approval(request: planning_pb2.ApproveExportRequest) -> ApproveCommand:
    """The command of a request; ValidationFailed with every issue otherwise."""
    approved_by = request.approved_by.strip()
    required = {"exportId": request.export_id, "planHash": request.plan_hash, "approvedBy": approved_by}
    issues: Issues = [(name, "Required", "invalid_type") for name, value in required.items() if not value]
    issues += _text_issues("approvedBy", approved_by, MAX_NAME)
    issues += _text_issues("note", request.note, MAX_NOTE)
    issues += _text_issues("idempotencyKey", request.idempotency_key, MAX_KEY)
    _check(issues)
    return ApproveCommand(
        export_id=request.export_id,
        plan_hash=request.plan_hash,
        approved_by=approved_by,
        note=request.note,
        key=request.idempotency_key,
        fingerprint=fingerprint(APPROVE_OPERATION, request),
    )


def read_policy(request: planning_pb2.SetPolicyRequest, rules: Sequence[Rule]) -> Policy:
    """The policy of a request; ValidationFailed with every issue otherwise."""
    known = {rule.code: rule for rule in rules}
    issues = _text_issues("idempotencyKey", request.idempotency_key, MAX_KEY)
    if not request.account_id:
        issues.append(("accountId", "Required", "invalid_type"))
    for code, severity in sorted(request.policy.severities.items()):
        wrong = _severity_issue(known.get(code), severity)
        if wrong is not None:
            issues.append((f"severities.{code}", *wrong))
    for index, code in enumerate(request.policy.codes_without_approval):
        if code not in known:
            issues.append((f"codesWithoutApproval.{index}", f"There is no rule {code}", "unknown_code"))
    _check(issues)
    return Policy(
        severities={code: Severity(severity) for code, severity in request.policy.severities.items()},
        approval_required=request.policy.approval_required,
        codes_without_approval=frozenset(request.policy.codes_without_approval),
    )


def _severity_issue(rule: Rule | None, severity: str) -> tuple[str, str] | None:
    if rule is None:
        return "There is no such rule", "unknown_code"
    if severity not in tuple(Severity):
        return f"Expected one of {', '.join(Severity)}", "invalid_enum_value"
    if not can_be_raised(rule):
        return "This rule leaves orders behind; it has no severity to raise", "not_raisable"
    if not is_higher(Severity(severity), rule):
        return f"A severity can only be raised; the rule's own is {rule.severity}", "too_small"
    return None


def _text_issues(name: str, text: str, maximum: int) -> Issues:
    if len(text) > maximum:
        return [(name, f"At most {maximum} characters", "too_big")]
    if _CONTROL.search(text):
        return [(name, "Control characters are not allowed", "invalid_string")]
    return []


def _check(issues: Issues) -> None:
    if issues:
        raise ValidationFailed.of(issues)
