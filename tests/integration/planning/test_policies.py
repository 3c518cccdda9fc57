"""Policies and approvals on a real database: what holds an export back, and what lets it go."""

import zlib
from typing import Any

import pytest

from entrygo.domain.errors import (
    InvalidExportState,
    NotFound,
    OutsideWarehouse,
    PlanHashMismatch,
    SnapshotUnreadable,
)
from entrygo.domain.principal import Visible
from entrygo.planning.policy.requests import read_approval
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import transaction
from entrygo.proto.planning.v1 import planning_pb2
from tests.integration.planning.conftest import ALICE, ALICE_TEST, BOB, Planner

METALS = "METALS_REVIEW_RECOMMENDED"


async def set_policy(planner: Planner, key: str = "", **fields: Any) -> Reply:
    request = planning_pb2.SetPolicyRequest(
        account_id=planner.visible.tenant.account_id,
        policy=planning_pb2.Policy(**fields),
        idempotency_key=key,
    )
    return await planner.use_cases.policies.set(planner.visible, request)


async def approve(planner: Planner, export_id: str, plan_hash: str, by: str = "Dana", key: str = "") -> Reply:
    request = planning_pb2.ApproveExportRequest(
        export_id=export_id, plan_hash=plan_hash, approved_by=by, note="seen", idempotency_key=key
    )
    return await planner.use_cases.policies.approve(planner.visible, read_approval(request))


async def test_policy_is_kept_for_its_account_and_mode(planner: Planner) -> None:
    await set_policy(
        planner,
        severities={METALS: "error"},
        approval_required=True,
        codes_without_approval=[METALS],
        agents_may_act=True,
        savings_basis="per_importer_daily_entry",
    )
    kept = await planner.use_cases.policies.get(planner.visible)
    assert (dict(kept.severities), kept.approval_required) == ({METALS: "error"}, True)
    assert kept.agents_may_act
    assert kept.savings_basis == "per_importer_daily_entry"
    assert list(kept.codes_without_approval) == [METALS]
    for other in (BOB, ALICE_TEST):
        assert await planner.use_cases.policies.get(Visible.whole(other)) == planning_pb2.Policy()


async def test_key_of_one_warehouse_reads_the_policy_and_sets_none(planner: Planner) -> None:
    await set_policy(planner, key="p-1", approval_required=True)
    bound = planner.as_(ALICE, warehouse_id="wh_123")
    for key in ("", "p-1"):
        with pytest.raises(OutsideWarehouse):
            await set_policy(bound, key=key, approval_required=bool(key))
    assert (await planner.use_cases.policies.get(bound.visible)).approval_required


async def test_setting_again_replaces_and_a_repeated_key_does_not(planner: Planner) -> None:
    await set_policy(planner, key="p-1", approval_required=True, agents_may_act=True)
    await set_policy(planner)
    assert (await set_policy(planner, key="p-1", approval_required=True, agents_may_act=True)).replayed
    kept = await planner.use_cases.policies.get(planner.visible)
    assert not kept.approval_required
    assert not kept.agents_may_act


async def test_raised_severity_blocks_the_next_plan(planner: Planner) -> None:
    before = (await planner.plan()).plan
    await set_policy(planner, severities={METALS: "error"})
    after = (await planner.plan()).plan
    assert (before.readiness_state, after.readiness_state) == ("REVIEW_REQUIRED", "BLOCKED")
    assert before.plan_hash != after.plan_hash
    assert (await planner.as_(BOB).plan()).plan.readiness_state == "REVIEW_REQUIRED"


async def test_plan_to_be_reviewed_leaves_only_when_somebody_approved_it(planner: Planner) -> None:
    await set_policy(planner, approval_required=True)
    planned = await planner.plan()
    with pytest.raises(InvalidExportState) as refused:
        await planner.claim(planned.export_id)
    assert refused.value.details == {
        "currentState": "BATCHED",
        "readinessState": "REVIEW_REQUIRED",
        "approvalRequired": True,
        "planHash": planned.plan.plan_hash,
        "codes": [METALS],
    }
    await approve(planner, planned.export_id, planned.plan.plan_hash)
    await planner.claim(planned.export_id)
    assert await planner.event_types(planned.export_id) == [
        "export.planned",
        "export.approved",
        "export.execution_started",
    ]
    approved = (await planner.events(planned.export_id))[1].export_approved
    assert (approved.approved_by, approved.note, approved.plan_hash) == (
        "Dana",
        "seen",
        planned.plan.plan_hash,
    )


async def test_accepted_warnings_need_nobody(planner: Planner) -> None:
    await set_policy(planner, approval_required=True, codes_without_approval=[METALS])
    await planner.claim((await planner.plan()).export_id)


async def test_account_without_a_policy_needs_nobody(planner: Planner) -> None:
    await planner.claim((await planner.plan()).export_id)


async def test_approval_holds_for_the_plan_it_was_given_for_alone(planner: Planner) -> None:
    await set_policy(planner, approval_required=True)
    first = await planner.plan()
    await approve(planner, first.export_id, first.plan.plan_hash)
    await planner.plan("ord_123", batch_id=first.export_id)
    with pytest.raises(InvalidExportState):
        await planner.claim(first.export_id)
    with pytest.raises(PlanHashMismatch):
        await approve(planner, first.export_id, first.plan.plan_hash)
    # The same facts again are the same plan.
    await planner.plan(batch_id=first.export_id)
    await planner.claim(first.export_id)


async def test_plan_is_approved_once_by_whom_it_was_first(planner: Planner) -> None:
    planned = await planner.plan()
    first = await approve(planner, planned.export_id, planned.plan.plan_hash, key="a-1")
    again = await approve(planner, planned.export_id, planned.plan.plan_hash, key="a-1")
    other = await approve(planner, planned.export_id, planned.plan.plan_hash, by="Robin")
    assert (again.replayed, again.body) == (True, first.body)
    assert planning_pb2.ApproveExportResponse.FromString(other.body).approved_by == "Dana"
    assert await planner.event_types(planned.export_id) == ["export.planned", "export.approved"]


async def test_only_a_planned_export_of_ones_own_can_be_approved(planner: Planner) -> None:
    planned = await planner.plan()
    with pytest.raises(NotFound):
        await approve(planner.as_(BOB), planned.export_id, planned.plan.plan_hash)
    await planner.claim(planned.export_id)
    with pytest.raises(InvalidExportState):
        await approve(planner, planned.export_id, planned.plan.plan_hash)


async def test_blocked_plan_cannot_be_approved(planner: Planner) -> None:
    await set_policy(planner, severities={METALS: "error"})
    planned = await planner.plan()
    with pytest.raises(InvalidExportState) as refused:
        await approve(planner, planned.export_id, planned.plan.plan_hash)
    assert refused.value.details is not None
    assert refused.value.details["readinessState"] == "BLOCKED"


@pytest.mark.parametrize("content", [b"\x00", zlib.compress(b'{"valid'), zlib.compress(b"{}")])
async def test_plan_that_cannot_be_read_is_refused_by_name_where_an_approval_is_asked(
    planner: Planner, content: bytes
) -> None:
    await set_policy(planner, approval_required=True)
    planned = await planner.plan()
    async with transaction(planner.pool, planner.visible) as connection:
        await connection.execute("UPDATE plans SET snapshot = $1", content)
    with pytest.raises(SnapshotUnreadable):
        await planner.claim(planned.export_id)
    await set_policy(planner)
    # Nothing had begun: the export can be planned again at once.
    again = await planner.plan(batch_id=planned.export_id)
    assert again.revision == 2
