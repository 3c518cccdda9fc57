"""The system of this home when it does not run: one finding, in place of one for each of its parts."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from entrygo.cli.doctor.findings import Check, Finding, failed
from entrygo.cli.up.background import running
from entrygo.cli.up.home import Home
from entrygo.cli.up.ports import LOOPBACK
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.schemas import SCHEMAS

SYSTEM = "system"
START = "Start it with `entrygo up`, then look again."
DATABASES = ("ENTRYGO_DATABASE_URL", *(f"ENTRYGO_{each.upper()}_DATABASE_URL" for each in SCHEMAS))
# What `entrygo up` brings where the environment names none, by the check that looks at it.
UNNAMED = {
    "service token": "ENTRYGO_SERVICE_TOKEN",
    "kafka": "ENTRYGO_KAFKA_BOOTSTRAP",
    "mail": "ENTRYGO_SMTP_URL",
}


def is_deployed(home: Home, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the services are started by something else than `entrygo up`, as in a container."""
    return not home.state_file.exists() and any(environment.get(name) for name in DATABASES)


def without_stopped(
    checks: Sequence[Check],
    home: Home,
    url_of: Callable[[str], str],
    environment: Mapping[str, str] = os.environ,
) -> list[Check]:
    """`checks` with one in place of those whose part `entrygo up` brings in this home and does not now.

    `environment` holds what the home remembers, too.
    """
    stopped = frozenset(_stopped(home, url_of, environment))
    if not stopped:
        return [*checks]
    left_out = dict.fromkeys(_shortened(check.subject) for check in checks if check.subject in stopped)
    return [
        Check(SYSTEM, partial(_say, home, left_out), START),
        *(check for check in checks if check.subject not in stopped),
    ]


def _shortened(subject: str) -> str:
    return "databases" if subject.startswith("database ") else subject


async def _say(home: Home, left_out: Iterable[str]) -> Sequence[Finding]:
    return [failed(SYSTEM, f"not running: {home.root} (not looked at: {', '.join(left_out)})", START)]


def _stopped(home: Home, url_of: Callable[[str], str], environment: Mapping[str, str]) -> Iterator[str]:
    if running(home):
        return
    if home.state_file.exists():
        yield from _embedded(home, url_of, environment)
    elif not is_deployed(home, environment):
        yield from _of_databases(SCHEMAS)
        # It asks for the addresses of the databases.
        yield "transport"
        yield from (subject for subject, name in UNNAMED.items() if not environment.get(name))


def _embedded(home: Home, url_of: Callable[[str], str], environment: Mapping[str, str]) -> Iterator[str]:
    """Of a system that was started before: the parts whose address is that of an embedded one."""
    state = home.load_state()
    ours = Postgres(home, state.postgres_password).url
    yield from _of_databases(schema for schema in SCHEMAS if url_of(schema) == ours)
    if environment.get("ENTRYGO_KAFKA_BOOTSTRAP") == f"{LOOPBACK}:{state.broker_port}":
        yield "kafka"
    if state.smtp_url and environment.get("ENTRYGO_SMTP_URL") == state.smtp_url:
        yield "mail"


def _of_databases(schemas: Iterable[str]) -> Iterator[str]:
    for schema in schemas:
        yield f"database {schema}"
        if schema == "planning":
            yield "reference data"
