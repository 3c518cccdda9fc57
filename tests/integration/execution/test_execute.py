"""Executing an export: one package, one mail, one answer, whatever dies or comes twice."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

import orjson
import pytest

from entrygo.domain.errors import (
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidExportState,
    ServiceUnavailable,
)
from entrygo.domain.lifecycle import State
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.state.failpoints import AFTER_SENDING, AMBIGUOUS_FAILPOINTS, FAILPOINTS
from entrygo.execution.steps.leases import LeaseLost
from entrygo.execution.steps.preparation import DocumentsFailed
from entrygo.postgres.pool import transaction
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.world import LIVE, TEST, Crash, Process, World
from tests.unit.execution.snapshots import make_snapshot

SUBMITTED = MappingProxyType(
    {
        "sent": "sent_to_broker",
        "failed": "broker_submission_failed",
        "unknown": "broker_submission_unknown",
    }
)
EVENTS_OF_ONE_RUN = [
    "customs_package.generated",
    "broker_notification.recorded",
    "warehouse_notification.recorded",
    "broker_submission.prepared",
    "broker_submission.sending",
    "broker_submission.sent",
]


AGAIN = ResubmitCommand(visible=LIVE, export_id="batch_123", reason="r", key="", fingerprint=b"")


class ScriptedChannel:
    """Answers what the test says, after the point of no return."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.deliveries: list[Delivery] = []

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        await before_data()
        self.deliveries.append(delivery)
        outcome = self.outcomes.pop(0)
        return Result(outcome, f"scripted {outcome}")

    async def close(self) -> None:
        return None


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


async def test_planning_being_away_leaves_an_execution_that_the_next_call_completes(world: World) -> None:
    process = await world.process()
    world.planning.is_away = True
    with pytest.raises(ServiceUnavailable):
        await process.execute()
    world.planning.is_away = False
    assert (await process.answer()).status == "COMPLETED"
    assert await process.count("executions") == 1


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_a_retry_completes_what_a_dead_process_left_with_one_package_and_one_mail(
    world: World, point: str
) -> None:
    await _die(await world.process(crash_at=point))
    await world.pass_lease()
    survivor = await world.process()
    answer = await survivor.answer()
    await survivor.deliver_due()
    assert answer.status == "COMPLETED"
    assert world.planning.states["batch_123"] is State.COMPLETED
    assert await survivor.count("customs_packages") == 1
    assert await survivor.count("broker_submissions") == 1
    await _check_submission(survivor, "unknown" if point in AMBIGUOUS_FAILPOINTS else "sent")
    events = await survivor.events()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_the_recovery_loop_completes_what_a_dead_process_left(world: World, point: str) -> None:
    await _die(await world.process(crash_at=point))
    await world.pass_lease()
    survivor = await world.process()
    await survivor.recovery.recover_executions()
    await survivor.executions.drain(10)
    await survivor.deliver_due()
    reply = await survivor.execute()
    assert reply.replayed
    await _check_submission(survivor, "unknown" if point in AMBIGUOUS_FAILPOINTS else "sent")


async def _die(process: Process) -> None:
    with pytest.raises(Crash):
        await process.execute()


async def _check_submission(process: Process, status: str) -> None:
    last = (await process.events())[-1].broker_submission_changed
    assert last.broker_submission.status == status
    assert last.customs_package_state == SUBMITTED[status]
    assert len(process.world.sink.mails) <= 1
    if status == "sent":
        assert len(process.world.sink.mails) == 1


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


