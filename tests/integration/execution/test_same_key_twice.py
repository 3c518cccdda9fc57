"""Every write of execution with a key happens once: asked again with it, the first answer comes again."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from entrygo.domain.entry_number import entry_number
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.rpc.replay import is_replayed
from tests.integration.execution import test_rpc
from tests.integration.execution.test_rpc import REQUEST, Client
from tests.unit.execution.snapshots import make_snapshot

client = test_rpc.client
EXPORT, KEY = "batch_123", "same-key"
METHODS = {
    method.name: method
    for method in execution_pb2.DESCRIPTOR.services_by_name["Execution"].methods
    if "idempotency_key" in method.input_type.fields_by_name
}
# Execution hands them on with their keys, and keeps nothing of them.
OF_PLANNING = frozenset({"AmendExport"})
ON_ITS_WAY = frozenset({"broker_submission.sending", "broker_submission.sent"})
Ready = Callable[[Client], Awaitable[Message]]


async def _execute(_client: Client) -> Message:
    return execution_pb2.ExecuteExportRequest(account_id=REQUEST.account_id, batch_id=EXPORT)


async def _resubmit(client: Client) -> Message:
    await client.execute()
    return execution_pb2.ResubmitToBrokerRequest(export_id=EXPORT, reason="They lost it")


async def _note(client: Client) -> Message:
    await client.execute()
    return execution_pb2.NoteBrokerAnswerRequest(
        export_id=EXPORT, outcome="acknowledged", noted_by="Ana", note="By telephone"
    )


async def _withdraw(client: Client) -> Message:
    await client.execute()
    return execution_pb2.WithdrawExportRequest(export_id=EXPORT, reason="The truck broke down")


async def _record(client: Client) -> Message:
    await client.execute()
    liquidation = execution_pb2.Liquidation(liquidated_on="2027-02-01", duty_usd="12.00")
    summary = execution_pb2.EntrySummary(
        entry_number=entry_number("PA7", 1), duty_usd="10.00", liquidation=liquidation
    )
    return execution_pb2.RecordEntrySummaryRequest(export_id=EXPORT, entry=1, summary=summary)


async def _close(client: Client) -> Message:
    recorded = await _asked(client, "RecordEntrySummary", await _record(client))
    [task] = recorded[0].tasks
    return execution_pb2.CloseEntryTaskRequest(export_id=EXPORT, entry=1, task_id=task.id, note="Agreed")


async def _test_broker(_client: Client) -> Message:
    return execution_pb2.TestBrokerRequest(broker_id=make_snapshot().broker.id)


# What must be so first, and the request, without its key.
WRITES: dict[str, Ready] = {
    "ExecuteExport": _execute,
    "ResubmitToBroker": _resubmit,
    "NoteBrokerAnswer": _note,
    "WithdrawExport": _withdraw,
    "RecordEntrySummary": _record,
    "CloseEntryTask": _close,
    "TestBroker": _test_broker,
}


async def _asked(client: Client, name: str, request: Message) -> tuple[Any, bool]:
    """The answer of an RPC, and whether it is that of an earlier call."""
    call = getattr(client.stub, name)(request, metadata=client.key, timeout=20)
    return await call, await is_replayed(call)


def test_every_write_with_a_key_is_asked_twice() -> None:
    assert WRITES.keys() | OF_PLANNING == METHODS.keys()


@pytest.mark.parametrize("name", sorted(METHODS.keys() - OF_PLANNING))
async def test_a_write_that_is_asked_again_with_its_key_is_answered_as_before_and_does_nothing(
    client: Client, name: str
) -> None:
    bare = await WRITES[name](client)
    request = GetMessageClass(METHODS[name].input_type)(idempotency_key=KEY)
    request.MergeFrom(bare)
    first, was_replayed = await _asked(client, name, request)
    happened = await _events(client)
    again, is_replayed_now = await _asked(client, name, request)
    assert (again, was_replayed, is_replayed_now) == (first, False, True)
    assert await _events(client) == happened


async def _events(client: Client) -> list[events_pb2.Event]:
    """What was done to the export, without what its deliveries do meanwhile."""
    after = events_pb2.EventsAfterRequest(stream_id=EXPORT)
    events = client.stub.EventsAfter(after, metadata=client.key, timeout=10)
    return [event async for event in events if event.type not in ON_ITS_WAY]
