"""The places that a submission passes: the server it is handed to, and the destination behind. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.state.records import Submission, SubmissionType

MAIL = "mail:"
MAIL_SERVER = "mail server"
SIMULATED = "simulated"
SFTP_PORT, HTTPS_PORT, HTTP_PORT = 22, 443, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Mail passes our server to the recipient's domain; of an upload both are the endpoint's server."""

    server: str
    destination: str

    @property
    def is_through_a_server(self) -> bool:
        """Whether what all share stands before the destination."""
        return self.server != self.destination

    @property
    def places(self) -> tuple[str, ...]:
        return (self.server, self.destination) if self.is_through_a_server else (self.destination,)


def route_to(destination: str) -> Route:
    """What a delivery occupies: its destination, as `destination_name` calls it, and its server."""
    is_mail = destination.startswith(MAIL)
    return Route(server=MAIL_SERVER if is_mail else destination, destination=destination)


def mail_place(address: str) -> str:
    """`mail:<domain>`, in lower case."""
    return f"{MAIL}{address.rpartition('@')[2].lower()}"


def destination_name(tenant: Tenant, submission: Submission) -> str:
    """That of a submission, as `place_name` gives it."""
    return place_name(
        tenant, submission.submission_type, recipient=submission.recipient_email, endpoint=submission.endpoint
    )


def place_name(tenant: Tenant, kind: SubmissionType, *, recipient: str | None, endpoint: str) -> str:
    """`mail:<domain>`, `https:` or `sftp:<host>:<port>` in lower case; `simulated` for data of mode test."""
    if tenant.mode is Mode.TEST:
        return SIMULATED
    if not endpoint:
        return mail_place(recipient or "")
    read = orjson.loads(endpoint)
    # With its port: whoever names another port of a broker's host must not silence the broker for everybody.
    server = (
        f"{read['host']}:{read.get('port') or SFTP_PORT}" if read.get("host") else _server(read.get("url"))
    )
    return f"{kind}:{server}".lower()


def _server(url: str | None) -> str:
    try:
        parts = urlsplit(url or "")
        port = parts.port or (HTTP_PORT if parts.scheme == "http" else HTTPS_PORT)
    except ValueError:
        return ""
    return f"{parts.hostname}:{port}" if parts.hostname else ""
