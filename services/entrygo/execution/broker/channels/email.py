"""E-mail to the broker over SMTP; its phases distinguish "certainly not sent" from "possibly sent".

Everything up to the server's 354 can be repeated: no content has left. After it, only the server's answer to
the final dot decides what happened; a lost connection is then `unknown` (RFC 1047).
"""

import contextlib

import structlog
from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import normalize_message_line_endings
from aiosmtplib.response import SMTPResponse
from aiosmtplib.typing import SMTPStatus

from entrygo.execution.broker.channels.base import (
    BeforeData,
    Delivery,
    Outcome,
    Result,
    Silent,
    described,
    shortened,
)
from entrygo.execution.broker.channels.kind import ChannelKind
from entrygo.execution.broker.mail import compose
from entrygo.execution.broker.smtp_server import SmtpServer
from entrygo.execution.broker.trial_contents import compose_trial_mail
from entrygo.requests.email_address import parse_address

_PERMANENT = 500
# The server wants a login, another one, or encryption (RFC 4954): our settings are wrong, not this mail.
_OURS_TO_REPAIR = frozenset({530, 534, 535, 538})
# A session that was kept open is no loss: a new one has the time that a server may take.
_IDLE_SECONDS = 5.0
_LOST = (SMTPException, OSError, TimeoutError)

TOO_LARGE = (
    "The mail has {size} bytes, the server takes {limit}. With a lower ENTRYGO_MAIL_MAX_BYTES"
    " it carries the link instead when it is sent again."
)

log = structlog.get_logger(__name__)


class EmailChannel:
    """Sends through one SMTP server; keeps a few connections open between mails. Callers bound how many."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._idle: list[SMTP] = []

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        recipient = parse_address(delivery.recipient)
        if recipient is None:
            return Result(Outcome.REFUSED, "The broker has no e-mail address that can be sent to.")
        try:
            client = await self._session()
        except _LOST as error:
            # Whatever happens before MAIL says nothing about this mail: a 5xx greeting, a wrong password.
            log.warning("smtp.no_session", host=self._server.host, error=describe(error))
            return Result(Outcome.TRANSIENT, describe(error), Silent.SERVER)
        with contextlib.ExitStack() as stack:
            stack.callback(client.close)
            result = await self._deliver(client, delivery, recipient, before_data)
            if client.is_connected and len(self._idle) < self._server.max_connections:
                stack.pop_all()
                self._idle.append(client)
        return result

    async def close(self) -> None:
        while self._idle:
            client = self._idle.pop()
            with contextlib.suppress(*_LOST):
                await client.quit(timeout=1)
            client.close()

    async def try_session(self) -> None:
        """Opens a session as a delivery would, login included, and ends it; raises what prevents it."""
        client = await self._connect()
        with contextlib.suppress(*_LOST):
            await client.quit(timeout=1)
        client.close()

    async def _deliver(
        self, client: SMTP, delivery: Delivery, recipient: str, before_data: BeforeData
    ) -> Result:
        size, limit = len(delivery.content), client.esmtp_extensions.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            return Result(Outcome.REFUSED, TOO_LARGE.format(size=size, limit=limit))
        try:
            await client.mail(delivery.sender, options=_mail_options(client, delivery))
            await client.rcpt(recipient)
            await _announce_content(client)
        except _LOST as error:
            return _lost(error, otherwise=Outcome.TRANSIENT)
        await before_data()
        if client.protocol is None or not client.is_connected:
            return Result(Outcome.TRANSIENT, "The connection was lost.", Silent.DESTINATION)
        try:
            client.protocol.write(on_the_wire(delivery.content))
            response = await _reply_to_content(client, self._server.data_timeout)
        except _LOST as error:
            return _lost(error, otherwise=Outcome.UNKNOWN)
        return Result(Outcome.SENT, shortened(f"{response.code} {response.message}"))

    async def _session(self) -> SMTP:
        """An open, greeted and authenticated session; an idle one is used only if it still answers."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.rset(timeout=min(_IDLE_SECONDS, self._server.command_timeout))
            except TimeoutError:
                # What became of one became of all of them: a way between us and the server is gone.
                for each in (client, *self._idle):
                    each.close()
                self._idle.clear()
            except _LOST:
                client.close()
            else:
                return client
        return await self._connect()

    async def _connect(self) -> SMTP:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.command_timeout,
            use_tls=server.security == "tls",
            start_tls=False,
            cert_bundle=server.ca_file,
        )
        try:
            await client.connect(timeout=server.connect_timeout)
            await client.ehlo()
            if server.security == "starttls":
                await client.starttls()
                await client.ehlo()
            if server.username is not None:
                await client.login(server.username, server.password or "")
        except BaseException:
            client.close()
            raise
        return client


