"""The use cases of an account's webhooks."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import orjson

from entrygo.domain.errors import NotFound, RateLimited, ServiceUnavailable, ValidationFailed
from entrygo.domain.ids import IdKind, is_valid_id
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.inspection.webhooks.queue_store import QueueStore
from entrygo.inspection.webhooks.records import TEST_EVENT, Delivery, Endpoint, EndpointStatus
from entrygo.inspection.webhooks.requests import (
    CREATE_OPERATION,
    REPLAY_OPERATION,
    ROTATE_OPERATION,
    UPDATE_OPERATION,
    CreateCommand,
    DeliveryPage,
    ReplayCommand,
    RotateCommand,
    UpdateCommand,
)
from entrygo.inspection.webhooks.sender import Sender
from entrygo.inspection.webhooks.signing import Signer
from entrygo.inspection.webhooks.store import EndpointStore
from entrygo.outbound.address_guard import AddressForbidden
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.idempotency import Reply, Work, run_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Ids
from entrygo.proto.inspection.v1 import inspection_pb2

MAX_REPLAYED = 10_000
FIRST_VERSION = 1
# Of the number of a secret behind a stored answer.
VERSION_BYTES = 8
# Test events of one endpoint.
MAX_WAITING_TESTS = 10


class Webhooks:
    """The use cases. `wake` is called once something may be sent."""

    def __init__(
        self,
        pool: Pool,
        ids: Ids,
        signer: Signer,
        sender: Sender,
        *,
        wake: Callable[[], None],
        max_endpoints: int,
    ) -> None:
        self._pool = pool
        self._ids = ids
        self._signer = signer
        self._sender = sender
        self._wake = wake
        self._max_endpoints = max_endpoints

    async def create(self, visible: Visible, command: CreateCommand) -> Reply:
        """The reply is a Webhook with its secret.

        What is stored of the answer has no secret: it is derived again, until a rotation has changed it.
        """
        self._check_able()
        await self._check_url(command.url)

        async def work(connection: Connection) -> bytes:
            store = EndpointStore(connection, visible)
            if await store.count() >= self._max_endpoints:
                raise ValidationFailed.of(
                    [("url", f"The account has {self._max_endpoints} webhooks, which is the most", "too_big")]
                )
            endpoint = await store.add(
                self._ids.new(IdKind.WEBHOOK),
                url=command.url,
                events=command.events,
                description=command.description,
                notify_email=command.notify_email,
            )
            return endpoint_message(endpoint).SerializeToString()

        reply = await run_once(
            self._pool,
            # Those of other warehouses count as well, and a transaction of one does not see them.
            Visible.whole(visible.tenant),
            operation=CREATE_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
        )
        return await self._with_secret(visible, reply, FIRST_VERSION)

    async def _with_secret(self, visible: Visible, reply: Reply, version: int) -> Reply:
        """With the secret of this version, unless a rotation has changed it since."""
        message = inspection_pb2.Webhook.FromString(reply.body)
        async with transaction(self._pool, visible) as connection:
            endpoint = await _found(EndpointStore(connection, visible), message.id)
        if endpoint.secret_version == version:
            message.secret = self._signer.secret(endpoint)
        return replace(reply, body=message.SerializeToString())

    async def all(self, visible: Visible) -> list[Endpoint]:
        """The visible ones, oldest first."""
        async with transaction(self._pool, visible) as connection:
            return await EndpointStore(connection, visible).endpoints()

    async def get(self, visible: Visible, endpoint_id: str) -> Endpoint:
        """NotFound unless it may be seen, here and below."""
        async with transaction(self._pool, visible) as connection:
            return await _found(EndpointStore(connection, visible), endpoint_id)

    async def update(self, visible: Visible, command: UpdateCommand) -> Reply:
        """The reply is the Webhook. Enabling one forgets that it failed; what was held is for a replay."""
        if command.url is not None:
            await self._check_url(command.url)

        async def work(connection: Connection) -> bytes:
            store = EndpointStore(connection, visible)
            await store.save(_changed(await _found(store, command.id, locked=True), command))
            return endpoint_message(await _found(store, command.id)).SerializeToString()

        return await self._once(visible, UPDATE_OPERATION, command.id, command, work)

    async def delete(self, visible: Visible, endpoint_id: str) -> None:
        """With everything that was queued for it."""
        async with transaction(self._pool, visible) as connection:
            store = EndpointStore(connection, visible)
            await store.remove(await _found(store, endpoint_id))

    async def rotate(self, visible: Visible, command: RotateCommand) -> Reply:
        """A new secret; the old one also signs for a while. The reply is a Webhook with its secret.

        What is stored of the answer is the endpoint without the secret, and the secret's number.
        """
        self._check_able()

        async def work(connection: Connection) -> bytes:
            store = EndpointStore(connection, visible)
            held = await _found(store, command.id, locked=True)
            until = await transaction_time(connection) + command.overlap if command.overlap else None
            version = held.secret_version + 1
            await store.save(replace(held, secret_version=version, previous_secret_until=until))
            message = endpoint_message(await _found(store, command.id))
            return message.SerializeToString() + version.to_bytes(VERSION_BYTES)

        reply = await run_once(
            self._pool,
            visible,
            operation=ROTATE_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
        )
        body, version = reply.body[:-VERSION_BYTES], int.from_bytes(reply.body[-VERSION_BYTES:])
        return await self._with_secret(visible, replace(reply, body=body), version)

    async def deliveries(
        self, visible: Visible, endpoint_id: str, page: DeliveryPage
    ) -> tuple[list[Delivery], bool]:
        """One page, newest first, and whether there are more."""
        async with transaction(self._pool, visible) as connection:
            store = EndpointStore(connection, visible)
            endpoint = await _found(store, endpoint_id)
            rows = await QueueStore(connection, visible).deliveries(
                endpoint, status=page.status, before=page.before, limit=page.limit + 1
            )
        return rows[: page.limit], len(rows) > page.limit

    async def replay(self, visible: Visible, endpoint_id: str, command: ReplayCommand) -> Reply:
        """The reply says how many were queued again; at most MAX_REPLAYED, oldest first: then ask again."""

        async def work(connection: Connection) -> bytes:
            # First the endpoint, as whoever settles a delivery of it does.
            endpoint = await _found(EndpointStore(connection, visible), endpoint_id, locked=True)
            queue = QueueStore(connection, visible)
            if not command.event_id:
                queued = await queue.replay_many(
                    endpoint, command.statuses, command.since, command.until, MAX_REPLAYED
                )
            elif await queue.replay_one(endpoint, command.event_id):
                queued = 1
            else:
                raise NotFound("No delivery of this event.")
            return inspection_pb2.ReplayDeliveriesResponse(queued=queued).SerializeToString()

        return await self._once(visible, REPLAY_OPERATION, endpoint_id, command, work)

    async def send_test(self, visible: Visible, endpoint_id: str) -> Delivery:
        """Queues an event that is about nothing; RateLimited while MAX_WAITING_TESTS of them wait."""
        async with transaction(self._pool, visible) as connection:
            store = EndpointStore(connection, visible)
            endpoint = await _found(store, endpoint_id, locked=True)
            waiting = await QueueStore(connection, visible).deliveries(
                endpoint, status="pending", before=None, limit=MAX_WAITING_TESTS
            )
            if sum(each.event_type == TEST_EVENT for each in waiting) >= MAX_WAITING_TESTS:
                raise RateLimited
            event_id = self._ids.new(IdKind.EVENT)
            body = {
                "type": TEST_EVENT,
                "timestamp": rfc3339(await transaction_time(connection)),
                "data": {
                    "accountId": visible.tenant.account_id,
                    "mode": visible.tenant.mode,
                    "eventId": event_id,
                },
            }
            delivery = await QueueStore(connection, visible).queue_alone(
                endpoint, event_id, TEST_EVENT, orjson.dumps(body).decode()
            )
        self._wake()
        return delivery

    async def _once(
        self,
        visible: Visible,
        operation: str,
        endpoint_id: str,
        command: UpdateCommand | ReplayCommand,
        work: Work,
    ) -> Reply:
        """Under the command's key, and wakes who sends.

        Who does not see the endpoint is told nothing of what was answered about it.
        """
        reply = await run_once(
            self._pool,
            visible,
            operation=operation,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
            guard=lambda connection: _found(EndpointStore(connection, visible), endpoint_id),
        )
        self._wake()
        return reply

    def _check_able(self) -> None:
        if not self._signer.is_able:
            raise ServiceUnavailable("Webhooks are off here: ENTRYGO_WEBHOOK_SECRET is not set.")

    async def _check_url(self, url: str) -> None:
        """Checks the URL's addresses, as every attempt does again."""
        try:
            await self._sender.check(httpx.URL(url))
        except AddressForbidden as error:
            raise ValidationFailed.of([("url", str(error), "invalid_string")]) from error
        except OSError as error:
            message = "The host has no address: check its name."
            raise ValidationFailed.of([("url", message, "invalid_string")]) from error


