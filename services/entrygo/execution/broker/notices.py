"""Mails that a webhook was disabled: queued once, sent through the gate and the bulkhead of every mail.

A mail may come twice after a crash, with the same Message-ID; it is never lost before it is given up.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.bulkhead import Bulkhead, DestinationSilent
from entrygo.execution.broker.channels.base import Channel, Delivery, Result, nothing_to_record
from entrygo.execution.broker.mail_gate import MailGate
from entrygo.execution.broker.notice_mail import WebhookNotice, compose_notice, pause_after
from entrygo.execution.broker.notice_store import NoticeBacklog, NoticeMail, NoticeStore
from entrygo.execution.broker.routes import mail_place, route_to
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Clock

BATCH = 10
# Longer than a mail takes, the wait for a server's last word included.
LEASE = timedelta(minutes=15)
# While a server is silent nothing is tried, which is no attempt of a notice.
PUT_OFF = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class WebhookNotices:
    """At most one task sends in a process: a notice is rare, and none of them holds up a package."""

    pool: Pool
    clock: Clock
    gate: MailGate
    channel: Channel
    bulkhead: Bulkhead
    sender: str
    public_url: str
    task: "asyncio.Task[None] | None" = field(default=None)

    async def queue(self, visible: Visible, notice: WebhookNotice) -> None:
        """Once for each id, however often it is asked for. Data of mode test leaves nothing in a mailbox."""
        tenant = visible.tenant
        if tenant.mode is Mode.TEST:
            return
        content = compose_notice(
            notice, tenant, sender=self.sender, public_url=self.public_url, written_at=self.clock()
        )
        async with transaction(self.pool, visible) as connection:
            store = NoticeStore(connection, visible)
            await store.add(notice.id, sender=self.sender, recipient=notice.recipient, content=content)

    async def start_due(self) -> None:
        """Starts with those that are due, unless some are under way."""
        if self.task is not None and not self.task.done():
            return
        async with transaction(self.pool, EVERYONE) as connection:
            due = await NoticeBacklog(connection).due(BATCH)
        self.task = asyncio.create_task(self._send_all(due)) if due else None

    async def idle(self) -> None:
        """Until every mail under way has ended."""
        if self.task is not None:
            await asyncio.wait({self.task})

    async def drain(self, seconds: float) -> None:
        """At the end of the process: what is under way may end; another process sends the rest."""
        if self.task is not None:
            await asyncio.wait({self.task}, timeout=seconds)
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _send_all(self, due: Sequence[tuple[Tenant, str]]) -> None:
        for tenant, notice_id in due:
            try:
                await self._send(Visible.whole(tenant), notice_id)
            except EntryGoError as error:
                log.warning("notice.interrupted", notice_id=notice_id, error=str(error))

    async def _send(self, visible: Visible, notice_id: str) -> None:
        notice = await self._claim(visible, notice_id)
        if notice is None:
            return
        account_id = visible.tenant.account_id
        delivery = Delivery(
            submission_id=notice.id,
            account_id=account_id,
            sender=notice.sender,
            recipient=notice.recipient,
            content=notice.content,
        )
        route = route_to(mail_place(notice.recipient))
        try:
            async with self.bulkhead.slot(account_id, route) as slot:
                result = await self.channel.submit(delivery, nothing_to_record)
                slot.ended(result.silent)
        except DestinationSilent:
            await self._put_off(visible, notice)
        else:
            await self._settle(visible, notice, result)

    async def _claim(self, visible: Visible, notice_id: str) -> NoticeMail | None:
        """The mail to send now; None when another has it, or when the gate holds it."""
        async with transaction(self.pool, visible) as connection:
            store = NoticeStore(connection, visible)
            notice = await store.claim(notice_id, LEASE)
            if notice is None:
                return None
            held = await self.gate.hold_mail(
                connection,
                visible,
                notice.recipient,
                prepared_at=notice.created_at,
                # A mail is counted once, however often it is tried.
                counts=notice.attempts == 0,
            )
            if held is None:
                await store.begin(notice_id)
                return notice
            await store.settle(notice_id, held.reason, held.until)
        log.info("notice.held", notice_id=notice_id, reason=held.reason)
        return None

    async def _put_off(self, visible: Visible, notice: NoticeMail) -> None:
        async with transaction(self.pool, visible) as connection:
            await NoticeStore(connection, visible).put_off(notice.id, PUT_OFF)
            if notice.attempts == 0:
                await self.gate.uncount(connection, visible, notice.recipient)
        log.info("notice.put_off", notice_id=notice.id)

    async def _settle(self, visible: Visible, notice: NoticeMail, result: Result) -> None:
        pause = pause_after(result.outcome, notice.attempts + 1)
        async with transaction(self.pool, visible) as connection:
            due_at = None if pause is None else await transaction_time(connection) + pause
            await NoticeStore(connection, visible).settle(notice.id, result.message, due_at)
        log.info("notice.settled", notice_id=notice.id, outcome=str(result.outcome))
