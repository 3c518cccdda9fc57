"""How our own processes find each other and what they share: addresses, ports, logins, secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from entrygo.cli.up.environment import SETTINGS, of_process
from entrygo.cli.up.home import Home, State
from entrygo.cli.up.ports import LOOPBACK
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.replicas import SERVICES, TOGETHER, Replica, target_of
from entrygo.cli.up.schemas import KEY_MAKER
from entrygo.cli.up.settings import LocalMailSettings, UpSettings

METRICS_PORT = "ENTRYGO_METRICS_PORT"
LOGIN_PREFIX = "entrygo_"


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


def of_one(
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


def of_all(
    shared: Mapping[str, str], settings: UpSettings, state: State, postgres: Postgres
) -> dict[str, str]:
    """The environment of the one process that holds them all: each service still has its own login, and
    keys are read and made by that of the service that makes them."""
    ours = {**shared, METRICS_PORT: str(state.metrics_ports[TOGETHER])}
    if settings.has_logins:
        logins = {name: login_url(name, state, postgres) for name in SERVICES}
        ours |= {f"ENTRYGO_{name.upper()}_DATABASE_URL": login for name, login in logins.items()}
        ours["ENTRYGO_IDENTITY_DATABASE_URL"] = logins[KEY_MAKER]
        # The owner's, which no service is given.
        del ours["ENTRYGO_DATABASE_URL"]
    given = (of_process(name, ours) for name in SETTINGS)
    return {**{name: value for each in given for name, value in each.items()}, "PYTHONUNBUFFERED": "1"}


def login_url(service: str, state: State, postgres: Postgres) -> str:
    """The embedded PostgreSQL for one service, under a login that owns nothing."""
    return postgres.url_of(f"{LOGIN_PREFIX}{service}", state.login_passwords[service])
