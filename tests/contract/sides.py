"""The broker's side of each channel: a real server of its kind on the loopback, and what it received."""

import asyncio
import datetime
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from entrygo.domain.facts import HttpsEndpoint, SftpEndpoint
from entrygo.execution.broker.channels.base import Channel, Delivery
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.channels.https import HttpsChannel, UploadLimits
from entrygo.execution.broker.channels.sftp import SftpChannel, SftpLimits
from entrygo.execution.broker.channels.simulated import SimulatedChannel
from entrygo.execution.broker.credentials import Credentials
from entrygo.execution.broker.smtp_server import SmtpServer
from entrygo.outbound.address_guard import AddressGuard
from tests.harness.mail import SmtpSink
from tests.harness.processes import LOOPBACK

MAIL = b"From: a@b.example\r\nTo: broker@example.com\r\nSubject: s\r\n\r\n.leading dot\r\nend\r\n"
ACCOUNT = "acc_123"
USER = "northshore"
CREDENTIALS = SecretStr(
    f'{{"{ACCOUNT}": {{'
    f'"upload": {{"host": "{LOOPBACK}", "bearer": "upload-secret"}},'
    f'"sftp": {{"host": "{LOOPBACK}", "password": "sftp-secret"}},'
    f'"elsewhere": {{"host": "other.example", "bearer": "upload-secret", "password": "sftp-secret"}}'
    "}}"
)
PRIVATE = AddressGuard(allow_private=True)


class Point:
    """Counts how often the point of no return was passed."""

    def __init__(self) -> None:
        self.passed = 0

    async def __call__(self) -> None:
        self.passed += 1


@dataclass(kw_only=True)
class Side:
    """A channel, a delivery to its server, and the contents that the server has taken so far."""

    channel: Channel
    delivery: Delivery
    received: Callable[[], list[bytes]]


Sides = Callable[[Path], AbstractAsyncContextManager[Side]]


def credentials() -> Credentials:
    return Credentials(inline=CREDENTIALS, file=None)


def delivery(**changes: Any) -> Delivery:
    fields: dict[str, Any] = {
        "submission_id": "bes_1",
        "account_id": ACCOUNT,
        "sender": "customs@wh.example",
        "recipient": "broker@example.com",
        "content": MAIL,
        "filename": "cp_ch100001-bes_1.zip",
    }
    return Delivery(**(fields | changes))


@asynccontextmanager
async def email_side(_folder: Path) -> AsyncIterator[Side]:
    sink = SmtpSink()
    server = await asyncio.get_running_loop().create_server(sink.session, LOOPBACK, 0)
    port = int(server.sockets[0].getsockname()[1])
    channel = EmailChannel(SmtpServer(host=LOOPBACK, port=port, security="none"))
    try:
        yield Side(
            channel=channel, delivery=delivery(), received=lambda: [mail.content for mail in sink.mails]
        )
    finally:
        await channel.close()
        server.close()
        await server.wait_closed()


@dataclass
class UploadServer:
    """A Starlette application under uvicorn: takes uploads, or answers what a test says."""

    url: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    text: str = "taken"
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def upload(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append((dict(request.headers), body))
        return PlainTextResponse(self.text, self.status, self.headers)


@asynccontextmanager
async def upload_server(folder: Path, *, tls: bool) -> AsyncIterator[UploadServer]:
    uploads = UploadServer()
    listener = socket.create_server((LOOPBACK, 0))
    uploads.url = f"{'https' if tls else 'http'}://{LOOPBACK}:{listener.getsockname()[1]}/in"
    certificate, key = make_certificate(folder) if tls else (None, None)
    app = Starlette(routes=[Route("/in", uploads.upload, methods=["POST"])])
    config = uvicorn.Config(app, log_config=None, lifespan="off", ssl_certfile=certificate, ssl_keyfile=key)
    server = uvicorn.Server(config)
    # Connections wait in the listener until the server has started.
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield uploads
    finally:
        server.should_exit = True
        await serving
        listener.close()


def upload_channel(ca_file: str | None = None, **limits: float) -> HttpsChannel:
    return HttpsChannel(
        guard=PRIVATE, credentials=credentials(), limits=UploadLimits(**limits), ca_file=ca_file
    )


def upload_delivery(url: str, credential: str | None = None, **changes: Any) -> Delivery:
    endpoint = HttpsEndpoint(url=url, credential=credential)
    return delivery(endpoint=endpoint.model_dump_json(), **changes)


@asynccontextmanager
async def https_side(folder: Path) -> AsyncIterator[Side]:
    """Over TLS, its certificate made for this test."""
    async with upload_server(folder, tls=True) as server:
        yield Side(
            channel=upload_channel(str(folder / "certificate.pem")),
            delivery=upload_delivery(server.url, "upload"),
            received=lambda: [body for _, body in server.requests],
        )


class _Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, "sftp-secret")


@dataclass
class SftpServer:
    """asyncssh's own server on a folder of the test."""

    port: int
    host_key: str
    folder: Path
    acceptor: asyncssh.SSHAcceptor

    def endpoint(self, **changes: Any) -> SftpEndpoint:
        fields: dict[str, Any] = {
            "host": LOOPBACK,
            "port": self.port,
            "username": USER,
            "folder": "/in",
            "host_key": self.host_key,
            "credential": "sftp",
        }
        return SftpEndpoint.model_validate(fields | changes)

    def delivery(self, attempt: int = 1, **changes: Any) -> Delivery:
        """A delivery to this server; `changes` are to its endpoint."""
        return delivery(endpoint=self.endpoint(**changes).model_dump_json(), attempt=attempt)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "in").iterdir()}


@asynccontextmanager
async def sftp_server(
    folder: Path, factory: type[asyncssh.SFTPServer] = asyncssh.SFTPServer
) -> AsyncIterator[SftpServer]:
    (folder / "in").mkdir(exist_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    acceptor = await asyncssh.listen(
        LOOPBACK,
        0,
        server_factory=_Login,
        server_host_keys=[key],
        sftp_factory=lambda channel: factory(channel, chroot=str(folder).encode()),
        config=None,
    )
    public = key.export_public_key().decode().strip()
    try:
        yield SftpServer(acceptor.get_port(), public, folder, acceptor)
    finally:
        acceptor.close()
        await acceptor.wait_closed()


def sftp_channel(**limits: float) -> SftpChannel:
    return SftpChannel(guard=PRIVATE, credentials=credentials(), limits=SftpLimits(**limits))


@asynccontextmanager
async def sftp_side(folder: Path) -> AsyncIterator[Side]:
    async with sftp_server(folder) as server:
        yield Side(
            channel=sftp_channel(),
            delivery=server.delivery(),
            received=lambda: list(server.files().values()),
        )


@asynccontextmanager
async def simulated_side(_folder: Path) -> AsyncIterator[Side]:
    yield Side(channel=SimulatedChannel(), delivery=delivery(), received=list)


SIDES: dict[type[Channel], Sides] = {
    EmailChannel: email_side,
    HttpsChannel: https_side,
    SftpChannel: sftp_side,
    SimulatedChannel: simulated_side,
}


def make_certificate(folder: Path) -> tuple[str, str]:
    """A self-signed certificate of the loopback, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(certificate_file), str(key_file)
