"""Withdrawing an executed export: the package is closed, the broker notified once, whoever dies meanwhile."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from entrygo.domain.errors import (
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidExportState,
    NotFound,
    ServiceUnavailable,
)
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result
from entrygo.execution.broker.noted_answers import NoteCommand
from entrygo.execution.closing.notices import Notices
from entrygo.execution.closing.withdrawing import Withdrawals
from entrygo.execution.state.failpoints import WITHDRAWAL_FAILPOINTS
from entrygo.execution.state.records import Moved, Package, SubmissionStatus, Withdrawal
from entrygo.postgres.idempotency import KeyRow, KeyStore
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.channels import AGAIN, HeldChannel, ScriptedChannel
from tests.integration.execution.test_broker_channels import use_broker
from tests.integration.execution.test_broker_links import newest_token
from tests.integration.execution.world import LIVE, TEST, Crash, Process, World, add_exports

SUBJECTS = ["EntryGo broker submission cp_ch100001", "EntryGo withdrawal of cp_ch100001"]


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(link_secret=SecretStr("s" * 32), public_url="https://entrygo.example")


def subjects(world: World) -> list[str]:
    return [str(mail.message["Subject"]).partition(":")[0] for mail in world.sink.mails]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def content_of(message: EmailMessage, filename: str) -> bytes:
    [part] = [each for each in message.iter_attachments() if each.get_filename() == filename]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


async def types(process: Process) -> list[str]:
    events = await process.events()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [event.type for event in events]


async def package_state(process: Process) -> str:
    package = await process.resubmission._package(AGAIN)
    return str(package.state)


async def test_broker_is_told_once_and_the_package_is_closed(world: World) -> None:
    process = await world.process()
    executed = await process.answer()
    answer = await process.withdraw()
    assert (answer.status, answer.orders, answer.broker_told) == ("WITHDRAWN", 2, True)
    assert answer.customs_package_id == executed.customs_package_id
    [notice] = answer.broker_notices
    assert (notice.kind, notice.status, notice.reason) == ("withdrawal", "prepared", "The truck broke down")
    await process.deliver_due()
    await process.deliver_due()
    assert subjects(world) == SUBJECTS
    assert "Reason: The truck broke down" in text_of(world.sink.mails[-1].message)
    assert (await types(process))[-4:] == [
        "customs_package.withdrawn",
        "broker_submission.prepared",
        "broker_submission.sending",
        "broker_submission.sent",
    ]
    assert await package_state(process) == "withdrawn"
    [first, second] = [mail.message for mail in world.sink.mails]
    assert [first[name] for name in ("To", "From", "Reply-To")] == [
        second[name] for name in ("To", "From", "Reply-To")
    ]
    assert second["Reply-To"]
    named = [line for line in text_of(first).splitlines() if line.startswith(("Shipper:", "Contact:"))]
    for line in named:
        assert " ".join(line.split()) in " ".join(text_of(second).split())
    assert len(named) == 2
    assert {part.get_filename() for part in second.iter_attachments()} == {
        "withdrawal_notice.txt",
        "withdrawal_notice.json",
    }
    data = json.loads(content_of(second, "withdrawal_notice.json"))
    assert (data["package_number"], data["reason"]) == ("cp_ch100001", "The truck broke down")


async def test_page_of_a_withdrawn_package_says_so_and_takes_no_answer(world: World) -> None:
    process = await world.process()
    await process.answer()
    token = newest_token(world)
    await process.links.answer(
        token, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="ABC-1234567-6")
    )
    await process.withdraw()
    found = await process.links.find(token)
    assert found.package.is_closed
    assert (found.package.closed_reason, found.package.closed_at) == ("The truck broke down", world.now)
    with pytest.raises(InvalidExportState, match="was withdrawn") as refused:
        await process.links.answer(token, Answer(status=SubmissionStatus.REJECTED, reason="no"))
    assert refused.value.details == {"currentState": "WITHDRAWN"}
    await process.deliver_due()
    notice = text_of(world.sink.mails[-1].message)
    assert "You gave entry number ABC-1234567-6" in notice
    link = re.search(r"https://entrygo\.example/broker/(\S+)", notice)
    assert link is not None
    assert (await process.links.find(link[1])).submission.id == found.submission.id


@pytest.mark.parametrize("point", WITHDRAWAL_FAILPOINTS)
@pytest.mark.parametrize("by", ["a retry", "the recovery loop"])
async def test_what_a_dead_process_left_is_carried_on_and_tells_the_broker_once(
    world: World, point: str, by: str
) -> None:
    doomed = await world.process(crash_at=point)
    await doomed.execute()
    with pytest.raises(Crash):
        await doomed.withdraw()
    survivor = await world.process()
    if by == "the recovery loop":
        await survivor.recovery.recover_withdrawals()
        before = world.planning.states["batch_123"]
        await world.pass_lease()
        await survivor.recovery.recover_withdrawals()
        moved = WITHDRAWAL_FAILPOINTS.index(point) > 0
        assert before is (State.WITHDRAWN if moved else State.COMPLETED), "not before the lease is over"
    answer = await survivor.withdraw()
    assert (answer.status, answer.orders) == ("WITHDRAWN", 2)
    await survivor.deliver_due()
    assert subjects(world) == SUBJECTS
    assert (await types(survivor)).count("customs_package.withdrawn") == 1
    assert await package_state(survivor) == "withdrawn"


async def test_many_calls_with_one_key_have_one_effect_and_equal_answers(world: World) -> None:
    one, two = await world.process(), await world.process()
    await one.execute()
    answers = await asyncio.gather(*(each.withdraw() for each in (one, two) * 10))
    assert len({answer.SerializeToString() for answer in answers}) == 1
    await one.deliver_due()
    assert subjects(world) == SUBJECTS
    with pytest.raises(IdempotencyConflict):
        await one.withdraw(fingerprint=b"other")


async def test_two_withdrawals_at_once_are_one_and_a_refusal(world: World) -> None:
    process = await world.process()
    await process.execute()
    results = await asyncio.gather(process.withdraw("one"), process.withdraw("two"), return_exceptions=True)
    refused = [each for each in results if isinstance(each, InvalidExportState)]
    assert len(refused) == 1
    await process.deliver_due()
    assert subjects(world) == SUBJECTS
    assert await process.count("withdrawals") == 1


async def test_refusal_by_planning_leaves_nothing_and_frees_the_key(world: World) -> None:
    process = await world.process()
    with pytest.raises(InvalidExportState):
        await process.withdraw()
    assert await process.count("withdrawals") == 0
    await process.execute()
    assert (await process.withdraw()).status == "WITHDRAWN"


async def test_planning_being_away_leaves_a_withdrawal_that_the_loop_completes(world: World) -> None:
    process = await world.process()
    await process.execute()
    world.planning.is_away = True
    with pytest.raises(ServiceUnavailable):
        await process.withdraw()
    world.planning.is_away = False
    await world.pass_lease()
    await process.recovery.recover_withdrawals()
    assert await package_state(process) == "withdrawn"


@pytest.mark.parametrize("stuck", [0, 1])
async def test_a_withdrawal_that_cannot_be_carried_on_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, stuck: int
) -> None:
    exports = add_exports(world, 2, "well@quick.example")
    process = await world.process()
    for export_id in exports:
        world.planning.is_away = False
        await process.execute(export_id, export_id=export_id)
        world.planning.is_away = True
        with pytest.raises(ServiceUnavailable):
            await process.withdraw(export_id, export_id=export_id)
    world.planning.is_away = False
    withdraw = world.planning.withdraw

    async def withdraw_others(export_id: str, withdrawal_id: str, reason: str) -> Moved:
        if export_id == exports[stuck]:
            raise ServiceUnavailable
        return await withdraw(export_id, withdrawal_id, reason)

    monkeypatch.setattr(world.planning, "withdraw", withdraw_others)
    await world.pass_lease()
    await process.recovery.recover_withdrawals()
    assert world.planning.states[exports[1 - stuck]] is State.WITHDRAWN


async def test_dry_run_says_what_would_happen_and_stores_nothing(world: World) -> None:
    process = await world.process()
    await process.execute()
    before = await types(process)
    answer = await process.withdraw(is_dry_run=True)
    assert (answer.status, answer.orders, answer.broker_told) == ("DRY_RUN", 2, True)
    assert (await types(process), await process.count("withdrawals")) == (before, 0)
    assert world.planning.states["batch_123"] is State.COMPLETED


async def test_broker_whom_the_package_surely_never_reached_is_not_told(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(Outcome.TRANSIENT))
    await process.execute()
    answer = await process.withdraw()
    assert (answer.broker_told, list(answer.broker_notices)) == (False, [])
    await world.pass_time(timedelta(hours=1))
    await process.deliver_due()
    assert await process.count("broker_submissions") == 1
    last = [each for each in await process.events() if each.type == "broker_submission.failed"][-1]
    error = last.broker_submission_changed.broker_submission.error_message
    assert error == "Not delivered so far, and not to be filed any more: the package was withdrawn."


async def test_package_that_may_have_arrived_is_withdrawn_in_words_too(world: World) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    assert (await process.withdraw()).broker_told
    await process.deliver_due()
    assert len(channel.deliveries) == 2


class FirstHeld(HeldChannel):
    """Holds the first delivery; the others are taken at once."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome
        self.sent: list[str] = []

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        await before_data()
        if not self.reached.is_set():
            self.reached.set()
            await self.go.wait()
            self.sent.append(f"package {self.outcome}")
            return Result(self.outcome, "held")
        self.sent.append("notice" if b"withdrawal of" in delivery.content else "package")
        return Result(Outcome.SENT, "250 OK")


