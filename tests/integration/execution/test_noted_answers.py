"""What an account's own people note of a submission: whether one arrived, and what its broker said."""

from collections.abc import Mapping
from typing import Any

import pytest

from entrygo.domain.errors import InvalidExportState, NotFound, ValidationFailed
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.noted_answers import NoteCommand
from entrygo.execution.state.records import SubmissionStatus
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.channels import ScriptedChannel
from tests.integration.execution.world import LIVE, TEST, Process, World

WHO: Mapping[str, Any] = {"noted_by": "Dana Lee", "note": "Kim, on the phone"}
ARRIVED = Answer(status=SubmissionStatus.SENT, **WHO)
NOT_ARRIVED = Answer(status=SubmissionStatus.FAILED, reason="Did not arrive: Kim, on the phone", **WHO)
NUMBERED = Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="ABC-1234567-6", **WHO)


async def unknown(world: World) -> Process:
    """One whose connections break after the package has left."""
    return await world.process(channel=ScriptedChannel(Outcome.UNKNOWN))


async def note(
    process: Process, answer: Answer, key: str = "note-1", export_id: str = "batch_123"
) -> events_pb2.BrokerSubmission:
    command = NoteCommand(visible=LIVE, export_id=export_id, answer=answer, key=key, fingerprint=key.encode())
    reply = await process.noted_answers.note(command)
    return execution_pb2.NoteBrokerAnswerResponse.FromString(reply.body).broker_submission


async def test_one_of_unknown_fate_is_known_to_have_arrived(world: World) -> None:
    process = await unknown(world)
    assert (await process.answer()).broker_submission.status == "unknown"
    noted = await note(process, ARRIVED)
    assert (noted.status, noted.noted_by, noted.note) == ("sent", "Dana Lee", "Kim, on the phone")
    assert noted.sent_at == "2026-03-11T16:10:00.000Z"
    assert not noted.HasField("answered_at")
    last = (await process.events())[-1]
    assert last.type == "broker_submission.sent"
    assert last.broker_submission_changed.customs_package_state == "sent_to_broker"
    assert last.broker_submission_changed.broker_submission.noted_by == "Dana Lee"


async def test_one_that_did_not_arrive_has_failed_and_may_be_sent_again(world: World) -> None:
    process = await unknown(world)
    await process.execute()
    noted = await note(process, NOT_ARRIVED)
    assert (noted.status, noted.error_message) == ("failed", "Did not arrive: Kim, on the phone")
    assert (await process.events())[-1].type == "broker_submission.failed"


async def test_same_key_answers_the_same_and_changes_nothing(world: World) -> None:
    process = await unknown(world)
    await process.execute()
    first = await note(process, ARRIVED)
    events = len(await process.events())
    assert await note(process, ARRIVED) == first
    assert len(await process.events()) == events


@pytest.mark.parametrize("answer", [ARRIVED, NOT_ARRIVED], ids=["arrived", "not_arrived"])
async def test_what_is_known_is_not_asked_again(world: World, answer: Answer) -> None:
    process = await world.process()
    await process.execute()
    with pytest.raises(InvalidExportState, match="it is sent"):
        await note(process, answer)


async def test_entry_number_of_the_phone_is_kept_and_compared_with_the_filer(world: World) -> None:
    process = await world.process()
    await process.execute()
    with pytest.raises(ValidationFailed) as caught:
        await note(process, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="PA7-1234567-8", **WHO))
    assert caught.value.field == "entryNumber"
    noted = await note(process, NUMBERED)
    assert (noted.status, noted.entry_number) == ("acknowledged", "ABC-1234567-6")
    assert noted.HasField("answered_at")


async def test_other_tenant_finds_nothing_to_note(world: World) -> None:
    process = await unknown(world)
    await process.execute()
    command = NoteCommand(visible=TEST, export_id="batch_123", answer=ARRIVED, key="", fingerprint=b"")
    with pytest.raises(NotFound):
        await process.noted_answers.note(command)
    with pytest.raises(NotFound):
        await note(process, ARRIVED, export_id="batch_none")
