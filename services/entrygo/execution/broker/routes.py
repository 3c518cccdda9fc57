"""The places that a submission passes: the server it is handed to, and the destination behind. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from entrygo.domain.facts import HttpsEndpoint, SftpEndpoint
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.records import Submission, SubmissionType

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
    is_mail = destination.startswith("mail:")
    return Route(server=MAIL_SERVER if is_mail else destination, destination=destination)


def destination_name(tenant: Tenant, submission: Submission) -> str:
    """`mail:<domain>`, `https:<host>` or `sftp:<host>` in lower case; `simulated` for data of mode test."""
    if tenant.mode is Mode.TEST:
        return SIMULATED
    match submission.submission_type:
        case SubmissionType.EMAIL:
            return f"mail:{(submission.recipient_email or '').rpartition('@')[2].lower()}"
        case SubmissionType.HTTPS:
            url = HttpsEndpoint.model_validate_json(submission.endpoint).url or ""
            return f"https:{_host(url)}"
        case SubmissionType.SFTP:
            return f"sftp:{(SftpEndpoint.model_validate_json(submission.endpoint).host or '').lower()}"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
