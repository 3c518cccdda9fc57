"""The places that a submission passes: the server it is handed to, and the destination behind. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.state.records import Submission, SubmissionType

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
    """What a delivery occupies: its destination, as `destination_name` calls it, and its server."""
    is_mail = destination.startswith(MAIL)
    return Route(server=MAIL_SERVER if is_mail else destination, destination=destination)


def destination_name(tenant: Tenant, submission: Submission) -> str:
    """That of a submission, as `place_name` gives it."""
    return place_name(
        tenant, submission.submission_type, recipient=submission.recipient_email, endpoint=submission.endpoint
    )


def place_name(tenant: Tenant, kind: SubmissionType, *, recipient: str | None, endpoint: str) -> str:
    """`mail:<domain>`, `https:<host>` or `sftp:<host>` in lower case; `simulated` for data of mode test."""
    if tenant.mode is Mode.TEST:
        return SIMULATED
    if not endpoint:
        return f"{MAIL}{(recipient or '').rpartition('@')[2].lower()}"
    read = orjson.loads(endpoint)
    host = read.get("host") or _host(read.get("url") or "")
    return f"{kind}:{host}".lower()


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
