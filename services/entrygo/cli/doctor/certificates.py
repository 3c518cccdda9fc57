"""Looks at the ways between the parts: certificates that are named, services that are met, and plain text."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from entrygo.cli.doctor.findings import Check, Finding, Level, failed, ok, warning
from entrygo.cli.up.schemas import SERVICES
from entrygo.gateway.settings import GatewayTlsSettings
from entrygo.process.clock import utc_now
from entrygo.process.settings import (
    CertificateSettings,
    KafkaSettings,
    RpcClientSettings,
    RpcServerTlsSettings,
)
from entrygo.process.tls import client_context, problem_with, read_pair
from entrygo.rpc.channel import open_channel

ANSWER_SECONDS = 3.0
SOON = timedelta(days=14)
PLAIN_DATABASE = frozenset({"", "disable", "allow", "prefer", "require"})

HELD: dict[str, type[CertificateSettings]] = {
    "gRPC server": RpcServerTlsSettings,
    "gRPC client": RpcClientSettings,
    "gateway": GatewayTlsSettings,
    "Kafka client": KafkaSettings,
}
RENEW = "Renew it, or name another file: docs/tls.md."
MEET = "Start it, or mend its target or the certificates: docs/tls.md."
ENCRYPT = "Encrypt that way: docs/tls.md."


def transport_checks(url_of: Callable[[str], str]) -> list[Check]:
    """`url_of` gives the address of a schema's database."""
    return [
        Check("certificates", _look_at_certificates, RENEW),
        Check("services", _look_at_services, MEET),
        Check("transport", partial(_look_at_transport, url_of), ""),
    ]


async def _look_at_certificates() -> list[Finding]:
    found = [finding for name, settings in HELD.items() for finding in _of_pair(name, settings)]
    return found or [ok("certificates", "none is named")]


def _of_pair(name: str, settings: type[CertificateSettings]) -> Iterator[Finding]:
    subject = f"certificate {name}"
    try:
        pair = read_pair(settings())
    except (OSError, ValueError) as error:
        yield failed(subject, " ".join(str(error).split()), RENEW)
        return
    if pair is None:
        return
    until = f"valid until {pair.expires_at:%Y-%m-%d %H:%M} UTC"
    yield warning(subject, until, RENEW) if pair.expires_at - utc_now() < SOON else ok(subject, until)


async def _look_at_services() -> list[Finding]:
    """The services that the environment names, from here, as their own clients meet them."""
    security = RpcClientSettings()
    targets = {name: os.environ.get(f"ENTRYGO_{name.upper()}_TARGET", "") for name in SERVICES}
    found = [
        await _met_soon(name, target, security)
        for name, listed in targets.items()
        for target in listed.replace(" ", "").split(",")
        if target
    ]
    return found or [ok("services", "no target is named")]


async def _met_soon(name: str, target: str, security: RpcClientSettings) -> Finding:
    """A handshake that a busy machine cut short is tried again, as clients do."""
    found = await _met(name, target, security)
    return await _met(name, target, security) if found.level is Level.FAILED else found


async def _met(name: str, target: str, security: RpcClientSettings) -> Finding:
    subject = f"service {name}"
    async with open_channel(target, security) as channel:
        try:
            answer = await health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=ANSWER_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            reason = await _why(target, security) or error.details() or error.code().name
            return failed(subject, f"{target}: {reason}", MEET)
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return ok(subject, f"{target} serves{' over TLS' if security.ca_file else ''}")
    return failed(subject, f"{target} says that it does not serve", "Its log says why.")


async def _why(target: str, security: RpcClientSettings) -> str | None:
    """Why TLS failed, asked of OpenSSL: gRPC reports a refused certificate as a closed socket."""
    if security.ca_file is None:
        return None
    host, _, port = target.rpartition(":")
    context = client_context(security, security.ca_file)
    context.set_alpn_protocols(["h2"])
    return await problem_with(host, int(port), context, security.server_name)


async def _look_at_transport(url_of: Callable[[str], str]) -> list[Finding]:
    """What leaves this machine as plain text, or to a server that has not shown who it is."""
    kafka = KafkaSettings()
    plain = [
        f"gRPC to {target}"
        for name in SERVICES
        if not RpcClientSettings().ca_file
        for target in os.environ.get(f"ENTRYGO_{name.upper()}_TARGET", "").split(",")
        if _leaves(target.strip().rpartition(":")[0])
    ]
    if not kafka.is_secure and any(_leaves(each.rpartition(":")[0]) for each in kafka.bootstrap.split(",")):
        plain.append(f"Kafka at {kafka.bootstrap}")
    plain += sorted({f"PostgreSQL at {host}" for host in map(_unchecked_host, map(url_of, SERVICES)) if host})
    return [warning("transport", f"not checked by a certificate: {way}", ENCRYPT) for way in plain] or [
        ok("transport", "nothing leaves this machine without TLS")
    ]


def _unchecked_host(url: str) -> str | None:
    """The host of a database on another machine whose certificate is not checked."""
    parts = urlsplit(url)
    mode = parse_qs(parts.query).get("sslmode", [os.environ.get("PGSSLMODE", "")])[0]
    host = parts.hostname or ""
    return host if mode in PLAIN_DATABASE and _leaves(host) else None


def _leaves(host: str) -> bool:
    """Whether packets to this host leave the machine; a name that is not ours to know does."""
    if host in ("", "localhost"):
        return False
    try:
        return not ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return True
