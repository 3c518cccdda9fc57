"""Certificates of our own connections: what a file says, and why two sides do not trust each other.

A certificate that cannot be used is refused where the process starts, in words that name the file.
"""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from entrygo.process.settings import CertificateSettings

# How long a peer has to say that it refuses what we showed: with TLS 1.3 it does so after the handshake.
REFUSAL_SECONDS = 1.0
CONNECT_SECONDS = 5.0
REFUSED = "the server closed the connection when it had seen our certificate, or that we have none"


class CertificateRefused(OSError):
    """A certificate, key or authority cannot be used; the message names the file and the reason.

    Work that outlives outages waits for a better file as for a server that is away.
    """


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its chain, and its key: PEM, as it was read at one moment."""

    certificate: bytes
    key: bytes
    expires_at: datetime


def read_pair(settings: CertificateSettings, now: datetime | None = None) -> Pair | None:
    """The pair that is named, if one is. Raises CertificateRefused: unreadable, expired, of another key."""
    if settings.cert_file is None or settings.key_file is None:
        return None
    content, secret = _content(settings.cert_file), _content(settings.key_file)
    certificate = _parsed(settings.cert_file, content)[0]
    key = _key(settings.key_file, secret)
    if _public(certificate.public_key()) != _public(key.public_key()):
        raise CertificateRefused(f"{settings.key_file} is not the key of {settings.cert_file}.")
    _check_time(settings.cert_file, certificate, now or datetime.now(UTC))
    return Pair(content, secret, certificate.not_valid_after_utc)


def read_authority(file: Path) -> bytes:
    """The certificates of an authority, in PEM. Raises CertificateRefused."""
    content = _content(file)
    _parsed(file, content)
    return content


def client_context(settings: CertificateSettings, ca_file: Path | None) -> ssl.SSLContext:
    """What a client of another protocol trusts and shows. Raises CertificateRefused."""
    if ca_file is not None:
        read_authority(ca_file)
    context = ssl.create_default_context(cafile=ca_file)
    if read_pair(settings) is not None:
        assert settings.cert_file is not None
        context.load_cert_chain(settings.cert_file, settings.key_file)
    return context


async def problem_with(
    host: str, port: int, context: ssl.SSLContext, server_name: str | None = None
) -> str | None:
    """Why a server and we do not trust each other; None when we do, or the server is away."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                host, port, ssl=context, server_hostname=server_name or host
            )
    except ssl.SSLError as error:
        return _words(error)
    except (OSError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(REFUSAL_SECONDS):
            # gRPC's server closes without a word.
            return None if await reader.read(1) else REFUSED
    except ssl.SSLError as error:
        return _words(error)
    except (OSError, TimeoutError):
        return None
    finally:
        writer.transport.abort()


def _words(error: ssl.SSLError) -> str:
    detail = getattr(error, "verify_message", "")
    return f"{error.reason}: {detail}" if detail else str(error.reason or error)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CertificateRefused(f"{file} cannot be read: {error.strerror}.") from error


def _parsed(file: Path, content: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise CertificateRefused(f"{file} holds no certificate in PEM.") from error


def _key(file: Path, content: bytes) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise CertificateRefused(f"{file} holds no key in PEM that needs no password.") from error


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded


def _check_time(file: Path, certificate: x509.Certificate, now: datetime) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > ends:
        raise CertificateRefused(f"{file} expired at {ends:%Y-%m-%d %H:%M} UTC.")
    if now < begins:
        raise CertificateRefused(f"{file} is not valid before {begins:%Y-%m-%d %H:%M} UTC.")
