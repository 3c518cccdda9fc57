"""Webhooks on a real database, to a receiver that listens on this machine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.domain.errors import (
    IdempotencyConflict,
    NotFound,
    RateLimited,
    ServiceUnavailable,
    ValidationFailed,
)
from entrygo.domain.principal import Tenant, Visible
from entrygo.inspection.announcing import Announcer
from entrygo.inspection.changes import Changes
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.rebuild import rebuild
from entrygo.inspection.webhooks.mailing import Mailing
from entrygo.inspection.webhooks.queue_store import QueueBacklog, sweep_deliveries, sweep_lanes
from entrygo.inspection.webhooks.records import Delivery, DeliveryStatus, EndpointStatus, OwedMail
from entrygo.inspection.webhooks.requests import (
    CreateCommand,
    DeliveryPage,
    ReplayCommand,
    UpdateCommand,
    read_replay,
    read_rotate,
    read_update,
)
from entrygo.inspection.webhooks.rooms import Slots
from entrygo.inspection.webhooks.sender import Sender
from entrygo.inspection.webhooks.signing import Signer
from entrygo.inspection.webhooks.store import EndpointStore
from entrygo.inspection.webhooks.use_cases import MAX_WAITING_TESTS, Webhooks
from entrygo.inspection.webhooks.worker import Worker
from entrygo.outbound.address_guard import AddressGuard
from entrygo.postgres.pool import EVERYONE, transaction
from entrygo.process.clock import Ids
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.harness.receiver import Receiver, receiving
from tests.integration.inspection.conftest import BOB, KEEP, Service
from tests.integration.inspection.owners import SERVICE_TOKEN
from tests.unit.inspection.events import ALICE, Life

WHOLE = Visible.whole(ALICE)
SECRET = SecretStr("s" * 32)
UNCHANGED = UpdateCommand(id="", url=None, events=None, description=None, status=None)
PAGE = DeliveryPage(limit=100, status=None, before=None)
FAILED = b"HTTP/1.1 500 Oops\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbusy"
GONE = b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
ELSEWHERE = (
    b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


@dataclass
class Hooks:
    """The part of the service that notifies programs."""

    service: Service
    worker: Worker
    webhooks: Webhooks
    read_model: ReadModel
    stop: asyncio.Event
    given_up: asyncio.Event

    async def add(
        self, receiver: Receiver, *, visible: Visible = WHOLE, **given: Any
    ) -> inspection_pb2.Webhook:
        command = CreateCommand(url=receiver.url, events=(), description="", key="", fingerprint=b"")
        reply = await self.webhooks.create(visible, replace(command, **given))
        return inspection_pb2.Webhook.FromString(reply.body)

    async def rotate(
        self, webhook: inspection_pb2.Webhook, *, hours: int = 24, key: str = ""
    ) -> inspection_pb2.Webhook:
        request = inspection_pb2.RotateWebhookSecretRequest(
            id=webhook.id, overlap_hours=hours, idempotency_key=key
        )
        reply = await self.webhooks.rotate(WHOLE, read_rotate(request))
        return inspection_pb2.Webhook.FromString(reply.body)

    async def replay(self, webhook: inspection_pb2.Webhook, command: ReplayCommand) -> int:
        reply = await self.webhooks.replay(WHOLE, webhook.id, command)
        return inspection_pb2.ReplayDeliveriesResponse.FromString(reply.body).queued

    async def happens(self, life: Life) -> None:
        """Everything of a life, one event after the other, as Kafka would bring them."""
        self.service.owners.record(life.events)
        for event in life.events:
            await self.read_model.apply(EVERYONE, [event])

    async def deliveries(self, webhook: inspection_pb2.Webhook) -> list[Delivery]:
        """Oldest first."""
        found, _ = await self.webhooks.deliveries(WHOLE, webhook.id, PAGE)
        return found[::-1]

    async def until(
        self, webhook: inspection_pb2.Webhook, status: DeliveryStatus, count: int
    ) -> list[Delivery]:
        """Returns once so many are in this state: the worker settles them after the receiver has answered."""
        async with asyncio.timeout(30):
            while True:
                found = [each for each in await self.deliveries(webhook) if each.status == status]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.02)

    async def until_attempted(self, webhook: inspection_pb2.Webhook) -> None:
        """Returns once the first attempt at its oldest delivery is settled."""
        async with asyncio.timeout(30):
            while True:
                if (await self.deliveries(webhook))[0].attempts:
                    return
                await asyncio.sleep(0.02)

    async def make_due(self) -> None:
        """Ends every pause, as time would."""
        async with transaction(self.service.pool, EVERYONE) as connection:
            await connection.execute("UPDATE webhook_lanes SET due_at = now() WHERE due_at IS NOT NULL")
        self.worker.wake()


@pytest_asyncio.fixture
async def hooks(service: Service) -> AsyncIterator[Hooks]:
    signer = Signer([SECRET])
    sender = Sender(AddressGuard(allow_private=True, allow_plain=True), answer_seconds=60)
    given_up = asyncio.Event()
    worker = Worker(
        service.pool,
        Ids(),
        signer,
        sender,
        slots=Slots(process=8, endpoint=2),
        answer_seconds=60,
        on_disabled=given_up.set,
    )
    webhooks = Webhooks(service.pool, Ids(), signer, sender, wake=worker.wake, max_endpoints=5)
    read_model = ReadModel(service.pool, Changes(), Announcer(KEEP, worker.wake))
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield Hooks(service, worker, webhooks, read_model, stop, given_up)
    finally:
        stop.set()
        await running


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started
        # Whoever waits for an answer gets it, so that the worker can end.
        started.is_answering.set()


def lived(export_id: str = "batch_123", *, tenant: Tenant = ALICE, start: datetime | None = None) -> Life:
    """A whole life that begins now."""
    life = Life(export_id, tenant, start or datetime.now(UTC))
    life.lived()
    return life


async def test_events_of_an_export_arrive_signed_and_in_their_order(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    life = lived()
    await hooks.happens(life)
    got = await receiver.until(len(life.events))
    events = [each.verified(webhook.secret) for each in got]
    assert [event["type"] for event in events] == [event.type for event in life.events]
    assert [event["data"]["sequence"] for event in events] == list(range(1, len(life.events) + 1))
    assert [each.headers["webhook-id"] for each in got] == [event.id for event in life.events]
    assert events[-1]["data"]["exportId"] == "batch_123"


async def test_one_event_after_the_other_leaves_even_when_the_first_fails(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    receiver.answers.append(FAILED)
    life = lived()
    await hooks.happens(life)
    [waiting, *_] = await hooks.until(webhook, DeliveryStatus.PENDING, len(life.events))
    await receiver.until(1)
    await hooks.until_attempted(webhook)
    assert [each.headers["webhook-id"] for each in receiver.got] == [waiting.event_id]
    assert (await hooks.deliveries(webhook))[0].error == "500 Oops busy"
    await hooks.make_due()
    got = await receiver.until(len(life.events) + 1)
    assert [each.headers["webhook-id"] for each in got[1:]] == [event.id for event in life.events]
    assert got[0].body == got[1].body


async def test_an_export_whose_receiver_fails_does_not_hold_up_another(
    hooks: Hooks, receiver: Receiver
) -> None:
    await hooks.add(receiver)
    receiver.answers.append(FAILED)
    await hooks.happens(lived("batch_bad"))
    await receiver.until(1)
    good = lived("batch_good")
    await hooks.happens(good)
    got = await receiver.until(1 + len(good.events))
    assert {each.event["data"]["exportId"] for each in got[1:]} == {"batch_good"}


async def test_a_receiver_that_hangs_holds_up_no_other(hooks: Hooks, receiver: Receiver) -> None:
    receiver.is_answering.clear()
    await hooks.add(receiver)
    async with receiving() as other:
        for number in range(8):
            await hooks.happens(lived(f"batch_{number}"))
        await receiver.until(2)  # as many as one endpoint gets slots
        await hooks.add(other)
        life = lived("batch_later")
        await hooks.happens(life)
        await other.until(len(life.events))
        assert len(receiver.got) == 2


async def test_an_account_whose_receivers_all_hang_holds_up_no_other(
    hooks: Hooks, receiver: Receiver
) -> None:
    receiver.is_answering.clear()
    for _ in range(4):
        await hooks.add(receiver)
    for number in range(4):
        await hooks.happens(lived(f"batch_{number}"))
    # Half of the slots, or one more. Bob's lanes are behind Alice's, which are all due.
    await receiver.until(4)
    async with receiving() as other:
        await hooks.add(other, visible=Visible.whole(BOB))
        life = lived("batch_bob", tenant=BOB)
        await hooks.happens(life)
        await other.until(len(life.events))
    assert len(receiver.got) <= 5


async def test_endpoints_that_take_nothing_leave_most_slots_to_the_others(
    hooks: Hooks, receiver: Receiver
) -> None:
    receiver.is_answering.clear()
    for tenant in (ALICE, BOB):
        for _ in range(3):
            await hooks.add(receiver, visible=Visible.whole(tenant))
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE webhook_endpoints SET failing_since = now()")
    for tenant in (ALICE, BOB):
        for number in range(2):
            await hooks.happens(lived(f"batch_{tenant.account_id}_{number}", tenant=tenant))
    async with receiving() as other:
        sound = await hooks.add(other)
        life = lived("batch_sound")
        await hooks.happens(life)
        await hooks.until(sound, DeliveryStatus.DELIVERED, len(life.events))


async def test_endpoints_have_turns_whatever_their_names(hooks: Hooks, receiver: Receiver) -> None:
    for _ in range(3):
        await hooks.add(receiver)
    for number in range(6):
        await hooks.happens(lived(f"batch_{number}"))
    hooks.stop.set()
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE webhook_lanes SET lease_until = NULL, due_at = now()")
    room, lane, lease = Slots(process=8, endpoint=2).room([]), None, timedelta(minutes=1)
    tried = []
    for _ in range(4):
        async with transaction(hooks.service.pool, EVERYONE) as connection:
            [lane] = await QueueBacklog(connection).claim(room, after=lane, limit=1, lease=lease)
        tried.append(lane.endpoint_id)
    assert len(set(tried[:3])) == 3
    assert tried[3] == tried[0]


async def test_a_rebuild_of_the_read_model_sends_nothing_again(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    life = lived()
    await hooks.happens(life)
    await hooks.until(webhook, DeliveryStatus.DELIVERED, len(life.events))
    await rebuild(hooks.service.pool, hooks.service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    later = lived("batch_later")
    await hooks.happens(later)
    got = await receiver.until(len(life.events) + len(later.events))
    assert len({each.headers["webhook-id"] for each in got}) == len(got)


async def test_a_webhook_is_there_after_a_restore_with_what_it_is_still_to_be_told(
    hooks: Hooks, receiver: Receiver, restored: Callable[[], Awaitable[Service]]
) -> None:
    receiver.answers.append(FAILED)
    webhook = await hooks.add(receiver)
    await hooks.happens(lived())
    await hooks.until_attempted(webhook)
    new = await restored()
    assert await new.count("exports") == 0, "no owner has it"
    sender = Sender(AddressGuard(allow_private=True, allow_plain=True), answer_seconds=60)
    again = Webhooks(new.pool, Ids(), Signer([SECRET]), sender, wake=hooks.worker.wake, max_endpoints=5)
    assert await again.get(WHOLE, webhook.id) == await hooks.webhooks.get(WHOLE, webhook.id)
    found, _ = await again.deliveries(WHOLE, webhook.id, PAGE)
    assert found[::-1] == await hooks.deliveries(webhook)
    assert {each.status for each in found} == {DeliveryStatus.PENDING}


async def test_what_happened_before_the_webhook_was_made_is_not_sent(
    hooks: Hooks, receiver: Receiver
) -> None:
    await hooks.happens(lived("batch_before", start=datetime.now(UTC) - timedelta(days=1)))
    webhook = await hooks.add(receiver)
    await rebuild(hooks.service.pool, hooks.service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    assert await hooks.deliveries(webhook) == []


async def test_what_happens_is_sent_also_where_the_owners_clock_is_behind(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    life = lived(start=datetime.now(UTC) - timedelta(hours=23))
    await hooks.happens(life)
    assert len(await hooks.deliveries(webhook)) == len(life.events)


async def test_only_the_types_that_were_asked_for_are_sent(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver, events=("export.executed",))
    await hooks.happens(lived())
    await receiver.until(1)
    assert [each.event_type for each in await hooks.deliveries(webhook)] == ["export.executed"]


async def test_a_webhook_of_a_warehouse_is_sent_that_warehouses_exports_alone(
    hooks: Hooks, receiver: Receiver
) -> None:
    here = await hooks.add(receiver, visible=Visible(ALICE, "wh_123"))
    there = await hooks.add(receiver, visible=Visible(ALICE, "wh_other"))
    await hooks.happens(lived())
    await receiver.until(1)
    assert await hooks.deliveries(there) == []
    assert len(await hooks.deliveries(here)) > 0
    with pytest.raises(NotFound):
        await hooks.webhooks.get(Visible(ALICE, "wh_other"), here.id)


async def test_another_accounts_events_are_not_sent(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    await hooks.happens(lived("batch_bob", tenant=BOB))
    assert await hooks.deliveries(webhook) == []
    with pytest.raises(NotFound):
        await hooks.webhooks.delete(Visible.whole(BOB), webhook.id)


async def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_alone(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    rotated = await hooks.rotate(webhook, hours=1)
    assert rotated.secret != webhook.secret
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    [first] = await receiver.until(1)
    assert first.verified(webhook.secret) == first.verified(rotated.secret)
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE webhook_endpoints SET previous_secret_until = now()")
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    [_, later] = await receiver.until(2)
    with pytest.raises(Exception, match="No matching signature"):
        later.verified(webhook.secret)
    last = await hooks.rotate(webhook, hours=0)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    [*_, second] = await receiver.until(3)
    assert second.verified(last.secret)["type"] == "webhook.test"
    with pytest.raises(Exception, match="No matching signature"):
        second.verified(rotated.secret)


async def test_a_rotation_that_is_repeated_under_its_key_is_one(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    rotated = await hooks.rotate(webhook, key="key-1")
    again = await hooks.rotate(webhook, key="key-1")
    assert again == rotated
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    [sent] = await receiver.until(1)
    assert sent.verified(webhook.secret) == sent.verified(rotated.secret)
    with pytest.raises(IdempotencyConflict):
        await hooks.rotate(webhook, hours=1, key="key-1")
    await hooks.rotate(webhook)
    assert (await hooks.rotate(webhook, key="key-1")).secret == ""
    await hooks.webhooks.delete(WHOLE, webhook.id)
    with pytest.raises(NotFound):
        await hooks.rotate(webhook, key="key-1")


async def test_a_replay_that_is_repeated_under_its_key_sends_once(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await hooks.until(webhook, DeliveryStatus.DELIVERED, 1)

    def delivered(key: str) -> ReplayCommand:
        request = inspection_pb2.ReplayDeliveriesRequest(id=webhook.id, status="delivered")
        request.idempotency_key = key
        return read_replay(request)

    for key, got in (("key-1", 2), ("key-1", 2), ("key-2", 3)):
        assert await hooks.replay(webhook, delivered(key)) == 1
        await receiver.until(got)
        await hooks.until(webhook, DeliveryStatus.DELIVERED, 1)
    assert len(await receiver.until(3)) == 3
    with pytest.raises(IdempotencyConflict):
        await hooks.replay(webhook, replace(delivered("key-1"), fingerprint=b"another"))


async def test_a_change_that_is_repeated_under_its_key_is_one_and_nobody_elses(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)

    def change(description: str, key: str) -> UpdateCommand:
        request = inspection_pb2.UpdateWebhookRequest(id=webhook.id, description=description)
        request.idempotency_key = key
        return read_update(request)

    first = await hooks.webhooks.update(WHOLE, change("One", "key-1"))
    await hooks.webhooks.update(WHOLE, change("Two", "key-2"))
    again = await hooks.webhooks.update(WHOLE, change("One", "key-1"))
    assert (again.body, again.replayed) == (first.body, True)
    assert (await hooks.webhooks.get(WHOLE, webhook.id)).description == "Two"
    with pytest.raises(IdempotencyConflict):
        await hooks.webhooks.update(WHOLE, change("Three", "key-1"))
    elsewhere = replace(WHOLE, warehouse_id="wh_other")
    with pytest.raises(NotFound):
        await hooks.webhooks.update(elsewhere, change("One", "key-1"))


async def test_no_secret_is_in_the_database(hooks: Hooks, receiver: Receiver) -> None:
    command: dict[str, Any] = {"key": "key-1", "fingerprint": b"same"}
    webhook = await hooks.add(receiver, **command)
    again = await hooks.add(receiver, **command)
    assert (again.id, again.secret) == (webhook.id, webhook.secret)
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        for table in ("webhook_endpoints", "webhook_deliveries", "idempotency_keys"):
            for row in await connection.fetch(f"SELECT t::text AS text FROM {table} t"):
                assert webhook.secret not in row["text"]
                assert webhook.secret.removeprefix("whsec_").encode().hex() not in row["text"]


async def test_a_key_that_another_warehouse_used_shows_nothing_of_its_webhook(
    hooks: Hooks, receiver: Receiver
) -> None:
    command: dict[str, Any] = {"key": "key-1", "fingerprint": b"same"}
    await hooks.add(receiver, visible=Visible(ALICE, "wh_1"), **command)
    with pytest.raises(NotFound):
        await hooks.add(receiver, visible=Visible(ALICE, "wh_2"), **command)


async def test_old_deliveries_that_wait_for_nothing_are_swept_and_their_empty_lanes_with_them(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    done, failing = lived("batch_done"), lived("batch_failing")
    await hooks.happens(done)
    await hooks.until(webhook, DeliveryStatus.DELIVERED, len(done.events))
    receiver.answers.append(FAILED)
    await hooks.happens(failing)
    await receiver.until(len(done.events) + 1)
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        at_once = timedelta(seconds=-60)
        assert await sweep_deliveries(connection, 100, older_than=KEEP) == 0
        assert await sweep_deliveries(connection, 2, older_than=at_once) == 2
        assert await sweep_deliveries(connection, 100, older_than=at_once) == len(done.events) - 2
        assert await sweep_lanes(connection, 100) == 1
    kept = await hooks.deliveries(webhook)
    assert [each.event_id for each in kept] == [event.id for event in failing.events]


async def test_an_endpoint_that_is_gone_is_disabled_and_holds_what_happens_for_a_replay(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    receiver.answers.append(GONE)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await receiver.until(1)
    await hooks.until_attempted(webhook)
    assert (await hooks.webhooks.get(WHOLE, webhook.id)).status == "disabled"
    life = lived()
    await hooks.happens(life)
    held = [each for each in await hooks.deliveries(webhook) if each.status == DeliveryStatus.HELD]
    assert len(held) == len(life.events)
    enabled = {"url": None, "events": None, "description": None, "status": "enabled"}
    await hooks.webhooks.update(WHOLE, UpdateCommand(id=webhook.id, **enabled))  # type: ignore[arg-type]
    every = ReplayCommand(event_id="", statuses=("held",), since=None, until=None)
    assert await hooks.replay(webhook, every) == len(life.events)
    # The test event is tried again, too, when its time has come: now, whatever the clock says.
    await hooks.make_due()
    await hooks.until(webhook, DeliveryStatus.DELIVERED, len(life.events) + 1)
    sent = [each.headers["webhook-id"] for each in receiver.got if "exportId" in each.event["data"]]
    assert sent == [event.id for event in life.events]


async def test_the_accounts_other_endpoints_are_told_once_that_one_was_disabled(
    hooks: Hooks, receiver: Receiver
) -> None:
    async with receiving() as watching, receiving() as elsewhere:
        reported = await hooks.add(watching, events=("webhook.disabled",))
        await hooks.add(elsewhere, events=("export.executed",))
        of_warehouse = Visible(ALICE, "wh_2")
        await hooks.add(elsewhere, visible=of_warehouse)
        await hooks.add(elsewhere, visible=Visible.whole(BOB))
        gone = await hooks.add(receiver)
        receiver.answers.append(GONE)
        await hooks.webhooks.send_test(WHOLE, gone.id)
        [got] = await watching.until(1)
        await hooks.until(reported, DeliveryStatus.DELIVERED, 1)
        assert got.event["type"] == "webhook.disabled"
        assert got.event["data"] | {"eventId": "", "failingSince": ""} == {
            "accountId": ALICE.account_id,
            "mode": ALICE.mode,
            "eventId": "",
            "webhookId": gone.id,
            "url": gone.url,
            "warehouseId": None,
            "reason": "The endpoint answered 410 Gone.",
            "failingSince": "",
        }
        assert elsewhere.got == []


@dataclass
class Mailer:
    """Stands for execution, which may be away."""

    taken: list[OwedMail] = field(default_factory=list)
    is_away: bool = False

    async def mail(self, owed: OwedMail) -> None:
        if self.is_away:
            raise ServiceUnavailable
        self.taken.append(owed)


async def gone(hooks: Hooks, receiver: Receiver, **given: Any) -> inspection_pb2.Webhook:
    """A webhook that was disabled, because its receiver said that it is gone."""
    webhook = await hooks.add(receiver, **given)
    receiver.answers.append(GONE)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await hooks.until_attempted(webhook)
    return webhook


async def make_mails_due(hooks: Hooks) -> None:
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        await connection.execute(
            "UPDATE webhook_endpoints SET notice_due_at = now() WHERE notice_due_at IS NOT NULL"
        )


async def test_a_mail_is_owed_for_an_endpoint_that_is_gone_until_execution_has_taken_it(
    hooks: Hooks, receiver: Receiver
) -> None:
    mailer = Mailer(is_away=True)
    mailing = Mailing(pool=hooks.service.pool, mailer=mailer)
    webhook = await gone(hooks, receiver, notify_email="ops@example.com")
    # Whoever hands mails over need not wait for its poll.
    await asyncio.wait_for(hooks.given_up.wait(), 30)
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        notice_id = await connection.fetchval("SELECT notice_id FROM webhook_endpoints")
    await mailing.hand_over()
    mailer.is_away = False
    await mailing.hand_over()
    assert mailer.taken == [], "an execution that is away is not asked again at once"
    for _ in range(2):
        await make_mails_due(hooks)
        await mailing.hand_over()
    [owed] = mailer.taken
    assert (owed.notice_id, owed.endpoint.id) == (notice_id, webhook.id)
    assert owed.endpoint.notify_email == "ops@example.com"
    assert owed.endpoint.disabled_reason == "The endpoint answered 410 Gone."


async def test_of_an_endpoint_that_was_enabled_meanwhile_or_names_nobody_no_mail_is_owed(
    hooks: Hooks, receiver: Receiver
) -> None:
    mailer = Mailer()
    await gone(hooks, receiver)
    webhook = await gone(hooks, receiver, notify_email="ops@example.com")
    enabled = {"url": None, "events": None, "description": None, "status": "enabled"}
    await hooks.webhooks.update(WHOLE, UpdateCommand(id=webhook.id, **enabled))  # type: ignore[arg-type]
    await make_mails_due(hooks)
    await Mailing(pool=hooks.service.pool, mailer=mailer).hand_over()
    assert mailer.taken == []


async def test_a_redirect_is_no_receipt_and_is_not_followed(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    receiver.answers.append(ELSEWHERE)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await receiver.until(1)
    await hooks.until_attempted(webhook)
    [delivery] = await hooks.deliveries(webhook)
    assert (delivery.status, delivery.response_status) == (DeliveryStatus.PENDING, 302)


async def test_a_lane_whose_worker_died_is_taken_over_when_its_lease_ends(
    hooks: Hooks, receiver: Receiver
) -> None:
    receiver.is_answering.clear()
    webhook = await hooks.add(receiver)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await receiver.until(1)
    for task in list(hooks.worker._running):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    receiver.is_answering.set()
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE webhook_lanes SET lease_until = now() - interval '1 second'")
    hooks.worker.wake()
    [first, second] = await receiver.until(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    await hooks.until(webhook, DeliveryStatus.DELIVERED, 1)


async def test_a_worker_settles_nothing_of_a_lane_that_another_one_has_by_now(
    hooks: Hooks, receiver: Receiver
) -> None:
    receiver.is_answering.clear()
    webhook = await hooks.add(receiver)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await receiver.until(1)
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE webhook_lanes SET lease_until = now() + interval '1 hour'")
    receiver.is_answering.set()
    await asyncio.wait(hooks.worker._running)
    [delivery] = await hooks.deliveries(webhook)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.PENDING, 0)


async def test_what_waits_for_an_endpoint_that_its_account_disabled_does_not_leave(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    receiver.answers.append(FAILED)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await receiver.until(1)
    await hooks.until_attempted(webhook)
    await hooks.webhooks.update(WHOLE, replace(UNCHANGED, id=webhook.id, status=EndpointStatus.DISABLED))
    hooks.stop.set()
    await hooks.make_due()
    assert not await hooks.worker._attempt_claim()
    assert len(receiver.got) == 1


async def test_an_endpoint_fails_until_it_takes_something(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    receiver.answers.append(FAILED)
    await hooks.webhooks.send_test(WHOLE, webhook.id)
    await receiver.until(1)
    await hooks.until_attempted(webhook)
    assert (await hooks.webhooks.get(WHOLE, webhook.id)).failing_since is not None
    await hooks.make_due()
    await hooks.until(webhook, DeliveryStatus.DELIVERED, 1)
    assert (await hooks.webhooks.get(WHOLE, webhook.id)).failing_since is None


async def test_so_many_test_events_wait_for_one_endpoint(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    hooks.stop.set()
    for _ in range(MAX_WAITING_TESTS):
        await hooks.webhooks.send_test(WHOLE, webhook.id)
    with pytest.raises(RateLimited):
        await hooks.webhooks.send_test(WHOLE, webhook.id)


async def test_an_address_within_our_network_is_refused_when_a_webhook_is_made(hooks: Hooks) -> None:
    guard = AddressGuard(allow_private=False, sent="Webhooks", setting="ENTRYGO_WEBHOOK_ALLOW_PRIVATE")
    sender = Sender(guard, answer_seconds=60)
    webhooks = Webhooks(
        hooks.service.pool, Ids(), Signer([SECRET]), sender, wake=hooks.worker.wake, max_endpoints=5
    )
    command = CreateCommand(url="https://10.1.2.3/", events=(), description="", key="", fingerprint=b"")
    with pytest.raises(ValidationFailed) as caught:
        await webhooks.create(WHOLE, command)
    assert "ENTRYGO_WEBHOOK_ALLOW_PRIVATE" in str(caught.value.details)


async def test_a_receiver_is_sent_to_at_whichever_of_its_addresses_takes_the_connection(
    receiver: Receiver,
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        # The receiver listens at the last one alone.
        return ["127.0.0.3", "127.0.0.2", "127.0.0.1"]

    guard = AddressGuard(allow_private=True, allow_plain=True, resolve=resolve)
    attempt = await Sender(guard, answer_seconds=60).send(receiver.url, {"webhook-id": "evt_1"}, "{}")
    assert attempt.is_delivered
    assert len(receiver.got) == 1


async def test_webhooks_that_are_added_at_once_are_no_more_than_the_most(
    hooks: Hooks, receiver: Receiver
) -> None:
    for _ in range(4):
        await hooks.add(receiver)
    async with transaction(hooks.service.pool, WHOLE) as adding:
        store = EndpointStore(adding, WHOLE)
        assert await store.count() == 4
        await store.add("whk_fifth", url=receiver.url, events=(), description="", notify_email="")
        other = asyncio.create_task(hooks.add(receiver))
        await waiting_for_locks(hooks, 1, or_done=other)
    with pytest.raises(ValidationFailed):
        await other


async def test_an_account_has_at_most_so_many_webhooks(hooks: Hooks, receiver: Receiver) -> None:
    for _ in range(5):
        await hooks.add(receiver)
    with pytest.raises(ValidationFailed):
        await hooks.add(receiver)


async def test_webhooks_of_other_warehouses_count_also_for_a_key_that_does_not_see_them(
    hooks: Hooks, receiver: Receiver
) -> None:
    for _ in range(5):
        await hooks.add(receiver, visible=Visible(ALICE, "wh_2"))
    with pytest.raises(ValidationFailed):
        await hooks.add(receiver, visible=Visible(ALICE, "wh_1"))


async def test_a_removed_webhook_is_sent_nothing_more(hooks: Hooks, receiver: Receiver) -> None:
    webhook = await hooks.add(receiver)
    await hooks.webhooks.delete(WHOLE, webhook.id)
    await hooks.happens(lived())
    async with transaction(hooks.service.pool, EVERYONE) as connection:
        assert await EndpointStore(connection, WHOLE).endpoints() == []
        assert await connection.fetchval("SELECT count(*) FROM webhook_deliveries") == 0


async def test_events_that_wait_for_their_place_in_the_feed_while_a_webhook_is_removed_are_applied(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    life = lived()
    hooks.service.owners.record(life.events)
    await hooks.read_model.apply(EVERYONE, life.events[:1])
    async with transaction(hooks.service.pool, EVERYONE) as holding:
        await holding.execute("SELECT FROM event_feed_heads FOR UPDATE")
        applying = asyncio.create_task(hooks.read_model.apply(EVERYONE, life.events))
        await waiting_for_locks(hooks, 1)
        removing = asyncio.create_task(hooks.webhooks.delete(WHOLE, webhook.id))
        # It waits for the writer, or is done.
        await waiting_for_locks(hooks, 2, or_done=removing)
    assert await applying is False
    await removing
    assert await hooks.service.count("timeline") == len(life.events)
    assert await hooks.service.count("webhook_deliveries") == 0


async def test_a_replay_waits_for_who_settles_a_delivery_of_its_endpoint(
    hooks: Hooks, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver)
    receiver.is_answering.clear()
    life = lived()
    await hooks.happens(life)
    await receiver.until(1)
    command = ReplayCommand(event_id=life.events[0].id, statuses=(), since=None, until=None)
    async with transaction(hooks.service.pool, EVERYONE) as settling:
        # In the order in which the worker does it.
        await EndpointStore(settling, WHOLE).find(webhook.id, locked=True)
        await settling.execute("SELECT FROM webhook_lanes FOR UPDATE")
        replaying = asyncio.create_task(hooks.replay(webhook, command))
        await waiting_for_locks(hooks, 1)
        await settling.execute("UPDATE webhook_deliveries SET attempts = attempts + 1")
    assert await replaying == 1
    [first, *_] = await hooks.deliveries(webhook)
    assert (first.status, first.attempts) == (DeliveryStatus.PENDING, 0)


async def waiting_for_locks(hooks: Hooks, count: int, *, or_done: "asyncio.Task[Any] | None" = None) -> None:
    """Returns once so many sessions wait for others."""
    async with asyncio.timeout(30), transaction(hooks.service.pool, EVERYONE) as watching:
        while not (or_done and or_done.done()) and await watching.fetchval(SESSIONS_THAT_WAIT) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)
