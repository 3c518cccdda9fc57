"""Which events apply, and what an export looks like afterwards."""

import itertools
import random

import psutil
import pytest
from google.protobuf.json_format import MessageToDict

from entrygo.inspection.folding import (
    ExportKey,
    Folded,
    Unreadable,
    check_event,
    fold,
    nothing_known,
    read_event,
    summarize,
)
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.process.settings import MEBIBYTE
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.unit.inspection.events import Event, Life

KEY = ExportKey("acc_alice", "live", "batch_123")


def folded(*batches: list[Event]) -> Folded:
    known = nothing_known(KEY)
    for batch in batches:
        result = fold(known, batch)
        known = result.known
    return result


def export_of(*batches: list[Event]) -> inspection_pb2.Export:
    return folded(*batches).known.export


def test_a_life_ends_completed_with_package_notifications_and_submission() -> None:
    export = export_of(Life().lived())
    assert (export.state, export.revision, export.plan.compliance_score) == ("COMPLETED", 1, 74)
    assert export.created_at == "2026-03-11T16:01:00.000Z"
    assert export.executed_at == "2026-03-11T16:09:00.000Z"
    assert export.customs_package.state == "sent_to_broker"
    assert [(known.id, known.status) for known in export.notifications] == [
        ("notif_broker", "sent"),
        ("notif_warehouse", "recorded"),
    ]
    assert [known.status for known in export.broker_submissions] == ["sent"]


def test_what_the_broker_answers_replaces_its_submission_and_settles_the_package() -> None:
    life = Life()
    life.lived()
    life.submitted("acknowledged", package_state="acknowledged_by_broker")
    export = export_of(life.events)
    assert [known.status for known in export.broker_submissions] == ["acknowledged"]
    assert export.customs_package.state == "acknowledged_by_broker"
    assert (export.state, export.events[-1:]) == ("COMPLETED", [])
    assert summarize(export).broker_submission_status == "acknowledged"


def test_the_order_of_arrival_does_not_matter_within_a_batch() -> None:
    events = Life().lived()
    shuffled = random.Random(7).sample(events, len(events))
    assert export_of(shuffled) == export_of(events)


def test_the_owners_may_arrive_one_after_the_other_in_either_order() -> None:
    events = Life().lived()
    planning = [event for event in events if event.source == PLANNING]
    execution = [event for event in events if event.source == EXECUTION]
    assert export_of(planning, execution) == export_of(execution, planning) == export_of(events)


def test_events_applied_twice_change_nothing() -> None:
    events = Life().lived()
    again = folded(events, events)
    assert again.known.export == export_of(events)
    assert (again.changed, again.rows, again.known.version) == (False, [], len(events))


@pytest.mark.parametrize("missing", [0, 1])
def test_what_follows_a_gap_waits_and_the_gap_is_named(missing: int) -> None:
    life = Life()
    events = [life.planned(), life.started(), life.executed()]
    result = folded([event for number, event in enumerate(events) if number != missing])
    assert result.known.gaps == {PLANNING: missing}
    assert result.known.export.state == ("" if missing == 0 else "BATCHED")
    healed = fold(result.known, events)
    assert (healed.known.gaps, healed.known.export.state) == ({}, "COMPLETED")


def test_an_event_without_its_detail_is_a_gap_that_the_whole_one_fills() -> None:
    whole = Life().planned()
    stub = Event()
    stub.CopyFrom(whole)
    stub.ClearField("data")
    stub.detail_omitted = True
    result = folded([stub])
    assert (result.known.gaps, result.rows) == ({PLANNING: 0}, [])
    assert fold(result.known, [whole]).known.export.plan.plan_hash == "planhash_abc123"


def test_a_poisoned_event_is_put_aside_and_leaves_no_trace_while_later_ones_apply() -> None:
    life = Life()
    poisoned = life.planned(estimated_import_savings_usd="a lot")
    result = folded([poisoned, life.started()])
    assert [letter.origin for letter in result.dead] == ["planning/batch_123/1"]
    assert result.known.export.state == "EXECUTING"
    assert not result.known.export.HasField("plan")
    assert [row.sequence for row in result.rows] == [2]


def test_text_that_no_database_holds_poisons_its_event_alone() -> None:
    assert len(folded([Life().planned(warehouse_id="wh\0")]).dead) == 1


def test_an_event_of_a_kind_not_known_yet_is_told_in_the_timeline() -> None:
    life = Life()
    planned = life.planned()
    later = life.started()
    later.ClearField("data")
    later.type = "export.held"
    result = folded([planned, later])
    assert [row.entry.type for row in result.rows] == ["export.planned", "export.held"]
    assert result.known.export.state == "BATCHED"


def test_a_replan_replaces_the_plan_and_keeps_the_day_of_creation() -> None:
    life = Life()
    life.planned()
    life.planned(plan_hash="planhash_second")
    export = export_of(life.events)
    assert (export.plan.plan_hash, export.created_at) == ("planhash_second", "2026-03-11T16:01:00.000Z")


def test_a_second_submission_is_a_new_row_of_the_ledger() -> None:
    life = Life()
    life.lived()
    life.submitted("prepared", id="bes_124")
    statuses = [(known.id, known.status) for known in export_of(life.events).broker_submissions]
    assert statuses == [("bes_123", "sent"), ("bes_124", "prepared")]


def test_the_summary_keeps_stored_plan_columns_when_no_plan_was_loaded() -> None:
    export = export_of(Life().lived())
    assert summarize(export).warehouse_id == "wh_123"
    export.ClearField("plan")
    assert (summarize(export).warehouse_id, summarize(export).state) == (None, "COMPLETED")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_id", ""),
        ("mode", "other"),
        ("stream_id", "a b"),
        ("sequence", 0),
        ("source", "sync"),
    ],
)
def test_an_envelope_that_belongs_nowhere_is_unreadable(field: str, value: object) -> None:
    event = Life().planned()
    setattr(event, field, value)
    with pytest.raises(Unreadable, match=field):
        check_event(event)


def test_bytes_that_are_no_event_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_event(b"\xff\xff")


def test_every_interleaving_of_batches_ends_in_the_same_export() -> None:
    life = Life()
    events = [life.planned(), life.started(), life.generated(), life.executed()]
    whole = MessageToDict(export_of(events))
    for order in itertools.permutations(events):
        known = nothing_known(KEY)
        for event in order:
            known = fold(known, [event]).known
        # One at a time, an event that came too early was dropped; its owner gives it again.
        assert MessageToDict(fold(known, events).known.export) == whole


def test_a_fold_keeps_no_copy_of_the_export_for_each_of_its_events() -> None:
    life = Life()
    life.planned(included_order_ids=["ord_" + "1" * 1_000] * 1_000)
    for _ in range(200):
        life.submitted("sending")
    process = psutil.Process()
    before = process.memory_info().rss
    result = folded(life.events)
    grown = process.memory_info().rss - before
    assert len(result.rows) == 201
    assert grown < 100 * MEBIBYTE, "the plan alone has one"