def _mail_options(client: SMTP, delivery: Delivery) -> list[str]:
    return [f"size={len(delivery.content)}"] if client.supports_extension("size") else []


async def _announce_content(client: SMTP) -> None:
    """DATA, and the server's 354; whatever else it answers is raised, and nothing has been sent."""
    response = await client.execute_command(b"DATA")
    if response.code != SMTPStatus.start_input:
        if response.code < 400:
            # Nobody knows what this server waits for now.
            client.close()
        raise SMTPDataError(response.code, response.message)


async def _reply_to_content(client: SMTP, seconds: float) -> SMTPResponse:
    """What the server says after the final dot; SMTPDataError unless it took the mail."""
    if client.protocol is None:
        raise SMTPServerDisconnected("Connection lost")
    try:
        response = await client.protocol.read_response(seconds)
    except _LOST:
        # An answer that comes later must not be taken for that to the next mail.
        client.close()
        raise
    if response.code != SMTPStatus.completed:
        raise SMTPDataError(response.code, response.message)
    return response


def on_the_wire(content: bytes) -> bytes:
    """As SMTP sends it (RFC 5321 §4.5.2): CRLF at the end of lines, dots doubled, the final dot."""
    lines = content.count(b"\r\n")
    if not content.endswith(b"\r\n") or content.count(b"\n") != lines or content.count(b"\r") != lines:
        content = normalize_message_line_endings(content)
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"".join((b"." if content.startswith(b".") else b"", stuffed, b".\r\n"))


def _lost(error: BaseException, *, otherwise: Outcome) -> Result:
    """The result of an attempt that ended with `error`."""
    silent = Silent.DESTINATION if _answer(error) is None else None
    return Result(_outcome_of(error, otherwise=otherwise), describe(error), silent)


def _outcome_of(error: BaseException, *, otherwise: Outcome) -> Outcome:
    """An answer of the server decides; without one, the phase does."""
    code = _answer(error)
    if code is None:
        return otherwise
    is_final = code >= _PERMANENT and code not in _OURS_TO_REPAIR
    return Outcome.REFUSED if is_final else Outcome.TRANSIENT


def _answer(error: BaseException) -> int | None:
    """The server's 4xx or 5xx, if that is what ended the phase; 421 comes with a closing connection."""
    if isinstance(error, SMTPResponseException):
        return error.code if 400 <= error.code < 600 else None
    refusals = getattr(error, "recipients", None)
    if refusals:
        return _answer(refusals[0])
    return None


def describe(error: BaseException) -> str:
    """What happened in one line, without controls that a server may have sent."""
    if isinstance(error, SMTPResponseException):
        return shortened(f"{error.code} {error.message}")
    return described(error)


EMAIL = ChannelKind(
    name="email",
    channel=EmailChannel,
    build=lambda options: EmailChannel(options.smtp),
    compose=lambda given: compose(given.mail, given.artifacts, given.pack, given.mail_max_bytes),
    compose_trial=compose_trial_mail,
    shown=lambda recipient, _: recipient or "",
)
