"""Has a mail sent of an endpoint that was disabled: execution, which holds the mail server, takes it over.

What is owed stands in the endpoint's row, written by the transaction that disables it. A process that dies
leaves it there, and execution knows a mail by its id: it is handed over at least once, and sent as one.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import httpx
import structlog

from entrygo.domain.errors import EntryGoError, ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.inspection.webhooks.records import OwedMail
from entrygo.inspection.webhooks.store import EndpointStore, OwedMails
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.ending import first_of
from entrygo.proto.execution.v1 import execution_pb2

POLL_SECONDS = 10.0
BATCH = 10
# Longer than a call; what was not handed over is tried again after it.
AGAIN = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class Mailer(Protocol):
    """Execution, as this one sees it."""

    async def mail(self, owed: OwedMail) -> None:
        """Takes a mail over, once for each id; every failure is an EntryGoError."""


def notice_of(owed: OwedMail) -> execution_pb2.MailWebhookNoticeRequest:
    """What the mail says. Of the URL the host alone: its path or query may hold the receiver's secret."""
    endpoint = owed.endpoint
    return execution_pb2.MailWebhookNoticeRequest(
        id=owed.notice_id,
        recipient=endpoint.notify_email,
        webhook_id=endpoint.id,
        host=httpx.URL(endpoint.url).netloc.decode("ascii"),
        reason=endpoint.disabled_reason,
        failing_since=rfc3339(endpoint.failing_since) if endpoint.failing_since else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """Runs beside the server; any number of processes may."""

    pool: Pool
    mailer: Mailer
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """A mail is due: look now rather than at the next poll."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            self._woken.clear()
            try:
                await self.hand_over()
            except ServiceUnavailable as error:
                log.warning("webhooks.mailing_failed", error=str(error))
            await first_of(self._woken, stop, seconds=POLL_SECONDS)

    async def hand_over(self) -> None:
        """What is due, to execution; what it does not take stays owed."""
        async with transaction(self.pool, EVERYONE) as connection:
            due = await OwedMails(connection).claim(BATCH, again_in=AGAIN)
        for owed in due:
            try:
                await self.mailer.mail(owed)
            except EntryGoError as error:
                log.warning("webhooks.mail_not_taken", endpoint_id=owed.endpoint.id, error=str(error))
                continue
            visible = Visible.whole(owed.endpoint.tenant)
            async with transaction(self.pool, visible) as connection:
                await EndpointStore(connection, visible).forget_mail(owed)
