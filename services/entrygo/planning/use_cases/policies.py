"""Reads and sets an account's policy, takes approvals, and holds an export back that lacks one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from entrygo.domain.approvals import codes_to_approve
from entrygo.domain.errors import InvalidExportState, OutsideWarehouse, PlanHashMismatch
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Readiness, SavingsBasis, Severity
from entrygo.domain.time import rfc3339
from entrygo.planning.exports import Export
from entrygo.planning.policy.policy import Policy, raisable_to
from entrygo.planning.policy.requests import (
    APPROVE_OPERATION,
    POLICY_OPERATION,
    ApproveCommand,
    read_policy,
)
from entrygo.planning.policy.store import Approval, PolicyStore
from entrygo.planning.rules.base import Rule
from entrygo.planning.snapshots import messages_in
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.recording import Recorder, found_export, locked_export
from entrygo.postgres.idempotency import Reply, fingerprint, run_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2


@dataclass(frozen=True, slots=True)
class Policies:
    """The use cases of policies and approvals."""

    pool: Pool
    clock: Clock
    ids: Ids
    rules: Sequence[Rule]

    def list_rules(self) -> Sequence[planning_pb2.RuleSummary]:
        """The rules by code: they are everybody's, whatever a policy makes of them."""
        return [
            planning_pb2.RuleSummary(
                code=rule.code,
                severity=rule.severity,
                raisable_to=raisable_to(rule),
                field=rule.field,
                basis=rule.basis,
            )
            for rule in sorted({rule.code: rule for rule in self.rules}.values(), key=lambda rule: rule.code)
        ]

    async def get(self, visible: Visible) -> planning_pb2.Policy:
        """The account's policy; the default one where none was set."""
        async with transaction(self.pool, visible) as connection:
            return policy_to_proto(await PolicyStore(connection, visible).find_policy())

    async def set(self, visible: Visible, request: planning_pb2.SetPolicyRequest) -> Reply:
        """Replaces the policy; the reply is a Policy. Plans that are stored already stay as they are.

        Raises OutsideWarehouse for a key that is bound to one: a policy holds back every warehouse's exports.
        """
        policy = read_policy(request, self.rules)
        if visible.warehouse_id is not None:
            raise OutsideWarehouse("The API key is bound to one warehouse; the policy is every warehouse's.")

        async def work(connection: Connection) -> bytes:
            saved = replace(policy, updated_at=self.clock())
            await PolicyStore(connection, visible).save_policy(saved)
            return policy_to_proto(saved).SerializeToString(deterministic=True)

        return await run_once(
            self.pool,
            visible,
            operation=POLICY_OPERATION,
            key=request.idempotency_key,
            fingerprint=fingerprint(POLICY_OPERATION, request),
            work=work,
        )

    async def approve(self, visible: Visible, command: ApproveCommand) -> Reply:
        """Takes a person's consent to the current plan; the reply is an ApproveExportResponse.

        Raises NotFound, InvalidExportState (only a planned export that is not blocked waits for one) and
        PlanHashMismatch. A plan that is approved already stays approved by whom it was first.
        """

        async def guard(connection: Connection) -> None:
            await found_export(PlanningStore(connection, visible), command.export_id)

        async def work(connection: Connection) -> bytes:
            export = await locked_export(PlanningStore(connection, visible), command.export_id)
            _check_approvable(export, command.plan_hash)
            store = PolicyStore(connection, visible)
            approval = await store.find_approval(export.export_id, export.plan_hash)
            if approval is None:
                approval = Approval(
                    plan_hash=export.plan_hash,
                    approved_by=command.approved_by,
                    note=command.note,
                    approved_at=self.clock(),
                )
                await store.add_approval(export, approval)
                await self._record(connection, visible, export, approval)
            return planning_pb2.ApproveExportResponse(
                export_id=export.export_id,
                state=export.state,
                plan_hash=approval.plan_hash,
                approved_by=approval.approved_by,
                approved_at=rfc3339(approval.approved_at),
            ).SerializeToString()

        return await run_once(
            self.pool,
            visible,
            operation=APPROVE_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
            guard=guard,
        )

    async def _record(
        self, connection: Connection, visible: Visible, export: Export, approval: Approval
    ) -> None:
        data = events_pb2.ExportApproved(
            batch_id=export.export_id,
            plan_hash=approval.plan_hash,
            approved_by=approval.approved_by,
            note=approval.note,
        )
        await Recorder(self.clock, self.ids).save(connection, visible, export, "export.approved", data)


def _check_approvable(export: Export, plan_hash: str) -> None:
    if export.state is not State.BATCHED:
        details = {"currentState": str(export.state), "readinessState": str(export.readiness_state)}
        raise InvalidExportState("Only a planned export can be approved.", details=details)
    check_not_blocked(export)
    if plan_hash != export.plan_hash:
        raise PlanHashMismatch(details={"expectedPlanHash": plan_hash, "planHash": export.plan_hash})


def check_not_blocked(export: Export) -> None:
    """InvalidExportState while the current plan has errors."""
    if export.readiness_state is Readiness.BLOCKED:
        raise InvalidExportState(
            "Export batch is blocked: resolve the errors of its plan and plan it again.",
            details={"currentState": str(export.state), "readinessState": str(export.readiness_state)},
        )


def may_need_approval(export: Export) -> bool:
    """Whether a policy can ask for an approval of the current plan; for which warnings, is its own matter."""
    return export.readiness_state is Readiness.REVIEW_REQUIRED


async def check_approval(connection: Connection, visible: Visible, export: Export) -> None:
    """Raises InvalidExportState when the policy asks for an approval of this plan that nobody gave."""
    if not may_need_approval(export):
        return
    store = PolicyStore(connection, visible)
    policy = await store.find_policy()
    if not policy.approval_required:
        return
    warnings = await _warnings(PlanningStore(connection, visible), export)
    codes = codes_to_approve(
        warnings, is_required=policy.approval_required, accepted=policy.codes_without_approval
    )
    if codes and await store.find_approval(export.export_id, export.plan_hash) is None:
        raise InvalidExportState(
            "This plan needs a named approval before it can be executed.",
            details={
                "currentState": str(export.state),
                "readinessState": str(export.readiness_state),
                "approvalRequired": True,
                "planHash": export.plan_hash,
                "codes": list(codes),
            },
        )


async def _warnings(store: PlanningStore, export: Export) -> set[str]:
    """The codes of the current plan's warnings."""
    packed = await store.find_snapshot(export.export_id, export.revision)
    assert packed is not None
    messages = messages_in(packed)
    return {message["code"] for message in messages if message["severity"] == Severity.WARNING}


def policy_to_proto(policy: Policy) -> planning_pb2.Policy:
    """As it is answered: codes sorted, `updated_at` (RFC 3339) empty for the default policy."""
    return planning_pb2.Policy(
        severities={code: str(severity) for code, severity in policy.severities.items()},
        approval_required=policy.approval_required,
        codes_without_approval=sorted(policy.codes_without_approval),
        agents_may_act=policy.agents_may_act,
        savings_basis="" if policy.savings_basis is SavingsBasis.PER_ORDER else policy.savings_basis,
        updated_at=rfc3339(policy.updated_at) if policy.updated_at else "",
    )
