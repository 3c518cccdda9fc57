"""The account's policy as a form: approvals, agents, the basis of savings, and what findings weigh."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError
from entrygo.domain.snapshot import SavingsBasis
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.records import ChangedMeanwhile
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.routes.policies import set_policy_request
from entrygo.gateway.schemas.policy import PolicyBody
from entrygo.proto.planning.v1 import planning_pb2

SEVERITY, ACCEPTED = "severity.", "accepted."
CHOSEN = "yes"


async def show(visit: Visit) -> Response:
    """GET /setup/policy: the account's policy as a form, rule by rule."""
    rules, policy = await _known(visit)
    return _page(visit, rules, policy, texts_of(policy))


async def save(visit: Visit) -> Response:
    """POST /setup/policy: the policy becomes what the form says. Sent twice, it is no change by others."""
    rules, policy = await _known(visit)
    codes = [rule.code for rule in rules]
    changed = policy_body(visit.form, codes)
    stored = policy_body({**texts_of(policy), "key": visit.form.get("key", "")}, codes)
    try:
        if visit.form.get("seen", "") == policy.updated_at:
            body = validated(PolicyBody, {"accountId": visit.account_id, **changed})
            await visit.write(visit.services.planning.SetPolicy, set_policy_request(body))
        elif changed != stored:
            raise ChangedMeanwhile
    except EntryGoError as error:
        if error.error_kind not in EXPLAINED:
            raise
        return _page(visit, rules, policy, visit.form, error=error)
    return visit.go("/setup?saved#policy")


def texts_of(policy: planning_pb2.Policy) -> dict[str, str]:
    """A stored policy as the fields of its form."""
    flags = {"approvalRequired": policy.approval_required, "agentsMayAct": policy.agents_may_act}
    return {
        **{name: CHOSEN for name, is_set in flags.items() if is_set},
        **{f"{SEVERITY}{code}": severity for code, severity in policy.severities.items()},
        **{f"{ACCEPTED}{code}": CHOSEN for code in policy.codes_without_approval},
        "savingsBasis": policy.savings_basis or SavingsBasis.PER_ORDER,
    }


def policy_body(typed: Mapping[str, str], codes: Sequence[str]) -> dict[str, Any]:
    """The fields of a form as the body of PUT /api/policy, without the account."""
    return {
        "severities": {code: chosen for code in codes if (chosen := typed.get(f"{SEVERITY}{code}"))},
        "codesWithoutApproval": [code for code in codes if f"{ACCEPTED}{code}" in typed],
        "approvalRequired": "approvalRequired" in typed,
        "agentsMayAct": "agentsMayAct" in typed,
        "savingsBasis": typed.get("savingsBasis") or None,
        "idempotencyKey": typed.get("key", ""),
    }


async def _known(visit: Visit) -> tuple[Sequence[planning_pb2.RuleSummary], planning_pb2.Policy]:
    planning = visit.services.planning
    rules, policy = await asyncio.gather(
        visit.read(planning.ListRules, planning_pb2.ListRulesRequest()),
        visit.read(planning.GetPolicy, planning_pb2.GetPolicyRequest()),
    )
    return rules.data, policy


def _page(
    visit: Visit,
    rules: Sequence[planning_pb2.RuleSummary],
    policy: planning_pb2.Policy,
    texts: Mapping[str, str],
    *,
    error: EntryGoError | None = None,
) -> Response:
    raisable = [rule for rule in rules if rule.raisable_to]
    shown, known = {rule.code for rule in raisable}, {rule.code for rule in rules}
    accepted = set(policy.codes_without_approval)
    return visit.page(
        "policy.html",
        error=error,
        rules=raisable,
        # Stored by a program, without a line of their own here: kept as they are.
        kept=sorted((accepted & known) - shown),
        # Of an earlier release: there is no such rule any more.
        gone=sorted((accepted | set(policy.severities)) - known),
        texts=defaultdict(str, texts),
        bases=[str(basis) for basis in SavingsBasis],
        seen=policy.updated_at if error is None else texts.get("seen", ""),
        may_change=visit.may("setup") and not visit.who.warehouse_id,
    )


PAGES = (Page("GET", "/setup/policy", show), Page("POST", "/setup/policy", save))
