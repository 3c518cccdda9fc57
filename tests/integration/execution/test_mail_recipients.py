"""Mail goes to who takes it: asked by a mail, let through by the operator, and so many a day."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker import confirmations
from entrygo.execution.broker.bulkhead import Bulkhead, DestinationSilent, Slot
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.delivery import BrokerDelivery
from entrygo.execution.broker.recipient_answers import (
    LinkedRecipient,
    list_recipients,
    set_recipient_state,
)
from entrygo.execution.broker.recipients import RecipientState
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.broker.routes import Route
from entrygo.execution.broker.signed_links import LinkNotValid
from entrygo.proto.events.v1 import events_pb2
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.execution.channels import AGAIN, ScriptedChannel
from tests.integration.execution.world import LIVE, TEST, Process, World, add_exports
from tests.unit.execution.snapshots import make_snapshot

ADDRESS = "broker@example.com"
DAY = timedelta(days=1)


@pytest.fixture
def strict(make_world: Callable[..., World]) -> World:
    """A deployment in which recipients confirm."""
    return make_world(mail_recipients="confirmed", link_secret="s" * 32)


async def submission(process: Process, export_id: str = "batch_123") -> events_pb2.BrokerSubmission:
    """The newest one, as the export's events have it."""
    changed = [
        each.broker_submission_changed.broker_submission
        for each in await process.events(export_id)
        if each.HasField("broker_submission_changed")
    ]
    return changed[-1]


def subjects(world: World) -> list[str]:
    return [str(each.message["Subject"]).partition(":")[0] for each in world.sink.mails]


def token_in(world: World) -> str:
    """Of the link in the last mail that asks."""
    *_, asking = (each for each in world.sink.mails if "confirm" in str(each.message["Subject"]))
    body = asking.message.get_body(("plain",))
    assert body is not None
    found = re.search(r"/recipient/(\S+)", body.get_content())
    assert found is not None
    return found[1]


async def test_a_package_waits_for_its_recipients_word_and_leaves_with_it(strict: World) -> None:
    process = await strict.process()
    answer = await process.answer()
    assert answer.status == "COMPLETED"
    assert answer.broker_submission.status == "prepared"
    assert "has not confirmed" in answer.broker_submission.error_message
    assert answer.broker_submission.HasField("next_attempt_at")
    assert answer.broker_submission.attempts == 0
    await process.deliver_due()
    assert len(subjects(strict)) == 1
    asked = strict.sink.mails[0]
    assert asked.recipients == (ADDRESS,)
    assert asked.message["X-EntryGo-Export"] is None
    assert list(asked.message.iter_attachments()) == []
    await process.recipients.find(token_in(strict))
    await process.deliver_due()
    assert len(subjects(strict)) == 1, "opening the link confirms nothing, and nobody is asked twice"
    await process.recipients.answer(token_in(strict), takes_mail=True)
    await process.deliver_due()
    assert subjects(strict)[1:] == ["EntryGo broker submission cp_ch100001"]
    assert (await submission(process)).status == "sent"


