"""Notices of disabled webhooks by mail: once each, through the gate that every mail passes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.channels.base import Silent
from entrygo.execution.broker.notice_mail import PAUSES, WebhookNotice
from entrygo.execution.broker.notices import LEASE, PUT_OFF
from entrygo.execution.broker.recipient_store import RecipientStore
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.broker.routes import mail_place, route_to
from entrygo.execution.recovery import loops
from entrygo.execution.recovery.backlog_store import Backlog, due_in
from entrygo.messaging.doorbell import Doorbell
from entrygo.postgres.pool import Connection, transaction
from tests.integration.execution.test_mail_recipients import DAY, subjects, token_in
from tests.integration.execution.world import LIVE, TEST, Process, World

NOTICE = WebhookNotice(
    id="evt_1",
    recipient="ops@example.com",
    webhook_id="wh_1",
    host="wms.example.com",
    reason="The endpoint answered 410 Gone.",
    failing_since="2026-03-06T16:10:00.000Z",
)
SAID = "Webhook disabled"


async def test_a_notice_that_is_asked_for_twice_is_one_mail(make_world: Callable[..., World]) -> None:
    world = make_world()
    process = await world.process()
    for _ in range(2):
        await process.notices.queue(LIVE, NOTICE)
        await process.deliver_due()
    assert subjects(world) == [SAID]
    [mail] = world.sink.mails
    assert mail.recipients == ("ops@example.com",)


async def test_a_notice_waits_for_its_recipients_word_and_leaves_with_it(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mail_recipients="confirmed", link_secret="s" * 32)
    process = await world.process()
    await process.notices.queue(LIVE, NOTICE)
    for _ in range(2):
        await process.deliver_due()
    assert SAID not in subjects(world)
    assert len(world.sink.mails) == 1
    await process.recipients.answer(token_in(world), takes_mail=True)
    await process.deliver_due()
    assert subjects(world)[1:] == [SAID]


@asynccontextmanager
async def at_rest(process: Process, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """While its loops run, have looked once, and look again when the bell is rung alone."""
    has_looked, stop = asyncio.Event(), asyncio.Event()

    async def looked(connection: Connection) -> Mapping[Backlog, timedelta]:
        ahead = await due_in(connection)
        has_looked.set()
        return ahead

    monkeypatch.setattr(loops, "RARELY", 10**9)
    monkeypatch.setattr(loops, "due_in", looked)
    recovery = replace(process.recovery, interval=timedelta(milliseconds=1))
    async with asyncio.TaskGroup() as group:
        group.create_task(recovery.run(stop))
        await has_looked.wait()
        yield
        stop.set()


async def has_mails(world: World, count: int) -> None:
    async with asyncio.timeout(30):
        while len(world.sink.mails) < count:  # noqa: ASYNC110 - it arrives in a thread of the server
            await asyncio.sleep(0.01)


async def test_at_rest_a_notice_makes_the_process_look(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    process = await world.process()
    async with at_rest(process, monkeypatch):
        await process.notices.queue(LIVE, NOTICE)
        await has_mails(world, 1)


async def test_at_rest_a_recipients_answer_makes_the_process_look(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(mail_recipients="confirmed", link_secret="s" * 32)
    process = await world.process()
    await process.notices.queue(LIVE, NOTICE)
    for _ in range(2):
        await process.deliver_due()
    async with at_rest(process, monkeypatch):
        await process.recipients.answer(token_in(world), takes_mail=True)
        await has_mails(world, 2)


async def test_a_recipient_that_is_to_be_asked_rings_once_that_is_committed(
    make_world: Callable[..., World],
) -> None:
    process = await make_world().process()
    bell, stop = Doorbell(), asyncio.Event()
    with bell.answered(stop):
        async with transaction(process.pool, LIVE) as connection:
            await RecipientStore(connection, LIVE).want_asked("rcp_1", "ops@example.com")
            assert not await bell.wait(0)
        assert await bell.wait(0)


async def test_a_recipient_that_does_not_want_mail_gets_no_notice(make_world: Callable[..., World]) -> None:
    world = make_world(mail_recipients="confirmed", link_secret="s" * 32)
    process = await world.process()
    await process.notices.queue(LIVE, NOTICE)
    for _ in range(2):
        await process.deliver_due()
    await process.recipients.answer(token_in(world), takes_mail=False)
    await process.deliver_due()
    await world.pass_time(DAY)
    await process.deliver_due()
    assert SAID not in subjects(world)


async def test_the_notice_after_the_days_last_mail_leaves_on_the_next_day(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mail_daily_per_account=1)
    process = await world.process()
    await process.notices.queue(LIVE, NOTICE)
    await process.notices.queue(LIVE, replace(NOTICE, id="evt_2"))
    await process.deliver_due()
    assert subjects(world) == [SAID]
    await world.pass_time(DAY)
    await process.deliver_due()
    assert subjects(world) == [SAID, SAID]


async def test_a_notice_that_the_server_puts_off_is_tried_again_with_the_same_bytes(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    process = await world.process()
    world.sink.answers.append("451 4.3.0 later")
    await process.notices.queue(LIVE, NOTICE)
    for _ in range(2):
        await process.deliver_due()
    assert subjects(world) == []
    await world.pass_time(DAY)
    await process.deliver_due()
    assert subjects(world) == [SAID]
    assert world.sink.mails[0].message["Message-ID"].startswith("<evt_1@")


async def test_while_the_mail_server_is_silent_no_attempt_of_a_notice_is_used_up(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mail_daily_per_account=1)
    process = await world.process()
    process.notices.bulkhead = silent_to_all()
    await process.notices.queue(LIVE, NOTICE)
    for _ in range(len(PAUSES) + 1):
        await process.deliver_due()
        await world.pass_time(PUT_OFF)
    process.notices.bulkhead = Bulkhead(BulkheadLimits(), time.monotonic)
    world.sink.answers.append("451 4.3.0 later")
    await process.deliver_due()
    assert subjects(world) == []
    await world.pass_time(PAUSES[0])
    await process.deliver_due()
    assert subjects(world) == [SAID]


def silent_to_all() -> Bulkhead:
    """One whose mail server gives no answer, by a clock that stands still."""
    limits = BulkheadLimits()
    bulkhead = Bulkhead(limits, lambda: 0.0)
    for _ in range(limits.breaker.threshold):
        slot = bulkhead.slot_at_once("acc_other", route_to(mail_place("broker@example.org")))
        assert slot is not None
        slot.ended(Silent.SERVER)
        bulkhead.give_back(slot)
    return bulkhead


async def test_a_notice_of_a_process_that_died_is_sent_by_another(make_world: Callable[..., World]) -> None:
    world = make_world()
    process = await world.process()
    await process.notices.queue(LIVE, NOTICE)
    assert await process.notices._claim(LIVE, NOTICE.id) is not None
    other = await world.process()
    await other.deliver_due()
    assert subjects(world) == []
    await world.pass_time(LEASE)
    await other.deliver_due()
    assert subjects(world) == [SAID]


@pytest.mark.parametrize("visible", [TEST, Visible.whole(Tenant("acc_456", Mode.TEST))])
async def test_of_mode_test_no_notice_leaves(make_world: Callable[..., World], visible: Visible) -> None:
    world = make_world()
    process = await world.process()
    await process.notices.queue(visible, NOTICE)
    await process.deliver_due()
    assert subjects(world) == []
