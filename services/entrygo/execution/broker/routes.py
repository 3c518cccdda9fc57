"""The places that a submission passes: the server it is handed to, and the destination behind. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.state.records import Submission

MAIL = "mail:"
MAIL_SERVER = "mail server"
SIMULATED = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Mail passes our server to the recipient's domain; of an upload both are the endpoint's host."""

    server: str
    destination: str

    @property
    def places(self) -> tuple[str, ...]:
        return (self.server,) if self.server == self.destination else (self.server, self.destination)


def route_to(destination: str) -> Route:
    """By the name that `destination_name` gave."""
    is_mail = destination.startswith(MAIL)
    return Route(server=MAIL_SERVER if is_mail else destination, destination=destination)


def destination_name(tenant: Tenant, submission: Submission) -> str:
    """`mail:<domain>`, `https:<host>` or `sftp:<host>` in lower case; `simulated` for data of mode test."""
    if tenant.mode is Mode.TEST:
        return SIMULATED
    if not submission.endpoint:
        return f"{MAIL}{(submission.recipient_email or '').rpartition('@')[2].lower()}"
    endpoint = orjson.loads(submission.endpoint)
    host = endpoint.get("host") or _host(endpoint.get("url") or "")
    return f"{submission.submission_type}:{host}".lower()


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
