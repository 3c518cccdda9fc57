"""Answer and event of a plan are put together from its bytes, and are written as whole messages would be."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from entrygo.domain.changes import changes_in_words
from entrygo.domain.errors import PayloadTooLarge
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Amendment, Change, Readiness
from entrygo.messaging.outbox import full_parts
from entrygo.planning import plan_messages
from entrygo.planning.exports import Export
from entrygo.planning.plan_messages import answer_parts, event_data
from entrygo.planning.use_cases.at_once import beside
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.rpc.channel import MAX_RESPONSE_BYTES

AMENDMENT = Amendment(
    supersedes="exp_0",
    reason="An order was left out",
    changes=(Change(subject="order", id="ord_1", name="SO-1", before="SO-1"),),
)


def plan_of(orders: int) -> events_pb2.Plan:
    """One order more than a length of one byte, and of two, can say."""
    return events_pb2.Plan(plan_hash="h", included_order_ids=["ord_1"] * orders)


def test_a_plan_that_no_reader_would_take_is_refused_and_says_by_how_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One event that inspection could not read would hold up what it reads of every account."""
    assert 3 * plan_messages.MAX_PLAN_BYTES < MAX_RESPONSE_BYTES, "earlier releases stored larger ones"
    plan = plan_of(1_000_000)
    monkeypatch.setattr(plan_messages, "plan_to_proto", lambda *_: plan)
    decision, now = cast(Any, None), datetime(2026, 3, 11, tzinfo=UTC)
    assert len(plan_messages.plan_bytes(decision, now)) == plan.ByteSize()
    monkeypatch.setattr(plan_messages, "MAX_PLAN_BYTES", 5 * 1024 * 1024)
    with pytest.raises(PayloadTooLarge, match="takes 7 MiB, and a plan 5 at most"):
        plan_messages.plan_bytes(decision, now)


@pytest.mark.parametrize("orders", [0, 17, 18, 2_400, 300_000])
@pytest.mark.parametrize("amendment", [None, AMENDMENT])
def test_an_answer_has_the_bytes_of_its_message(orders: int, amendment: Amendment | None) -> None:
    plan = plan_of(orders)
    message = planning_pb2.PlanExportResponse(export_id="exp_1", status="BATCHED", revision=2, plan=plan)
    if amendment is not None:
        message.supersedes = "exp_0"
        message.changes.extend(changes_in_words(amendment))
    written = answer_parts("exp_1", "BATCHED", 2, plan.SerializeToString(), amendment)
    assert b"".join(written) == message.SerializeToString()


@pytest.mark.parametrize("orders", [0, 17, 18, 2_400, 300_000])
@pytest.mark.parametrize("supersedes", [None, "exp_0"])
def test_an_event_has_the_bytes_of_its_message(orders: int, supersedes: str | None) -> None:
    plan = plan_of(orders)
    export = Export(
        export_id="exp_1",
        warehouse_id="wh_1",
        state=State.BATCHED,
        revision=3,
        plan_hash="h",
        readiness_state=Readiness.READY,
        supersedes=supersedes,
    )
    head = events_pb2.Event(id="evt_1", sequence=3, previous_id="evt_0", epoch="e")
    whole = events_pb2.Event(
        id="evt_1",
        sequence=3,
        previous_id="evt_0",
        epoch="e",
        export_planned=events_pb2.ExportPlanned(
            batch_id="exp_1", revision=3, plan=plan, supersedes=supersedes or ""
        ),
    )
    full = full_parts(head, event_data(export, plan.SerializeToString()))
    assert b"".join(full) == whole.SerializeToString()


async def test_work_beside_a_statement_that_fails_is_waited_for() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        ended.set()

    async def refused() -> None:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await beside(refused(), work())
    assert ended.is_set()
