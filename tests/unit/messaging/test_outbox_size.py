"""What is too large for Kafka travels as a reference; the owner's log keeps it whole."""

from datetime import UTC, datetime

from entrygo.domain.principal import Mode, Tenant
from entrygo.messaging.events import EVENT_DATA, make_event, timeline_payload
from entrygo.messaging.outbox import MAX_PUBLISHED_BYTES, full_parts, published_bytes
from entrygo.proto.events.v1 import events_pb2


def planned(order_count: int) -> events_pb2.Event:
    plan = events_pb2.Plan(
        plan_hash="planhash_x", included_order_ids=[f"ord_{n:026d}" for n in range(order_count)]
    )
    return make_event(
        id="evt_1",
        type="export.planned",
        source="planning",
        tenant=Tenant("acc_1", Mode.LIVE),
        stream_id="batch_1",
        sequence=1,
        occurred_at=datetime(2026, 3, 11, 16, tzinfo=UTC),
        data=events_pb2.ExportPlanned(batch_id="batch_1", revision=1, plan=plan),
    )


def test_small_event_is_published_whole() -> None:
    event = planned(10)
    assert published_bytes(event, full_parts(event, ())) == event.SerializeToString()


def test_large_event_is_published_without_its_data_but_with_its_place() -> None:
    event = planned(40_000)
    stub = events_pb2.Event.FromString(published_bytes(event, full_parts(event, ())))
    assert stub.ByteSize() < MAX_PUBLISHED_BYTES
    assert stub.detail_omitted
    assert stub.WhichOneof("data") is None
    assert (stub.id, stub.stream_id, stub.sequence, stub.type) == (event.id, "batch_1", 1, "export.planned")


def test_an_event_whose_data_were_written_apart_is_stored_and_published_as_any_other() -> None:
    for orders in (10, 40_000):
        whole, head = planned(orders), planned(orders)
        data = events_pb2.Event(export_planned=whole.export_planned).SerializeToString()
        head.ClearField("data")
        full = full_parts(head, (data[:5], data[5:]))
        assert b"".join(full) == whole.SerializeToString()
        assert published_bytes(head, full) == published_bytes(whole, full_parts(whole, ()))


def test_timeline_shows_counts_of_a_plan_not_its_orders() -> None:
    assert timeline_payload(planned(3)) == {
        "batchId": "batch_1",
        "revision": 1,
        "planHash": "planhash_x",
        "readinessState": "",
        "complianceScore": 0,
        "includedOrders": 3,
        "excludedOrders": 0,
    }


def test_every_event_names_a_member_of_the_message() -> None:
    members = {field.name for field in events_pb2.Event.DESCRIPTOR.oneofs_by_name["data"].fields}
    assert set(EVENT_DATA.values()) == members
