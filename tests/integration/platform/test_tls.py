"""The ways between the parts over TLS: who is let in, who is refused, and in which words."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest

from entrygo.cli.doctor import certificates
from entrygo.cli.doctor.findings import Finding, Level, run_checks
from entrygo.cli.up.health import is_grpc_serving
from entrygo.identity.authenticator import Authenticator
from entrygo.postgres.pool import open_pool
from entrygo.process import healthcheck
from entrygo.process.settings import RpcClientSettings, RpcServerSettings, RpcServerTlsSettings, StopSettings
from entrygo.process.tls import CertificateRefused
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.server import build_server
from tests.harness import processes
from tests.harness.certificates import Authority

NAME = "planning.entrygo.test"
TOKEN = "service-token"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def strange(tmp_path: Path) -> Authority:
    """An authority that nobody named."""
    folder = tmp_path / "strange"
    folder.mkdir()
    return Authority(folder)


def client_of(authority: Authority, trusted: Authority | None = None) -> RpcClientSettings:
    """Shows a certificate of `authority`; trusts the same one, or another."""
    files = authority.files("gateway.entrygo.test")
    return RpcClientSettings(
        ca_file=(trusted or authority).file,
        cert_file=files.cert_file,
        key_file=files.key_file,
        server_name=NAME,
    )


@asynccontextmanager
async def serving(database_url: str, tls: RpcServerTlsSettings) -> AsyncIterator[str]:
    """A server with a certificate; gives its target."""
    port = processes.free_port()

    async def ready() -> bool:
        return True

    async with await open_pool(database_url, schema="identity", max_size=1) as pool:
        server = build_server(
            settings=RpcServerSettings(tls=tls),
            stopping=StopSettings(drain_seconds=0),
            port=port,
            authenticator=Authenticator(pool, service_tokens=(TOKEN,)),
            required_scopes={},
            register=lambda _: None,
            service_names=(),
            ready=ready,
        )
        stop = asyncio.Event()
        running = asyncio.create_task(server.serve(stop))
        try:
            yield f"{processes.LOOPBACK}:{port}"
        finally:
            stop.set()
            await running


def mutual(authority: Authority, name: str = NAME) -> RpcServerTlsSettings:
    """A server that asks for a certificate of the same authority."""
    files = authority.files(name)
    return RpcServerTlsSettings(
        cert_file=files.cert_file, key_file=files.key_file, client_ca_file=authority.file
    )


async def answer(target: str, security: RpcClientSettings) -> grpc.StatusCode | None:
    """How a call without a key is answered once the way is open: UNAUTHENTICATED is the service itself."""
    async with open_channel(target, security) as channel:
        try:
            await identity_pb2_grpc.IdentityStub(channel).WhoAmI(identity_pb2.WhoAmIRequest(), timeout=10)
        except grpc.aio.AioRpcError as error:
            return error.code()
    return None


async def met(target: str, security: RpcClientSettings, monkeypatch: pytest.MonkeyPatch) -> tuple[Level, str]:
    """What the doctor finds of the service, and in which words."""
    monkeypatch.setenv("ENTRYGO_PLANNING_TARGET", target)
    for field in ("ca_file", "cert_file", "key_file", "server_name"):
        value = getattr(security, field)
        if value is not None:
            monkeypatch.setenv(f"ENTRYGO_RPC_CLIENT_{field.upper()}", str(value))
    [finding] = await look("services")
    return finding.level, finding.text


async def look(subject: str) -> list[Finding]:
    checks = certificates.transport_checks(lambda _: "postgresql://127.0.0.1/entrygo")
    return await run_checks([check for check in checks if check.subject == subject])


async def test_client_with_a_certificate_of_the_authority_is_let_in(
    database_url: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    security = client_of(authority)
    async with serving(database_url, mutual(authority)) as target:
        assert await answer(target, security) is grpc.StatusCode.UNAUTHENTICATED
        assert await is_grpc_serving(target, security)
        assert await met(target, security, monkeypatch) == (Level.OK, f"{target} serves over TLS")
        # The container's own check reads the same variables.
        port = int(target.rpartition(":")[2])
        assert await asyncio.to_thread(healthcheck.is_grpc_serving, port)


async def test_several_targets_are_met_by_the_name_that_all_their_certificates_carry(
    database_url: str, authority: Authority
) -> None:
    security = client_of(authority)
    async with serving(database_url, mutual(authority)) as target:
        assert await answer(f"{target},{target}", security) is grpc.StatusCode.UNAUTHENTICATED
    with pytest.raises(CertificateRefused, match="ENTRYGO_RPC_CLIENT_SERVER_NAME"):
        open_channel("a:1,b:2", security.model_copy(update={"server_name": None}))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("no certificate", "or that we have none"),
        ("certificate of a stranger", "had seen our certificate"),
        ("trust in a stranger", "unable to get local issuer certificate"),
        ("another name", "Hostname mismatch"),
        ("plain text", ""),
    ],
)
async def test_client_that_is_wrong_is_refused_and_the_doctor_says_why(
    database_url: str,
    authority: Authority,
    strange: Authority,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    why: str,
) -> None:
    security = {
        "no certificate": RpcClientSettings(ca_file=authority.file, server_name=NAME),
        "certificate of a stranger": client_of(strange, trusted=authority),
        "trust in a stranger": client_of(authority, trusted=strange),
        "another name": client_of(authority).model_copy(update={"server_name": "sync.entrygo.test"}),
        "plain text": RpcClientSettings(),
    }[wrong]
    async with serving(database_url, mutual(authority)) as target:
        assert await answer(target, security) is grpc.StatusCode.UNAVAILABLE
        assert not await is_grpc_serving(target, security)
        level, text = await met(target, security, monkeypatch)
        assert level is Level.FAILED
        assert why in text


async def test_expired_certificate_is_refused_by_clients_until_the_renewed_file_is_there(
    database_url: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = mutual(authority)
    security = client_of(authority)
    async with serving(database_url, tls) as target:
        # In force when the server started, and over by now: what no server can be started with.
        over = authority.files(NAME, expires=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        with monkeypatch.context() as blind:
            blind.setattr("entrygo.process.tls._check_time", lambda *_: None)
            assert await answer(target, security) is grpc.StatusCode.UNAVAILABLE
            level, text = await met(target, security, blind)
            assert (level, "certificate has expired" in text) == (Level.FAILED, True)
        authority.files(NAME)
        assert over.cert_file == tls.cert_file
        assert await answer(target, security) is grpc.StatusCode.UNAUTHENTICATED


async def test_half_written_renewal_leaves_the_old_certificate_in_use(
    database_url: str, authority: Authority
) -> None:
    tls = mutual(authority)
    assert tls.cert_file is not None
    async with serving(database_url, tls) as target:
        tls.cert_file.write_text("-----BEGIN CERTI")
        assert await answer(target, client_of(authority)) is grpc.StatusCode.UNAUTHENTICATED
