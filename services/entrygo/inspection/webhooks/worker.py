"""Sends what is due. Nothing is held while a receiver thinks but its lane's lease: no transaction, no lock.

A worker that dies leaves a lease that ends; the delivery then leaves again, with the same id.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import prometheus_client
import structlog

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.inspection.webhooks import schedule
from entrygo.inspection.webhooks.notices import queue_notices
from entrygo.inspection.webhooks.queue_store import QueueBacklog, QueueStore
from entrygo.inspection.webhooks.records import Delivery, DeliveryStatus, Endpoint, EndpointStatus, Lane
from entrygo.inspection.webhooks.rooms import Slots
from entrygo.inspection.webhooks.sender import Attempt, Sender
from entrygo.inspection.webhooks.signing import Signer
from entrygo.inspection.webhooks.store import EndpointStore
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.pool import EVERYONE, Connection, Pool, transaction
from entrygo.process.clock import Ids
from entrygo.process.ending import first_of
from entrygo.process.pace import Pace

# Looks by itself for what other processes queued, and for what became due again; seldom where nothing was due
# for a minute.
POLL_SECONDS = 2.0
REST_SECONDS = 10.0
QUIET_SECONDS = 60.0
# Beyond the time that an attempt may take.
LEASE_MARGIN = timedelta(seconds=30)

ATTEMPTS = prometheus_client.Counter(
    "entrygo_webhook_attempts_total", "Attempts to deliver a webhook, by what came of them", ("outcome",)
)
# Export every label at 0: `increase()` misses the first event of a new series.
for _outcome in ("delivered", "refused", "lost"):
    ATTEMPTS.labels(_outcome)

DISABLED = prometheus_client.Counter(
    "entrygo_webhook_endpoints_disabled_total", "Endpoints disabled because they took nothing or were gone"
)

log = structlog.get_logger(__name__)


class Worker:
    """Runs beside the server. `wake` says that something was queued in this process."""

    def __init__(
        self,
        pool: Pool,
        ids: Ids,
        signer: Signer,
        sender: Sender,
        *,
        slots: Slots,
        answer_seconds: float,
        on_disabled: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._ids = ids
        self._signer = signer
        self._sender = sender
        self._slots = slots
        self._lease = timedelta(seconds=answer_seconds) + LEASE_MARGIN
        # Called once that an endpoint was given up is stored.
        self._on_disabled = on_disabled
        self._woken = asyncio.Event()
        self._running: dict[asyncio.Task[None], Lane] = {}
        # Of the endpoint that had the last turn.
        self._last: Lane | None = None

    def wake(self) -> None:
        """Something is due: look now rather than at the next poll."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then waits for the attempts under way, whose answers would otherwise be lost."""
        pace = Pace(busy_seconds=POLL_SECONDS, rest_seconds=REST_SECONDS, quiet_seconds=QUIET_SECONDS)
        try:
            while not stop.is_set():
                self._woken.clear()
                if await self._attempt_claim():
                    pace.note_work()
                else:
                    await first_of(self._woken, stop, seconds=pace.seconds)
        finally:
            if self._running:
                await asyncio.wait(self._running)

    async def _attempt_claim(self) -> bool:
        """Claims what is due, as far as there are slots, and begins with it; False when there was nothing."""
        running = self._running.values()
        limit = self._slots.free(running)
        if limit <= 0:
            return False
        try:
            async with transaction(self._pool, EVERYONE) as connection:
                lanes = await QueueBacklog(connection).claim(
                    self._slots.room(running), after=self._last, limit=limit, lease=self._lease
                )
        except ServiceUnavailable as error:
            log.warning("webhooks.claim_failed", error=str(error))
            return False
        for lane in lanes:
            self._last = lane
            task = asyncio.create_task(self._work(lane), name=f"webhook {lane.endpoint_id}")
            self._running[task] = lane
            task.add_done_callback(self._done)
        return bool(lanes)

    def _done(self, task: "asyncio.Task[None]") -> None:
        del self._running[task]
        self._woken.set()

    async def _work(self, lane: Lane) -> None:
        try:
            await self._deliver_head(lane)
        except ServiceUnavailable as error:
            # The lease ends by itself, and whoever claims the lane then sends again.
            log.warning("webhooks.unsettled", endpoint_id=lane.endpoint_id, error=str(error))

    async def _deliver_head(self, lane: Lane) -> None:
        visible = Visible.whole(lane.tenant)
        async with transaction(self._pool, visible) as connection:
            endpoints, queue = EndpointStore(connection, visible), QueueBacklog(connection)
            if not await queue.hold(lane):
                return
            endpoint = await endpoints.find(lane.endpoint_id)
            delivery = await queue.head(lane)
            if endpoint is None or delivery is None:
                await queue.release(lane, pause=None)
                return
            now = await transaction_time(connection)
        headers = self._signer.headers(endpoint, delivery.event_id, delivery.body, now)
        attempt = await self._sender.send(endpoint.url, headers, delivery.body)
        ATTEMPTS.labels(
            "delivered" if attempt.is_delivered else "refused" if attempt.status else "lost"
        ).inc()
        async with transaction(self._pool, visible) as connection:
            is_given_up = await self._settle(connection, lane, delivery, attempt)
        if is_given_up:
            self._on_disabled()

    async def _settle(self, connection: Connection, lane: Lane, delivery: Delivery, attempt: Attempt) -> bool:
        """Records the attempt, and says when the lane goes on; nothing when somebody else has it by now.

        Whether its endpoint is given up for it.
        """
        endpoints = EndpointStore(connection, Visible.whole(lane.tenant))
        queue = QueueBacklog(connection)
        # First the endpoint, as whoever changes or removes one does.
        endpoint = await endpoints.find(lane.endpoint_id, locked=True)
        if endpoint is None or not await queue.hold(lane):
            return False
        if attempt.is_delivered:
            status, pause = DeliveryStatus.DELIVERED, timedelta()
        else:
            asked = attempt.retry_after if attempt.status in schedule.THROTTLING else None
            chance = random.random()  # noqa: S311
            again = schedule.pause_after(delivery.attempts + 1, asked=asked, chance=chance)
            # After the last attempt the lane goes on; the receiver sees the gap in the sequence.
            status = DeliveryStatus.FAILED if again is None else DeliveryStatus.PENDING
            pause = again or timedelta()
        await queue.settle(
            lane, delivery.event_id, status, response_status=attempt.status, error=attempt.error
        )
        disabled = await self._judge(connection, endpoints, endpoint, attempt)
        if disabled is not None:
            lone = QueueStore(connection, Visible.whole(lane.tenant))
            await queue_notices(connection, endpoints, lone, self._ids, disabled)
            self._woken.set()
        await queue.release(lane, pause=pause if await queue.head(lane) else None)
        return disabled is not None

    async def _judge(
        self, connection: Connection, endpoints: EndpointStore, endpoint: Endpoint, attempt: Attempt
    ) -> Endpoint | None:
        """Writes down since when an endpoint takes nothing; returns one that it has disabled for it."""
        if attempt.is_delivered:
            if endpoint.failing_since is not None:
                await endpoints.save(replace(endpoint, failing_since=None))
            return None
        now = await transaction_time(connection)
        since = endpoint.failing_since or now
        judged = replace(endpoint, failing_since=since)
        reason = None
        if attempt.status == schedule.GONE:
            reason = "The endpoint answered 410 Gone."
        elif schedule.is_given_up(now - since):
            reason = f"Every attempt failed for {schedule.PATIENCE.days} days: {attempt.error}"
        disables = reason is not None and endpoint.status is EndpointStatus.ENABLED
        if reason is not None and disables:
            judged = replace(judged, status=EndpointStatus.DISABLED, disabled_reason=reason)
            DISABLED.inc()
            log.warning(
                "webhooks.disabled",
                account=endpoint.tenant.account_id,
                endpoint_id=endpoint.id,
                reason=reason,
            )
        if judged != endpoint:
            await endpoints.save(judged)
        return judged if disables else None
