"""An account's policy, and the approval of a plan by a person."""

from starlette.responses import Response

from entrygo.domain.errors import ExportNotFound, InvalidExportState, NotFound, PlanHashMismatch
from entrygo.domain.snapshot import SavingsBasis
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.setup import APPROVE_REQUEST, POLICY_ANSWER, POLICY_REQUEST, RULES_ANSWER
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.schemas.policy import ApproveAnswer, ApproveBody, PolicyAnswer, PolicyBody, RulesAnswer
from entrygo.proto.planning.v1 import planning_pb2

MISSING = ExportNotFound().message


async def list_rules(exchange: Exchange) -> Response:
    """GET /api/rules: what every plan is checked against."""
    found = await exchange.read(exchange.services.planning.ListRules, planning_pb2.ListRulesRequest())
    answer: RulesAnswer = {
        "data": [
            {
                "code": rule.code,
                "severity": rule.severity,
                "raisableTo": list(rule.raisable_to),
                "field": rule.field,
                "basis": rule.basis,
            }
            for rule in found.data
        ]
    }
    return json_answer(answer)


async def get_policy(exchange: Exchange) -> Response:
    """GET /api/policy: the account's policy, or what holds without one."""
    request = planning_pb2.GetPolicyRequest()
    return json_answer(_policy_answer(await exchange.read(exchange.services.planning.GetPolicy, request)))


async def set_policy(exchange: Exchange) -> Response:
    """PUT /api/policy: replaces the policy; later plans follow it."""
    body = await exchange.body(PolicyBody)
    reply = await exchange.write(exchange.services.planning.SetPolicy, set_policy_request(body))
    return json_answer(_policy_answer(reply.message), replayed=reply.replayed)


def set_policy_request(body: PolicyBody) -> planning_pb2.SetPolicyRequest:
    """PUT /api/policy: body to message."""
    return planning_pb2.SetPolicyRequest(
        account_id=body.account_id,
        policy=planning_pb2.Policy(
            severities=body.severities,
            approval_required=bool(body.approval_required),
            codes_without_approval=body.codes_without_approval,
            agents_may_act=bool(body.agents_may_act),
            savings_basis=body.savings_basis or "",
        ),
        idempotency_key=body.idempotency_key or "",
    )


def _policy_answer(policy: planning_pb2.Policy) -> PolicyAnswer:
    return {
        "severities": dict(sorted(policy.severities.items())),
        "approvalRequired": policy.approval_required,
        "codesWithoutApproval": list(policy.codes_without_approval),
        "agentsMayAct": policy.agents_may_act,
        "savingsBasis": policy.savings_basis or SavingsBasis.PER_ORDER,
        "updatedAt": policy.updated_at or None,
    }


async def approve(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/approve: lets a plan that waits for a person go on."""
    export_id = exchange.path_id(MISSING)
    body = await exchange.body(ApproveBody)
    request = approve_request(export_id, body)
    reply = await exchange.write(exchange.services.planning.ApproveExport, request)
    answer: ApproveAnswer = {
        "exportId": reply.message.export_id,
        "state": reply.message.state,
        "planHash": reply.message.plan_hash,
        "approvedBy": reply.message.approved_by,
        "approvedAt": reply.message.approved_at,
    }
    return json_answer(answer, replayed=reply.replayed)


def approve_request(export_id: str, body: ApproveBody) -> planning_pb2.ApproveExportRequest:
    """POST /api/exports/{id}/approve: body to message."""
    return planning_pb2.ApproveExportRequest(
        export_id=export_id,
        plan_hash=body.plan_hash,
        approved_by=body.approved_by,
        note=body.note or "",
        idempotency_key=body.idempotency_key or "",
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/exports/{id}/approve",
        handler=approve,
        tag="Exports",
        name="approveExport",
        summary="Approve a plan by name",
        description="Bound to the plan hash: a plan that differs needs its own approval. Needed before "
        "execute where the account's policy asks for one; shown in the timeline.",
        body=ApproveBody,
        answer=ApproveAnswer,
        errors=(NotFound, InvalidExportState, PlanHashMismatch),
        request_example=APPROVE_REQUEST,
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="GET",
        path="/api/rules",
        handler=list_rules,
        tag="Setup",
        name="listRules",
        summary="List the rules that plans are checked against",
        description="By code: the severity of each, and what a policy may raise it to.",
        answer=RulesAnswer,
        answer_example=RULES_ANSWER,
    ),
    Endpoint(
        method="GET",
        path="/api/policy",
        handler=get_policy,
        tag="Setup",
        name="getPolicy",
        summary="Read the account's policy",
        answer=PolicyAnswer,
        answer_example=POLICY_ANSWER,
    ),
    Endpoint(
        method="PUT",
        path="/api/policy",
        handler=set_policy,
        tag="Setup",
        name="setPolicy",
        summary="Set the account's policy",
        description="Raises severities of rules, and says whether plans in REVIEW_REQUIRED need a named "
        "approval before execute. Plans that are stored already keep their findings.",
        body=PolicyBody,
        answer=PolicyAnswer,
        request_example=POLICY_REQUEST,
        answer_example=POLICY_ANSWER,
    ),
)