class HeldChannel:
    """Holds the submission at the point of no return until it is let go."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.go = asyncio.Event()

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        await before_data()
        self.reached.set()
        await self.go.wait()
        return Result(Outcome.SENT, "250 OK")

    async def close(self) -> None:
        return None


async def test_an_owner_whose_execution_was_taken_over_can_write_nothing_more(world: World) -> None:
    slow, fast = await world.process(), await world.process()
    world.planning.gates = [asyncio.Event(), asyncio.Event()]
    of_slow, of_fast = world.planning.gates
    stale = asyncio.create_task(slow.execute())
    await world.planning.waiting.acquire()
    await world.pass_lease()
    owner = asyncio.create_task(fast.execute())
    await world.planning.waiting.acquire()
    of_slow.set()
    with pytest.raises(LeaseLost):
        await stale
    assert await fast.events() == []
    of_fast.set()
    await owner
    assert len(world.sink.mails) == 1


async def test_an_owner_whose_attempt_another_took_for_unknown_still_says_that_it_was_sent(
    world: World,
) -> None:
    channel = HeldChannel()
    slow, other = await world.process(channel=channel), await world.process()
    first = asyncio.create_task(slow.execute())
    await channel.reached.wait()
    await world.pass_lease()
    await other.deliver_due()
    assert (await other.events())[-1].type == "broker_submission.unknown"
    channel.go.set()
    await first
    last = (await other.events())[-1]
    assert last.type == "broker_submission.sent"
    assert last.broker_submission_changed.customs_package_state == "sent_to_broker"


async def test_a_transient_failure_completes_the_export_and_is_sent_later_with_equal_bytes(
    world: World,
) -> None:
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    answer = await process.answer()
    assert answer.status == "COMPLETED"
    assert answer.broker_submission.status == "prepared"
    assert answer.broker_submission.error_message == "scripted transient"
    assert answer.broker_submission.attempts == 1
    await process.deliver_due()
    assert len(channel.deliveries) == 1, "not due yet"
    for _ in range(2):
        await world.pass_time(timedelta(minutes=10))
        await process.deliver_due()
    assert len({delivery.content for delivery in channel.deliveries}) == 1
    events = await process.events()
    assert [event.type.rpartition(".")[2] for event in events[3:]] == [
        "prepared", "sending", "retrying", "sending", "retrying", "sending", "sent",
    ]  # fmt: skip
    assert events[-1].broker_submission_changed.broker_submission.attempts == 3


async def test_a_mail_server_that_never_heals_ends_in_failed(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(*[Outcome.TRANSIENT] * 40))
    await process.execute()
    for _ in range(30):
        await world.pass_time(timedelta(hours=8))
        await process.deliver_due()
    last = (await process.events())[-1].broker_submission_changed
    assert last.broker_submission.status == "failed"
    assert last.customs_package_state == "broker_submission_failed"
    assert last.notification_status == "failed"


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.UNKNOWN, "unknown"), (Outcome.REFUSED, "failed")])
async def test_an_unknown_or_refused_submission_is_never_sent_again_by_itself(
    world: World, outcome: Outcome, status: str
) -> None:
    channel = ScriptedChannel(outcome)
    process = await world.process(channel=channel)
    answer = await process.answer()
    assert answer.broker_submission.status == status
    for _ in range(5):
        await world.pass_time(timedelta(days=1))
        await process.deliver_due()
        await process.recovery.recover_executions()
    assert len(channel.deliveries) == 1


async def test_sending_again_is_a_new_row_with_its_reason_and_its_own_message_id(world: World) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    command = ResubmitCommand(
        visible=LIVE, export_id="batch_123", reason="broker asked", key="again", fingerprint=b"r"
    )
    await world.pass_time(timedelta(hours=1))
    replies = [await process.resubmit(command) for _ in range(2)]
    assert [reply.replayed for reply in replies] == [False, True]
    prepared = execution_pb2.ResubmitToBrokerResponse.FromString(replies[0].body).broker_submission
    assert (prepared.status, prepared.reason) == ("prepared", "broker asked")
    await process.deliver_due()
    await _is_sent_again(process, channel)


async def _is_sent_again(process: Process, channel: ScriptedChannel) -> None:
    first, second = channel.deliveries
    assert first.submission_id != second.submission_id
    assert b"broker asked" in second.content
    last = (await process.events())[-1].broker_submission_changed
    assert (last.broker_submission.status, last.customs_package_state) == ("sent", "sent_to_broker")
    assert await process.count("broker_submissions") == 2


async def test_sending_again_is_refused_while_the_first_is_under_way(world: World) -> None:
    dying = await world.process(crash_at=AFTER_SENDING)
    with pytest.raises(Crash):
        await dying.execute()
    process = await world.process()
    with pytest.raises(InvalidExportState):
        await process.resubmit(AGAIN)
    assert await process.count("broker_submissions") == 1


async def test_one_that_waits_for_a_further_attempt_is_replaced_and_never_goes_out(world: World) -> None:
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    await process.resubmit(AGAIN)
    await world.pass_time(timedelta(hours=1))
    await process.deliver_due()
    first, second = channel.deliveries
    assert first.submission_id != second.submission_id
    reported = [event.broker_submission_changed.broker_submission for event in await process.events()][-4:]
    assert [(each.id, each.status) for each in reported] == [
        (first.submission_id, "failed"),
        (second.submission_id, "prepared"),
        (second.submission_id, "sending"),
        (second.submission_id, "sent"),
    ]


async def test_a_test_mode_account_never_reaches_the_broker(world: World) -> None:
    process = await world.process()
    answer = await process.answer(visible=TEST)
    assert answer.broker_submission.status == "sent"
    assert world.sink.mails == []


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


async def test_an_attempt_is_made_by_one_of_two_processes_at_once(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    channel = ScriptedChannel(Outcome.TRANSIENT, *[Outcome.SENT] * 9)
    processes = [await world.process(channel=channel) for _ in range(3)]
    await processes[0].execute()
    await world.pass_time(timedelta(minutes=10))
    await asyncio.gather(*(process.deliver_due() for process in processes))
    assert len(channel.deliveries) == 2