def _changed(held: Endpoint, command: UpdateCommand) -> Endpoint:
    changed = replace(
        held,
        url=held.url if command.url is None else command.url,
        events=held.events if command.events is None else command.events,
        description=held.description if command.description is None else command.description,
        notify_email=held.notify_email if command.notify_email is None else command.notify_email,
        status=command.status or held.status,
    )
    if command.status is EndpointStatus.ENABLED:
        return replace(changed, disabled_reason="", failing_since=None)
    if command.status is EndpointStatus.DISABLED and held.status is EndpointStatus.ENABLED:
        # Failing no longer says anything: somebody has decided.
        return replace(changed, disabled_reason="Disabled by the account.", failing_since=None)
    return changed


async def _found(store: EndpointStore, endpoint_id: str, *, locked: bool = False) -> Endpoint:
    endpoint = await store.find(endpoint_id, locked=locked) if is_valid_id(endpoint_id) else None
    if endpoint is None:
        raise NotFound("Webhook not found.")
    return endpoint


def endpoint_message(endpoint: Endpoint) -> inspection_pb2.Webhook:
    """An endpoint as it is answered, without its secret."""
    return inspection_pb2.Webhook(
        id=endpoint.id,
        url=endpoint.url,
        events=endpoint.events,
        description=endpoint.description,
        warehouse_id=endpoint.warehouse_id or "",
        status=endpoint.status,
        disabled_reason=endpoint.disabled_reason,
        created_at=rfc3339(endpoint.created_at),
        updated_at=rfc3339(endpoint.updated_at),
        previous_secret_until=rfc3339(endpoint.previous_secret_until)
        if endpoint.previous_secret_until
        else "",
        failing_since=rfc3339(endpoint.failing_since) if endpoint.failing_since else "",
        notify_email=endpoint.notify_email,
    )