async def executed_while_held(world: World, channel: FirstHeld) -> tuple[Process, asyncio.Task[object]]:
    """An executed export whose second submission is on its way at this moment."""
    first = await world.process(channel=ScriptedChannel(Outcome.UNKNOWN))
    await first.execute()
    process = await world.process(channel=channel)
    await process.resubmit(AGAIN)
    sending = asyncio.create_task(process.deliver_due())
    await channel.reached.wait()
    return process, sending


async def test_notice_leaves_after_the_package_that_is_on_its_way(world: World) -> None:
    channel = FirstHeld(Outcome.SENT)
    process, sending = await executed_while_held(world, channel)
    other = await world.process(channel=channel)
    assert (await process.withdraw()).broker_told
    await other.deliver_due()
    assert channel.sent == []
    channel.go.set()
    await sending
    await other.deliver_due()
    assert channel.sent == ["package sent", "notice"]
    assert await package_state(process) == "withdrawn"


async def test_package_that_was_closed_while_on_its_way_is_not_tried_again(world: World) -> None:
    channel = FirstHeld(Outcome.TRANSIENT)
    process, sending = await executed_while_held(world, channel)
    await process.withdraw()
    channel.go.set()
    await sending
    await world.pass_time(timedelta(hours=1))
    await process.deliver_due()
    assert channel.sent == ["package transient", "notice"]


