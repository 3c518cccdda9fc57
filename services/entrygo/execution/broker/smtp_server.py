"""The mail server that mail to brokers leaves through, as the operator names it in one URL."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

Security = Literal["none", "starttls", "tls"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail goes out, and how long each phase may take (RFC 5321 §4.5.3.2); seconds."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    connect_timeout: float = 30.0
    command_timeout: float = 40.0
    # A short wait for the answer to the final dot makes unknowns out of slow servers.
    data_timeout: float = 600.0
    max_connections: int = 2


def parse_smtp_url(
    url: str,
    *,
    ca_file: str | None = None,
    connect_timeout: float = 30.0,
    command_timeout: float = 40.0,
    data_timeout: float = 600.0,
    max_connections: int = 2,
) -> SmtpServer:
    """`smtp://`, `smtp+starttls://` or `smtps://` with `user:password@host:port`; ValueError otherwise.

    A password never leaves the machine in clear.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("ENTRYGO_SMTP_URL must be smtp://, smtp+starttls:// or smtps:// with a host")
    security, port = _SCHEMES[parts.scheme]
    if parts.password and security == "none" and parts.hostname not in _LOOPBACK:
        raise ValueError("ENTRYGO_SMTP_URL has a password: use smtps:// or smtp+starttls://")
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or port,
        security=security,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        ca_file=ca_file,
        connect_timeout=connect_timeout,
        command_timeout=command_timeout,
        data_timeout=data_timeout,
        max_connections=max_connections,
    )
