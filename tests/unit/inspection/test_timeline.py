"""The timeline reads as a person would tell it."""

import random

import orjson

from entrygo.inspection.folding import ExportKey, fold, nothing_known
from entrygo.inspection.projections.timeline import Row, merged
from entrygo.messaging.events import PLANNING
from entrygo.proto.events.v1 import events_pb2
from tests.unit.inspection.events import Event, Life

KEY = ExportKey("acc_alice", "live", "batch_123")

SHOWN = [
    "export.planned",
    "export.execution_started",
    "customs_package.generated",
    "broker_notification.recorded",
    "warehouse_notification.recorded",
    "broker_submission.prepared",
    "broker_submission.sending",
    "broker_submission.sent",
    "export.executed",
]


def rows_of(events: list[Event]) -> list[Row]:
    return fold(nothing_known(KEY), events).rows


def types(rows: list[Row]) -> list[str]:
    return [entry.type for entry in merged(rows)]


def test_a_life_is_told_in_order_however_the_rows_come() -> None:
    rows = rows_of(Life().lived())
    assert types(random.Random(3).sample(rows, len(rows))) == SHOWN


def test_an_approval_is_told_with_its_plan_and_person_and_moves_nothing() -> None:
    life = Life()
    life.planned()
    approved = events_pb2.ExportApproved(plan_hash="planhash_abc123", approved_by="Dana")
    life.tell(PLANNING, "export.approved", approved)
    folded = fold(nothing_known(KEY), life.events)
    assert folded.known.export.state == "BATCHED"
    assert types(folded.rows) == ["export.planned", "export.approved"]
    assert orjson.loads(folded.rows[-1].entry.payload_json) == {
        "batchId": "batch_123",
        "planHash": "planhash_abc123",
        "approvedBy": "Dana",
        "note": None,
    }


def test_a_life_within_one_millisecond_is_told_in_the_same_order() -> None:
    events = Life().lived()
    for event in events:
        event.occurred_at = events[0].occurred_at
    assert types(rows_of(events)) == SHOWN


def test_an_owners_own_order_stands_when_its_clock_went_back() -> None:
    life = Life()
    life.planned()
    life.planned(minutes=-30)
    assert [row.sequence for row in rows_of(life.events)] == [1, 2]
    ids = [entry.id for entry in merged(rows_of(life.events))]
    assert ids == ["evt_batch_123_planning_1", "evt_batch_123_planning_2"]


def test_an_entry_shows_ids_and_never_the_plan() -> None:
    (row,) = rows_of([Life().planned()])
    assert '"batchId":"batch_123"' in row.entry.payload_json
    assert "ord_123" not in row.entry.payload_json