async def test_withdrawn_package_is_not_sent_again(world: World) -> None:
    process = await world.process()
    await process.execute()
    await process.withdraw()
    with pytest.raises(InvalidExportState, match="was withdrawn"):
        await process.resubmit(AGAIN)


async def test_resend_at_the_same_time_never_outlives_a_withdrawal(world: World) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN, *[Outcome.SENT] * 10)
    process, other = await world.process(channel=channel), await world.process(channel=channel)
    await process.execute()
    results = await asyncio.gather(
        process.withdraw(), *(other.resubmit(AGAIN) for _ in range(3)), return_exceptions=True
    )
    assert isinstance(results[0], execution_pb2.WithdrawExportResponse)
    errors = [each for each in results if isinstance(each, BaseException)]
    assert all(isinstance(each, InvalidExportState) for each in errors)
    await process.deliver_due()
    await process.deliver_due()
    last = channel.deliveries[-1]
    assert b"withdrawal of cp_ch100001" in last.content
    assert sum(b"withdrawal of" in each.content for each in channel.deliveries) == 1


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]) -> None:
    """Lets it happen once, when the first notices of a withdrawal are frozen and not yet written."""
    freeze, left = Withdrawals._freeze, [happens]

    async def frozen(withdrawals: Withdrawals, withdrawal: Withdrawal, package: Package) -> Notices:
        notices = await freeze(withdrawals, withdrawal, package)
        if left:
            await left.pop()()
        return notices

    monkeypatch.setattr(Withdrawals, "_freeze", frozen)


