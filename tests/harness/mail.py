"""An SMTP server in the test process that keeps what it receives."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy

import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness.processes import LOOPBACK


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One accepted mail: the envelope of the SMTP session and the bytes after DATA."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The bytes, parsed."""
        return BytesParser(policy=default_policy).parsebytes(self.content)


@dataclass
class SmtpSink:
    """What was received so far; `answers` are given instead of acceptance, one a mail, first come first."""

    port: int = 0
    mails: list[ReceivedMail] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """The value for ENTRYGO_SMTP_URL."""
        return f"smtp://{LOOPBACK}:{self.port}"

    def session(self) -> SMTP:
        """The protocol of one connection to this sink."""
        return SMTP(self, hostname="sink.test")

    async def wait_for(self, count: int, seconds: float = 10.0) -> list[ReceivedMail]:
        """The mails, once there are at least `count`."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.mails) >= count)
        return self.mails

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: a mail is complete."""
        if self.answers:
            return self.answers.pop(0)
        content = envelope.original_content or b""
        async with self._arrived:
            self.mails.append(ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
            self._arrived.notify_all()
        return "250 2.0.0 accepted"


@pytest_asyncio.fixture
async def smtp_sink() -> AsyncIterator[SmtpSink]:
    """A listening sink of this test alone."""
    sink = SmtpSink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(sink.session, LOOPBACK, 0)
    sink.port = int(server.sockets[0].getsockname()[1])
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()