async def test_a_word_that_comes_while_a_package_is_being_held_frees_it(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict.planning.snapshots["batch_124"] = make_snapshot(export_id="batch_124")
    process = await strict.process()
    await process.execute()
    await process.deliver_due()
    hold, said = BrokerDelivery._hold, list[asyncio.Task[LinkedRecipient]]()

    async def be_answered_and_hold(self: BrokerDelivery, *given: Any) -> None:
        if not said:
            said.append(asyncio.create_task(process.recipients.answer(token_in(strict), takes_mail=True)))
            async with asyncio.timeout(60), process.pool.acquire() as watching:
                while not (said[0].done() or await watching.fetchval(SESSIONS_THAT_WAIT)):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        await hold(self, *given)

    monkeypatch.setattr(BrokerDelivery, "_hold", be_answered_and_hold)
    await process.execute("key-2", export_id="batch_124")
    await process.deliver_due()
    await said[0]
    await process.deliver_due()
    assert (await submission(process, "batch_124")).status == "sent"


async def test_a_refusal_fails_what_waits_and_what_comes(strict: World) -> None:
    strict.planning.snapshots["batch_124"] = make_snapshot(export_id="batch_124")
    process = await strict.process()
    await process.execute()
    await process.deliver_due()
    await process.recipients.answer(token_in(strict), takes_mail=False)
    await process.deliver_due()
    refused = await submission(process)
    assert (refused.status, refused.error_message) == (
        "failed", "broker@example.com does not want customs packages of this account.",
    )  # fmt: skip
    assert (await process.answer("key-2", export_id="batch_124")).broker_submission.status == "failed"
    assert len(subjects(strict)) == 1


async def test_the_operators_word_counts_more_than_the_recipients(strict: World) -> None:
    process = await strict.process()
    await process.execute()
    await process.deliver_due()
    token = token_in(strict)
    await set_recipient_state(process.pool, LIVE.tenant, ADDRESS, RecipientState.REVOKED, new_id="rcp_1")
    await process.deliver_due()
    assert (await submission(process)).status == "failed"
    assert (await process.recipients.answer(token, takes_mail=True)).recipient.state == "revoked"
    await set_recipient_state(process.pool, LIVE.tenant, ADDRESS, RecipientState.ALLOWED, new_id="rcp_2")
    await process.resubmit(AGAIN)
    await process.deliver_due()
    assert (await submission(process)).status == "sent"
    (known,) = await list_recipients(process.pool, LIVE.tenant)
    assert (known.address, known.state) == (ADDRESS, "allowed")


async def test_an_address_that_one_account_may_mail_is_a_stranger_to_another(strict: World) -> None:
    other = Visible.whole(Tenant("acc_456", Mode.LIVE))
    process = await strict.process()
    await set_recipient_state(process.pool, LIVE.tenant, ADDRESS, RecipientState.ALLOWED, new_id="rcp_1")
    assert list(await process.recipients.states(LIVE, [ADDRESS, "no address"])) == ["allowed", ""]
    assert list(await process.recipients.states(other, [ADDRESS])) == ["unconfirmed"]
    assert (await process.answer(visible=other)).broker_submission.status == "prepared"


async def test_an_address_of_an_allowed_domain_is_not_asked(make_world: Callable[..., World]) -> None:
    world = make_world(mail_recipients="confirmed", mail_allowed_domains="other.example, example.com")
    process = await world.process()
    assert (await process.answer()).broker_submission.status == "sent"
    assert subjects(world) == ["EntryGo broker submission cp_ch100001"]


async def test_in_mode_test_nobody_is_asked(strict: World) -> None:
    process = await strict.process()
    assert (await process.answer(visible=TEST)).broker_submission.status == "sent"
    await process.deliver_due()
    assert subjects(strict) == []


async def test_what_nobody_confirmed_fails_after_the_time_for_it_and_can_be_sent_again(strict: World) -> None:
    process = await strict.process()
    await process.execute()
    await process.deliver_due()
    for _ in range(7):
        await strict.pass_time(DAY)
        await process.deliver_due()
    failed = await submission(process)
    assert (failed.status, failed.attempts) == ("failed", 0)
    assert "never confirmed" in failed.error_message
    assert len(subjects(strict)) == 3, "it was asked once a day, three times in all"
    await process.resubmit(AGAIN)
    await process.recipients.answer(token_in(strict), takes_mail=True)
    await process.deliver_due()
    assert (await submission(process)).status == "sent"


async def test_a_waiting_package_says_once_that_it_waits(strict: World) -> None:
    process = await strict.process()
    await process.execute()
    before = len(await process.events())
    await strict.pass_time(timedelta(hours=1, minutes=1))
    await process.deliver_due()
    assert len(await process.events()) == before


async def test_a_package_for_a_wrong_address_can_be_sent_elsewhere_while_it_waits(strict: World) -> None:
    process = await strict.process()
    await process.execute()
    await set_recipient_state(
        process.pool, LIVE.tenant, "right@example.com", RecipientState.ALLOWED, new_id="rcp_1"
    )
    broker = make_snapshot().broker.model_copy(update={"email": "right@example.com"})
    strict.brokers.changed = broker
    await process.resubmit(AGAIN)
    await process.deliver_due()
    sent = await submission(process)
    assert (sent.status, sent.recipient_email) == ("sent", "right@example.com")


async def test_the_mail_after_the_days_last_waits_for_the_next_day_and_is_not_lost(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mail_daily_per_account=2, mail_daily_per_recipient=5)
    process = await world.process()
    for number in range(1, 5):
        world.planning.snapshots[f"batch_{number}"] = make_snapshot(export_id=f"batch_{number}")
        answer = await process.answer(f"key-{number}", export_id=f"batch_{number}")
        assert answer.broker_submission.status == ("sent" if number <= 2 else "prepared")
    assert "its 2 mails of this day" in answer.broker_submission.error_message
    assert answer.broker_submission.next_attempt_at.endswith("T00:00:00.000Z")
    await process.deliver_due()
    assert len(subjects(world)) == 2
    await world.pass_time(DAY)
    await process.deliver_due()
    assert len(subjects(world)) == 4
    assert {(await submission(process, f"batch_{number}")).status for number in (3, 4)} == {"sent"}


async def test_one_recipient_has_a_cap_of_its_own(make_world: Callable[..., World]) -> None:
    world = make_world(mail_daily_per_account=5, mail_daily_per_recipient=1)
    process = await world.process()
    world.planning.snapshots["batch_2"] = make_snapshot(export_id="batch_2")
    other = make_snapshot().broker.model_copy(update={"email": "other@example.com"})
    world.planning.snapshots["batch_3"] = make_snapshot(export_id="batch_3", broker=other)
    statuses = [
        (await process.answer(f"key-{each}", export_id=each)).broker_submission.status
        for each in ("batch_123", "batch_2", "batch_3")
    ]
    assert statuses == ["sent", "prepared", "sent"]


async def test_mails_that_one_recipient_has_no_room_for_take_none_of_the_accounts(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mail_daily_per_account=2, mail_daily_per_recipient=1)
    process = await world.process()
    mine = add_exports(world, 3, ADDRESS)
    [other] = add_exports(world, 1, "other@example.com")
    statuses = [
        (await process.answer(f"key-{each}", export_id=each)).broker_submission.status
        for each in (*mine, other)
    ]
    assert statuses == ["sent", "prepared", "prepared", "sent"]


async def test_a_mail_counts_once_however_often_it_is_tried(make_world: Callable[..., World]) -> None:
    world = make_world(mail_daily_per_account=2, mail_daily_per_recipient=5)
    process = await world.process(channel=ScriptedChannel(*[Outcome.TRANSIENT] * 3, *[Outcome.SENT] * 2))
    await process.execute()
    for _ in range(3):
        await world.pass_time(timedelta(hours=2))
        await process.deliver_due()
    assert (await submission(process)).status == "sent"
    [other] = add_exports(world, 1, "other@example.com")
    assert (await process.answer("key-2", export_id=other)).broker_submission.status == "sent"


async def test_an_account_has_so_many_asked_in_a_day_and_the_others_on_the_next(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "MAX_A_DAY", 1)
    process = await strict.process()
    for address in ("one@example.com", "other@example.com"):
        [export_id] = add_exports(strict, 1, address)
        await process.answer(f"key-{address}", export_id=export_id)
    for _ in range(2):
        await process.deliver_due()
    assert len(strict.sink.mails) == 1
    await strict.pass_time(DAY)
    await process.deliver_due()
    assert {mail.recipients for mail in strict.sink.mails} == {("one@example.com",), ("other@example.com",)}


async def test_a_mail_that_asks_counts_once_however_often_it_is_tried(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "MAX_A_DAY", 1)
    channel = ScriptedChannel(*[Outcome.TRANSIENT] * 3, Outcome.SENT)
    process = await strict.process(channel=channel)
    await process.execute()
    for _ in range(4):
        await process.deliver_due()
        await strict.pass_time(timedelta(minutes=6))
    assert len(channel.deliveries) == 4


async def test_what_waits_for_a_word_leaves_with_a_process_that_needs_none(
    strict: World, make_world: Callable[..., World]
) -> None:
    await (await strict.process()).execute()
    world = make_world(mail_recipients="open")
    process = await world.process()
    await process.deliver_due()
    assert subjects(world) == [], "it is looked at within an hour"
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(process.recovery.run(stop))
        async with asyncio.timeout(20):
            while not subjects(world):  # noqa: ASYNC110 - it arrives in a thread of the server
                await asyncio.sleep(0.02)
        stop.set()
    await process.dispatcher.idle()
    assert (await submission(process)).status == "sent"


async def test_what_a_process_with_earlier_settings_holds_meanwhile_leaves_as_well(
    strict: World, make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = await strict.process()
    world = make_world(mail_recipients="open")
    process = await world.process()
    stop, rounds = asyncio.Event(), 0

    async def released(confirming: confirmations.Confirmations) -> None:
        nonlocal rounds
        await release(confirming)
        rounds += 1
        if rounds == 1:
            await earlier.execute()

    release = confirmations.Confirmations.release_held
    monkeypatch.setattr(confirmations.Confirmations, "release_held", released)
    recovery = replace(process.recovery, interval=timedelta(milliseconds=1))
    async with asyncio.TaskGroup() as group:
        group.create_task(recovery.run(stop))
        async with asyncio.timeout(20):
            while "EntryGo broker submission cp_ch100001" not in subjects(world):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        stop.set()
    await process.dispatcher.idle()
    assert rounds == 2


async def test_what_still_needs_a_word_goes_on_waiting_and_asks_nobody_again(strict: World) -> None:
    process = await strict.process()
    await process.execute()
    await process.deliver_due()
    before = await submission(process)
    await process.confirmations.release_held()
    await process.deliver_due()
    assert await submission(process) == before
    assert len(subjects(strict)) == 1


class _Silent(Bulkhead):
    """Of a destination that answered none of the last ones."""

    @asynccontextmanager
    async def slot(self, account_id: str, route: Route) -> AsyncIterator[Slot]:
        raise DestinationSilent
        yield


async def test_a_mail_that_asks_and_is_not_tried_does_not_count(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "MAX_A_DAY", 1)
    process = await strict.process()
    await process.execute()
    held_up = replace(process.confirmations, bulkhead=_Silent(BulkheadLimits(), time.monotonic))
    for asking in (held_up, held_up, process.confirmations):
        await asking.start_due()
        await asking.idle()
        await strict.pass_time(timedelta(minutes=6))
    assert len(strict.sink.mails) == 1


async def test_a_token_that_we_did_not_sign_for_recipients_is_none(strict: World) -> None:
    process = await strict.process()
    with pytest.raises(LinkNotValid):
        await process.recipients.find("a.b")
