"""Sends confirmation mails to new recipients, each in a task of its own within the deliveries' bulkhead.

A mail that asks may come twice after a crash, which does no harm; it is never repeated without end.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError
from entrygo.domain.principal import Tenant, Visible
from entrygo.execution.broker.bulkhead import Bulkhead, DestinationSilent
from entrygo.execution.broker.channels.base import Channel, Delivery, Outcome, Result, nothing_to_record
from entrygo.execution.broker.confirmation_mail import compose_confirmation
from entrygo.execution.broker.recipient_store import RecipientBacklog, RecipientStore
from entrygo.execution.broker.recipients import WHOLE_ACCOUNT, Recipient
from entrygo.execution.broker.routes import mail_place, route_to
from entrygo.execution.broker.signed_links import RecipientSigner
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Clock

BATCH = 10
# Longer than a mail takes, the wait for a server's last word included.
LEASE = timedelta(minutes=15)
TRY_AGAIN = timedelta(minutes=5)
# Strangers that an account may have asked in one day (UTC).
MAX_A_DAY = 20
# Among the counts of a day's mails; no address looks like it.
ASKED = "?"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """`signer` is None without a secret: then nobody can be asked."""

    pool: Pool
    clock: Clock
    signer: RecipientSigner | None
    channel: Channel
    bulkhead: Bulkhead
    sender: str
    tasks: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)

    async def start_due(self) -> None:
        """Starts a task for every recipient that is due and has none yet."""
        if self.signer is None:
            return
        async with transaction(self.pool, EVERYONE) as connection:
            due = await RecipientBacklog(connection).due(BATCH)
        for tenant, recipient_id in due:
            if recipient_id not in self.tasks:
                self._start(self.signer, tenant, recipient_id)

    async def release_held(self) -> None:
        """Has what waits for a recipient, or for the next day, decided anew by the settings of today."""
        async with transaction(self.pool, EVERYONE) as connection:
            await RecipientBacklog(connection).release_held()

    async def idle(self) -> None:
        """Until every mail under way has ended."""
        while self.tasks:
            await asyncio.wait(set(self.tasks.values()))
            await asyncio.sleep(0)

    async def drain(self, seconds: float) -> None:
        """At the end of the process: what is under way may end; the rest is asked by another process."""
        if not self.tasks:
            return
        _, late = await asyncio.wait(set(self.tasks.values()), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(self, signer: RecipientSigner, tenant: Tenant, recipient_id: str) -> None:
        task = asyncio.create_task(self._run(signer, tenant, recipient_id))
        self.tasks[recipient_id] = task
        task.add_done_callback(lambda _: self.tasks.pop(recipient_id))

    async def _run(self, signer: RecipientSigner, tenant: Tenant, recipient_id: str) -> None:
        try:
            recipient = await self._claim(tenant, recipient_id)
            if recipient is not None:
                await self._ask(signer, tenant, recipient)
        except EntryGoError as error:
            log.warning("confirmation.interrupted", recipient_id=recipient_id, error=str(error))

    async def _claim(self, tenant: Tenant, recipient_id: str) -> Recipient | None:
        visible = Visible.whole(tenant)
        async with transaction(self.pool, visible) as connection:
            store = RecipientStore(connection, visible)
            recipient = await store.claim_ask(recipient_id, LEASE)
            if recipient is None:
                return None
            asked = await store.count(ASKED, WHOLE_ACCOUNT)
            if asked[ASKED] <= MAX_A_DAY:
                return recipient
            await store.uncount(ASKED, WHOLE_ACCOUNT)
            await store.put_off(recipient_id, await store.tomorrow())
            log.warning("confirmation.too_many", account_id=tenant.account_id)
            return None

    async def _ask(self, signer: RecipientSigner, tenant: Tenant, recipient: Recipient) -> None:
        now = self.clock()
        content = compose_confirmation(
            recipient,
            tenant,
            sender=self.sender,
            link=signer.link(tenant, recipient.id, now),
            written_at=now,
        )
        delivery = Delivery(
            submission_id=recipient.id,
            account_id=tenant.account_id,
            sender=self.sender,
            recipient=recipient.address,
            content=content,
        )
        route = route_to(mail_place(recipient.address))
        try:
            async with self.bulkhead.slot(tenant.account_id, route) as slot:
                result = await self.channel.submit(delivery, nothing_to_record)
                slot.ended(result.silent)
        except DestinationSilent as silent:
            result = Result(Outcome.TRANSIENT, str(silent))
        await self._settle(tenant, recipient, result)

    async def _settle(self, tenant: Tenant, recipient: Recipient, result: Result) -> None:
        visible = Visible.whole(tenant)
        async with transaction(self.pool, visible) as connection:
            store = RecipientStore(connection, visible)
            if result.outcome is Outcome.TRANSIENT:
                # Nobody was asked; the next try is counted itself.
                await store.uncount(ASKED, WHOLE_ACCOUNT)
                await store.put_off(recipient.id, await transaction_time(connection) + TRY_AGAIN)
            else:
                await store.asked(recipient.id)
        log.info("confirmation.settled", recipient_id=recipient.id, outcome=str(result.outcome))
