"""From a decision to what is stored of it; in a thread where it is large."""

import asyncio
from datetime import datetime

from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Snapshot
from entrygo.planning.amendments import with_changes
from entrygo.planning.decide import Decision
from entrygo.planning.exports import Export
from entrygo.planning.plan_messages import plan_bytes
from entrygo.planning.snapshots import PackedSnapshot, pack, snapshot_of
from entrygo.planning.use_cases.predecessors import Predecessor

# Above this a decision takes long enough to be noticed by other requests: it goes to a thread.
ORDERS_IN_LOOP = 200


async def written_plan(decision: Decision, planned_at: datetime) -> bytes:
    """What answer and event hold of it."""
    if len(decision.included) + len(decision.excluded) <= ORDERS_IN_LOOP:
        return plan_bytes(decision, planned_at)
    return await asyncio.to_thread(plan_bytes, decision, planned_at)


async def plan_snapshot(
    decision: Decision,
    visible: Visible,
    export: Export,
    planned_at: datetime,
    follows: Predecessor | None,
) -> Snapshot:
    """What is stored of the plan, with how it differs from the one it follows.

    Megabytes where there are thousands of orders: not work for the event loop.
    """

    def made() -> Snapshot:
        snapshot = snapshot_of(
            decision,
            tenant=visible.tenant,
            export_id=export.export_id,
            revision=export.revision,
            planned_at=planned_at,
        )
        if follows is None:
            return snapshot
        amendment = with_changes(follows.amendment, follows.snapshot, snapshot)
        return snapshot.model_copy(update={"amendment": amendment})

    return made() if len(decision.included) <= ORDERS_IN_LOOP else await asyncio.to_thread(made)


async def packed_snapshot(decision: Decision, snapshot: Snapshot) -> PackedSnapshot:
    """As it is stored, the reference rows apart."""
    if len(decision.included) <= ORDERS_IN_LOOP:
        return pack(snapshot, decision.reference_set)
    return await asyncio.to_thread(pack, snapshot, decision.reference_set)
