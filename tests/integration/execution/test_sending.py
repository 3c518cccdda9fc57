"""What becomes of a submission: sent later, sent again by a person, failed, unknown; never twice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from entrygo.domain.errors import (
    InvalidExportState,
    NotFound,
)
from entrygo.execution.broker import dispatch
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.resubmission import Resubmission, ResubmitCommand
from entrygo.execution.recovery import loops
from entrygo.execution.recovery.backlog_store import Backlog, due_in
from entrygo.execution.state.failpoints import AFTER_SENDING
from entrygo.execution.state.records import Submission
from entrygo.messaging.doorbell import ring
from entrygo.postgres.pool import EVERYONE, Connection, transaction
from entrygo.postgres.session_pool import SessionPool
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.channels import AGAIN, ScriptedChannel
from tests.integration.execution.world import LIVE, TEST, Crash, Process, World, add_exports


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


async def test_what_waits_in_the_ledger_is_sent_as_soon_as_another_delivery_has_ended(world: World) -> None:
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    recovery, stop = replace(process.recovery, interval=timedelta(days=1)), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(recovery.run(stop))
        await _until(lambda: not process.dispatcher.freed.is_set())
        await world.pass_time(timedelta(minutes=10))
        process.dispatcher.freed.set()
        await _until(lambda: len(channel.deliveries) == 2)
        stop.set()
    await process.dispatcher.idle()


async def test_what_one_look_had_no_room_for_is_sent_once_a_delivery_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 1)
    channel = ScriptedChannel(*[Outcome.TRANSIENT] * 3, *[Outcome.SENT] * 3)
    process = await world.process(channel=channel)
    for export_id in add_exports(world, 3, "well@quick.example"):
        await process.answer(export_id, export_id=export_id)
    await world.pass_time(timedelta(minutes=10))
    recovery, stop = replace(process.recovery, interval=timedelta(days=1)), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(recovery.run(stop))
        await _until(lambda: len(channel.deliveries) == 6)
        stop.set()
    await process.dispatcher.idle()


async def test_a_delivery_that_nobody_waited_for_asks_for_no_look(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(Outcome.SENT))
    await process.execute()
    assert not process.dispatcher.freed.is_set()


async def test_what_becomes_due_later_is_sent_then_though_nobody_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "RARELY", 10**9)
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    recovery, stop = replace(process.recovery, interval=timedelta(milliseconds=1)), asyncio.Event()
    async with transaction(process.pool, EVERYONE) as connection:
        await connection.execute("UPDATE broker_submissions SET next_attempt_at = now() + interval '0.5 s'")
    async with asyncio.TaskGroup() as group:
        group.create_task(recovery.run(stop))
        await _until(lambda: len(channel.deliveries) == 2)
        stop.set()
    await process.dispatcher.idle()


async def test_at_rest_a_commit_of_the_process_makes_it_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def counted(connection: Connection) -> Mapping[Backlog, timedelta]:
        nonlocal looks
        looks += 1
        return await due_in(connection)

    monkeypatch.setattr(loops, "RARELY", 10**9)
    monkeypatch.setattr(loops, "due_in", counted)
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    recovery, stop = replace(process.recovery, interval=timedelta(milliseconds=1)), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(recovery.run(stop))
        await _until(lambda: looks == 1)
        await world.pass_time(timedelta(minutes=10))
        ring()
        await _until(lambda: len(channel.deliveries) == 2)
        stop.set()
    await process.dispatcher.idle()


async def _until(holds: Callable[[], bool]) -> None:
    # What is waited for happens in tasks of the process.
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


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
    await world.crashed(AFTER_SENDING)
    process = await world.process()
    with pytest.raises(InvalidExportState):
        await process.resubmit(AGAIN)
    assert await process.count("broker_submissions") == 1


async def test_what_is_moved_into_the_archive_while_it_is_made_ready_is_not_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await world.process()
    await process.execute()
    add = Resubmission._add

    async def add_after_the_archive(
        self: Resubmission, connection: Connection, submission: Submission
    ) -> bytes:
        await connection.execute("DELETE FROM broker_submissions")
        return await add(self, connection, submission)

    monkeypatch.setattr(Resubmission, "_add", add_after_the_archive)
    with pytest.raises(NotFound):
        await process.resubmit(AGAIN)


async def test_an_abandoned_attempt_that_cannot_be_settled_holds_up_neither_others_nor_what_is_due(
    world: World, database_url: str
) -> None:
    lost, other, due = add_exports(world, 3, "well@quick.example")
    for export_id in (lost, other):
        process = await world.process(crash_at=AFTER_SENDING)
        with pytest.raises(Crash):
            await process.execute(export_id, export_id=export_id)
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute(due, export_id=due)
    await world.pass_time(timedelta(hours=1))
    await _break_settling(database_url, lost)
    await process.deliver_due()
    assert len(channel.deliveries) == 1 + len((other, due))


async def test_those_that_cannot_be_settled_hide_no_other_behind_them(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 2)
    *lost, last = add_exports(world, 3, "well@quick.example")
    for export_id in (*lost, last):
        process = await world.process(crash_at=AFTER_SENDING)
        with pytest.raises(Crash):
            await process.execute(export_id, export_id=export_id)
        await world.pass_time(timedelta(minutes=1))
    await world.pass_time(timedelta(hours=1))
    await _break_settling(database_url, *lost)
    channel = ScriptedChannel(Outcome.SENT, Outcome.SENT, Outcome.SENT)
    process = await world.process(channel=channel)
    for _ in range(2):
        await process.deliver_due()
    assert len(channel.deliveries) == 1
    await _mend_settling(database_url)
    await process.deliver_due()
    assert len(channel.deliveries) == 1, "they are tried again later"
    await world.pass_time(dispatch.UNSETTLED)
    await process.deliver_due()
    assert len(channel.deliveries) == 3


async def test_of_two_that_are_made_to_be_sent_again_at_once_one_is(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(Outcome.UNKNOWN))
    await process.execute()
    package = await process.resubmission._package(AGAIN)
    first, second = [await process.resubmission._prepared(AGAIN, package) for _ in range(2)]
    async with transaction(process.pool, LIVE) as connection:
        await process.resubmission._add(connection, first)
    with pytest.raises(InvalidExportState, match="still under way"):
        async with transaction(process.pool, LIVE) as connection:
            await process.resubmission._add(connection, second)


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


async def test_a_package_that_is_withdrawn_while_it_is_prepared_again_is_not_sent(world: World) -> None:
    process = await world.process()
    await process.execute()
    again = await process.resubmission._prepared(AGAIN, await process.resubmission._package(AGAIN))
    await process.withdraw()
    with pytest.raises(InvalidExportState):
        async with transaction(process.pool, LIVE) as connection:
            await process.resubmission._add(connection, again)


@asynccontextmanager
async def _owners_session(database_url: str) -> AsyncIterator[SessionPool]:
    async with SessionPool(
        database_url, min_size=1, max_size=1, server_settings={"search_path": "execution"}
    ) as pool:
        yield pool


async def _break_settling(database_url: str, *export_ids: str) -> None:
    """What is sent of these exports can be settled no more."""
    broken = ", ".join(f"'{each}'" for each in export_ids)
    async with _owners_session(database_url) as pool:
        await pool.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'broken'; END$$;"
            " CREATE TRIGGER refused BEFORE UPDATE OF status ON broker_submissions FOR EACH ROW"
            f" WHEN (OLD.export_id IN ({broken})) EXECUTE FUNCTION refuse()"
        )


async def _mend_settling(database_url: str) -> None:
    async with _owners_session(database_url) as pool:
        await pool.execute("DROP TRIGGER refused ON broker_submissions")