async def test_entry_number_that_comes_while_the_notice_is_made_is_in_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = ScriptedChannel(*[Outcome.SENT] * 5)
    process = await world.process(channel=channel)
    await process.execute()

    async def answer() -> None:
        given = Answer(
            status=SubmissionStatus.ACKNOWLEDGED, entry_number="ABC-1234567-6", noted_by="Dana", note="phone"
        )
        await process.noted_answers.note(
            NoteCommand(visible=LIVE, export_id="batch_123", answer=given, key="note-1", fingerprint=b"")
        )

    meanwhile(monkeypatch, answer)
    await process.withdraw()
    await process.deliver_due()
    assert b"ABC-1234567-6" in channel.deliveries[-1].content


async def test_every_place_that_the_package_may_have_reached_is_told_once(world: World) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN, *[Outcome.SENT] * 5)
    process = await world.process(channel=channel)
    await process.execute()
    broker = world.planning.snapshots["batch_123"].broker
    world.brokers.changed = broker.model_copy(update={"email": "corrected@broker.example"})
    await process.resubmit(AGAIN)
    await process.deliver_due()
    await process.withdraw()
    await process.deliver_due()
    reported = [each.recipient for each in channel.deliveries if b"withdrawal of" in each.content]
    assert sorted(map(str, reported)) == sorted([str(broker.email), "corrected@broker.example"])


async def test_simulated_broker_no_longer_answers_a_withdrawn_package(world: World) -> None:
    use_broker(world, email="accept@broker.example")
    process = await world.process()
    await process.execute(visible=TEST)
    await process.withdraw(visible=TEST)
    await process.deliver_due()
    await world.pass_time(timedelta(minutes=1))
    await process.deliver_due()
    events = [event.type for event in await process.events(visible=TEST)]
    assert "broker_submission.acknowledged" not in events
    assert len(world.sink.mails) == 0


async def test_answer_is_not_replayed_to_another_warehouses_key(world: World) -> None:
    process = await world.process()
    await process.execute()
    answer = await process.withdraw()
    with pytest.raises(NotFound):
        await process.withdraw(visible=Visible(LIVE.tenant, "wh_other"))
    assert await process.withdraw(visible=Visible(LIVE.tenant, "wh_123")) == answer


async def test_a_bound_key_is_asked_to_wait_for_one_of_the_whole_account_that_has_only_begun(
    world: World,
) -> None:
    dying = await world.process(crash_at="withdrawal.after_begin")
    await dying.execute()
    with pytest.raises(Crash):
        await dying.withdraw()
    process, own = await world.process(), Visible(LIVE.tenant, "wh_123")
    with pytest.raises(IdempotencyInProgress):
        await process.withdraw(visible=own)
    assert await process.withdraw() == await process.withdraw(visible=own)


async def test_a_withdrawal_that_is_given_up_while_its_key_is_looked_at_is_begun_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await world.process()
    await process.execute()
    claim = KeyStore.claim

    async def given_up_after_it(
        keys: KeyStore, key: str, print_: bytes, *, resource_id: str | None = None
    ) -> KeyRow | None:
        monkeypatch.setattr(KeyStore, "claim", claim)
        return KeyRow(print_, "wd_refused", None)

    monkeypatch.setattr(KeyStore, "claim", given_up_after_it)
    assert (await process.withdraw()).status == "WITHDRAWN"
