"""Executing an export: one package, one mail, one answer, whatever dies or comes twice."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import orjson
import pytest

from entrygo.domain.errors import (
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidExportState,
)
from entrygo.domain.facts import BrokerTemplate, BrokerTemplateColumn
from entrygo.domain.lifecycle import State
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.making.package_maker import DocumentsFailed
from entrygo.execution.package import template_rows
from entrygo.postgres.pool import transaction
from tests.integration.execution.channels import AGAIN, HeldChannel, ScriptedChannel
from tests.integration.execution.world import LIVE, TEST, World
from tests.unit.execution.snapshots import make_snapshot

EVENTS_OF_ONE_RUN = [
    "customs_package.generated",
    "broker_notification.recorded",
    "warehouse_notification.recorded",
    "broker_submission.prepared",
    "broker_submission.sending",
    "broker_submission.sent",
]


async def test_an_execution_makes_the_package_sends_one_mail_and_completes_the_export(world: World) -> None:
    process = await world.process()
    answer = await process.answer()
    assert answer.status == "COMPLETED"
    names = [each.filename for each in answer.artifacts]
    assert names[:2] == ["commercial_customs_invoice.html", "commercial_customs_invoice.csv"]
    assert names[-2:] == ["manifest.json", "customs_package.zip"]
    assert {"commercial_customs_invoice.pdf", "packing_list.csv", "entry_dataset.json"} < set(names)
    assert len(answer.notification_ids) == 2
    assert answer.broker_submission.status == "sent"
    assert answer.broker_submission.recipient_email == "broker@example.com"
    assert answer.broker_submission.subject == "EntryGo broker submission cp_ch100001"
    assert answer.broker_submission.sent_at == "2026-03-11T16:10:00.000Z"
    assert not answer.broker_submission.HasField("error_message")
    assert world.planning.states["batch_123"] is State.COMPLETED
    [mail] = world.sink.mails
    assert mail.recipients == ("broker@example.com",)
    assert mail.message["Subject"] == (
        "EntryGo broker submission cp_ch100001: Northshore Imports LLC, Blaine, WA, 3004, 2026-03-11"
    )
    assert mail.message["Reply-To"] == "exports@northshore.example.com"
    # The archive is for downloads: the mail carries the same documents one by one.
    assert [part.get_filename() for part in mail.message.iter_attachments()] == names[:-1]


async def test_a_snapshot_that_came_with_the_claim_is_not_asked_for(world: World) -> None:
    world.planning.sends_snapshots = True
    world.planning.lost.add("batch_123")
    answer = await (await world.process()).answer()
    assert (answer.status, len(world.sink.mails)) == ("COMPLETED", 1)


async def test_a_broker_that_lists_its_documents_gets_those_and_by_its_record_of_now_when_sent_again(
    world: World,
) -> None:
    taken = ("cci_human_readable", "cci_csv", "manifest")
    snapshot = make_snapshot()
    broker = snapshot.broker.model_copy(update={"documents": taken})
    world.planning.snapshots["batch_123"] = snapshot.model_copy(update={"broker": broker})
    process = await world.process()
    answer = await process.answer()
    assert tuple(each.artifact_type for each in answer.artifacts) == taken
    world.brokers.changed = broker.model_copy(update={"attach": "zip"})
    await process.resubmit(AGAIN)
    await process.deliver_due()
    first, second = world.sink.mails
    names = [part.get_filename() for part in first.message.iter_attachments()]
    assert names == [each.filename for each in answer.artifacts]
    names = [part.get_filename() for part in second.message.iter_attachments()]
    assert names == ["commercial_customs_invoice.html", "cp_ch100001.zip"]


async def test_the_events_tell_every_step_without_a_gap(world: World) -> None:
    process = await world.process()
    await process.execute()
    events = await process.events()
    assert [event.type for event in events] == EVENTS_OF_ONE_RUN
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
    last = events[-1].broker_submission_changed
    assert (last.customs_package_state, last.notification_status) == ("sent_to_broker", "sent")


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.REFUSED])
async def test_no_log_line_event_or_row_has_the_importers_number_or_what_the_mail_says(
    world: World,
    outcome: Outcome,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    process = await world.process(channel=ScriptedChannel(outcome))
    await process.execute()
    reported = [capsys.readouterr().out, caplog.text, str(await process.events())]
    async with transaction(process.pool, LIVE) as connection:
        for table in ("executions", "customs_packages", "artifacts", "notifications", "broker_submissions"):
            reported += [row[0] for row in await connection.fetch(f"SELECT {table}::text FROM {table}")]
    number = make_snapshot().warehouse.importer_of_record.number
    assert number is not None
    assert "batch_123" in "".join(reported)
    for secret in (number, number.replace("-", ""), "is attached for your review"):
        assert secret not in "".join(reported)


async def test_a_stored_document_has_the_digest_that_answer_and_manifest_name(world: World) -> None:
    process = await world.process()
    answer = await process.answer()
    objects = process.packages.objects
    contents = {}
    for artifact in answer.artifacts:
        found = await process.packages.artifact(LIVE, answer.customs_package_id, artifact.filename)
        contents[artifact.filename] = b"".join(
            [part async for part in objects.stream(LIVE.tenant, found.sha256, found.size_bytes)]
        )
        assert len(contents[artifact.filename]) == artifact.size_bytes
    manifest = orjson.loads(contents["manifest.json"])
    listed = {each["filename"]: each["sha256"] for each in manifest["artifacts"]}
    others = [each for each in answer.artifacts if each.artifact_type not in {"manifest", "package_zip"}]
    answered = {each.filename: each.sha256 for each in others}
    assert listed == answered
    assert Decimal(manifest["totals"]["invoice_total_usd"]) == Decimal("359.99")


async def test_fifty_calls_with_one_key_have_one_effect_and_equal_answers(world: World) -> None:
    processes = [await world.process() for _ in range(2)]
    replies = await asyncio.gather(*(processes[index % 2].execute() for index in range(50)))
    assert len({reply.body for reply in replies}) == 1
    assert sum(not reply.replayed for reply in replies) == 1
    assert len(world.sink.mails) == 1
    assert await processes[0].count("customs_packages") == 1
    assert await processes[0].count("executions") == 1


async def test_calls_with_different_keys_meet_the_state_that_the_first_one_left(world: World) -> None:
    process = await world.process()
    results = await asyncio.gather(
        *(process.execute(f"key-{index}") for index in range(8)), return_exceptions=True
    )
    assert sum(isinstance(each, InvalidExportState) for each in results) == 7
    assert len(world.sink.mails) == 1
    assert await process.count("executions") == 1


async def test_a_key_used_for_another_request_is_a_conflict(world: World) -> None:
    process = await world.process()
    await process.execute()
    with pytest.raises(IdempotencyConflict):
        await process.execute(fingerprint=b"other")


async def test_a_refusal_by_planning_frees_the_key(world: World) -> None:
    process = await world.process()
    world.planning.states["batch_123"] = State.CANCELLED
    world.planning.owners["batch_123"] = "another"
    with pytest.raises(InvalidExportState):
        await process.execute()
    world.planning.states.clear()
    assert (await process.answer()).status == "COMPLETED"


async def test_a_call_joins_a_running_execution_and_gets_its_answer(world: World) -> None:
    channel = HeldChannel()
    process = await world.process(channel=channel)
    first = asyncio.create_task(process.execute())
    await channel.reached.wait()
    second = asyncio.create_task(process.execute())
    channel.go.set()
    replies = [await first, await second]
    assert [reply.replayed for reply in replies] == [False, True]
    assert replies[0].body == replies[1].body


async def test_a_call_that_waited_long_enough_says_that_the_first_is_still_running(world: World) -> None:
    channel = HeldChannel()
    process = await world.process(channel=channel)
    first = asyncio.create_task(process.execute())
    await channel.reached.wait()
    process.executions._join_wait = timedelta(0)
    with pytest.raises(IdempotencyInProgress):
        await process.execute()
    channel.go.set()
    assert not (await first).replayed


async def test_a_caller_that_hangs_up_does_not_stop_the_execution(world: World) -> None:
    channel = HeldChannel()
    process = await world.process(channel=channel)
    caller = asyncio.create_task(process.execute())
    await channel.reached.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    channel.go.set()
    assert (await process.execute()).replayed
    assert world.planning.states["batch_123"] is State.COMPLETED


async def test_documents_that_cannot_be_made_fail_the_export_and_free_the_key_for_a_new_plan(
    world: World,
) -> None:
    process = await world.process()
    world.planning.snapshots["batch_123"] = make_snapshot(products=())
    with pytest.raises(DocumentsFailed):
        await process.execute()
    assert world.planning.states["batch_123"] is State.FAILED
    world.planning.snapshots["batch_123"] = make_snapshot()
    world.planning.states["batch_123"] = State.BATCHED
    answer = await process.answer()
    assert answer.status == "COMPLETED"
    assert await process.count("customs_packages") == 1


async def test_a_layout_that_makes_too_much_of_a_plan_fails_the_export_and_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = BrokerTemplateColumn(header="H", text="{customs_description}" * 20)
    layout = BrokerTemplate(rows="order_line", columns=(column,))
    snapshot = make_snapshot()
    broker = snapshot.broker.model_copy(update={"template": layout})
    world.planning.snapshots["batch_123"] = snapshot.model_copy(update={"broker": broker})
    monkeypatch.setattr(template_rows, "MAX_CHARACTERS", 100)
    process = await world.process()
    with pytest.raises(DocumentsFailed, match="Shorten the texts of its columns"):
        await process.execute()
    assert world.planning.states["batch_123"] is State.FAILED


async def test_package_numbers_count_up_per_account_and_mode(world: World) -> None:
    process = await world.process()
    world.planning.snapshots["batch_124"] = make_snapshot(export_id="batch_124")
    world.planning.snapshots["batch_125"] = make_snapshot(export_id="batch_125")
    subjects = [
        (
            await process.answer(f"key-{export_id}", export_id=export_id, visible=visible)
        ).broker_submission.subject
        for export_id, visible in (("batch_123", LIVE), ("batch_124", LIVE), ("batch_125", TEST))
    ]
    assert [subject.rpartition("_")[2] for subject in subjects] == ["ch100001", "ch100002", "ch100001"]
