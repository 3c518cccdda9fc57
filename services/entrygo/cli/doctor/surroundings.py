"""Looks at what stands around the database: settings, secrets, Kafka, mail, documents, ports, the home."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from entrygo.cli.doctor.findings import Check, Finding, failed, ok, warning
from entrygo.cli.doctor.stopped import is_deployed
from entrygo.cli.up.home import Home
from entrygo.cli.up.ports import holder_of, is_free
from entrygo.cli.up.settings import PORT_SETTINGS, UpSettings
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.settings import Settings as ExecutionSettings
from entrygo.gateway.settings import GatewaySettings
from entrygo.inspection.settings import Settings as InspectionSettings
from entrygo.messaging.events import TOPICS
from entrygo.messaging.kafka import existing_topics
from entrygo.planning.settings import Settings as PlanningSettings
from entrygo.process.refusals import all_refusals
from entrygo.process.settings import IdentitySettings, KafkaSettings, ProcessSettings
from entrygo.sync.settings import Settings as SyncSettings

PROCESSES: dict[str, type[ProcessSettings]] = {
    "sync": SyncSettings,
    "planning": PlanningSettings,
    "execution": ExecutionSettings,
    "inspection": InspectionSettings,
    "gateway": GatewaySettings,
}
# Written to the store and read back; the same bytes each time, so that nothing piles up.
PROBE = b"entrygo doctor\n"
NOBODY = Tenant("doctor", Mode.TEST)
SHORTEST_SECRET = 16
OTHERS = 0o077


def surrounding_checks(home: Home) -> list[Check]:
    """Everything but the databases, in the order in which it is looked at."""
    return [
        Check("settings", _look_at_settings, ""),
        Check("service token", _look_at_token, ""),
        Check(
            "kafka",
            _look_at_kafka,
            "Start Kafka, or mend ENTRYGO_KAFKA_BOOTSTRAP and the settings beside it.",
        ),
        Check("mail", _look_at_mail, "Mend ENTRYGO_SMTP_URL: host, port, encryption, user, password."),
        Check(
            "documents",
            _look_at_documents,
            "Mend ENTRYGO_ARTIFACTS_URL, the rights to that folder or bucket, or make room on its disk.",
        ),
        Check("ports", partial(_look_at_ports, home), ""),
        Check("home", partial(_look_at_home, home), ""),
    ]


async def _look_at_settings() -> list[Finding]:
    found = [finding for name, settings in PROCESSES.items() for finding in _refused(name, settings)]
    return found or [ok("settings", "every process can read its own")]


def _refused(name: str, settings: type[ProcessSettings]) -> Iterator[Finding]:
    for line in all_refusals(settings):
        yield failed("settings", f"{name}: {line}", "docs/settings.md lists what is allowed.")


async def _look_at_token() -> list[Finding]:
    token = IdentitySettings().token
    advice = "Set ENTRYGO_SERVICE_TOKEN to the same secret for all four services: `openssl rand -hex 32`."
    if token is None:
        return [failed("service token", "not set: services refuse each other's own work", advice)]
    if len(token) < SHORTEST_SECRET:
        return [warning("service token", f"shorter than {SHORTEST_SECRET} characters", advice)]
    return [ok("service token", "set")]


async def _look_at_kafka() -> list[Finding]:
    settings = KafkaSettings()
    missing = [topic for topic in TOPICS if topic not in await existing_topics(settings)]
    found = [ok("kafka", f"{settings.bootstrap} answers")]
    if missing:
        advice = "They are made when a service starts; where it may not, make them by hand."
        found.append(warning("kafka", f"no topic {', '.join(missing)}", advice))
    return found


async def _look_at_mail() -> list[Finding]:
    server = ExecutionSettings().smtp.server
    await EmailChannel(server).try_session()
    login = f" as {server.username}" if server.username else ""
    return [ok("mail", f"{server.host}:{server.port} takes a session{login}")]


async def _look_at_documents() -> list[Finding]:
    storage = ExecutionSettings().storage
    store = ObjectStore(storage.url, allow_http=storage.artifacts_allow_http)
    sha256 = await store.put(NOBODY, PROBE)
    content = await store.get(NOBODY, sha256)
    assert hashlib.sha256(content).hexdigest() == sha256
    return [ok("documents", "written durably and read back")]


async def _look_at_ports(home: Home) -> list[Finding]:
    if home.load_run() is not None:
        return [ok("ports", "in use by the system of this home")]
    taken = [(name, port) for name, port in UpSettings().ports().items() if not is_free(port)]
    return [_of_port(home, name, port) for name, port in taken] or [ok("ports", "free")]


def _of_port(home: Home, name: str, port: int) -> Finding:
    """Of one that is taken: where no `entrygo up` runs the services, each is found at its own."""
    holder = holder_of(port)
    if is_deployed(home) and f" -m entrygo.{name}" in holder:
        return ok("ports", f"{port} is in use by {name}")
    advice = f"Set {PORT_SETTINGS[name]}, or end who listens there."
    return warning("ports", f"{port} ({name}) is taken{holder}", advice)


async def _look_at_home(home: Home) -> list[Finding]:
    if not home.root.exists():
        return [ok("home", f"{home.root}: nothing there; `entrygo up` makes it")]
    open_ones = sorted(file.name for file in home.root.iterdir() if file.is_file() and _is_open(file))
    open_ones += sorted(folder.name for folder in (home.logs, home.mail, home.artifacts) if _is_open(folder))
    if not open_ones:
        return [ok("home", f"{home.root}: nobody else can read it")]
    advice = f"`chmod -R go-rwx` for these in {home.root}."
    return [warning("home", f"others can read {', '.join(open_ones)}", advice)]


def _is_open(path: Path) -> bool:
    """Whether others may read what is in it; an empty file, such as the lock, says nothing."""
    with suppress(FileNotFoundError):
        status = path.stat()
        return bool(status.st_mode & OTHERS and status.st_size)
    return False
