"""A real mail server that wants TLS and a login, and remembers who tried."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from entrygo.execution.broker.smtp_server import Security
from tests.harness.mail import SmtpSink
from tests.harness.processes import LOOPBACK

HOST = "localhost"
USER, PASSWORD = "customs@wh.example", "pässword: of/our?own"


@dataclass
class Post:
    """A mail server of the test: who tried to log in and how, and what it took."""

    port: int = 0
    sink: SmtpSink = field(default_factory=SmtpSink)
    logins: list[tuple[str, bytes, bool]] = field(default_factory=list)

    def authenticate(
        self, server: SMTP, session: Session, _envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        assert server.transport is not None
        is_encrypted = server.transport.get_extra_info("sslcontext") is not None
        self.logins.append((mechanism, data.login, is_encrypted))
        return AuthResult(
            success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False
        )


@asynccontextmanager
async def post(
    certificate: ssl.SSLContext | None = None,
    *,
    security: Security = "none",
    mechanism: str = "PLAIN",
    size: int | None = None,
) -> AsyncIterator[Post]:
    """aiosmtpd that wants a login by one mechanism; without a certificate it offers it in clear."""
    office = Post()
    others = {"PLAIN", "LOGIN"} - {mechanism}

    def session() -> SMTP:
        return SMTP(
            office.sink,
            hostname="post.test",
            tls_context=certificate if security == "starttls" else None,
            require_starttls=security == "starttls",
            # Its own check knows STARTTLS alone; `authenticate` looks at the session.
            auth_require_tls=security == "starttls",
            authenticator=office.authenticate,
            auth_exclude_mechanism=others,
            data_size_limit=size,
        )

    tls = certificate if security == "tls" else None
    server = await asyncio.get_running_loop().create_server(session, LOOPBACK, 0, ssl=tls)
    office.port = int(server.sockets[0].getsockname()[1])
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()
