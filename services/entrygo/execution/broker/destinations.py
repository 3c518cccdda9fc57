"""Where a submission goes: taken from the broker's facts once, frozen with the bytes. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from entrygo.domain.facts import Broker, Fact, HttpsEndpoint, SftpEndpoint
from entrygo.execution.records import Submission, SubmissionType

SFTP_PORT = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """`endpoint` is the JSON of an upload's endpoint, empty for mail; the recipient may be unusable."""

    broker_id: str
    type: SubmissionType
    recipient: str | None
    endpoint: str = ""


def destination_of(broker: Broker) -> Destination:
    """The channel that the account chose for this broker."""
    match broker.channel:
        case "email":
            return Destination(broker_id=broker.id, type=SubmissionType.EMAIL, recipient=broker.email)
        case "https":
            return _upload(SubmissionType.HTTPS, broker, broker.https)
        case "sftp":
            return _upload(SubmissionType.SFTP, broker, broker.sftp)


def destination_again(submission: Submission) -> Destination:
    """Where an earlier submission went."""
    return Destination(
        broker_id=submission.broker_id,
        type=submission.submission_type,
        recipient=submission.recipient_email,
        endpoint=submission.endpoint,
    )


def shown(submission: Submission) -> str:
    """The destination for people: no query of a URL, as it may hold a secret."""
    match submission.submission_type:
        case SubmissionType.EMAIL:
            return submission.recipient_email or ""
        case SubmissionType.HTTPS:
            parts = urlsplit(HttpsEndpoint.model_validate_json(submission.endpoint).url or "")
            return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else ""
        case SubmissionType.SFTP:
            endpoint = SftpEndpoint.model_validate_json(submission.endpoint)
            port = "" if endpoint.port == SFTP_PORT else f":{endpoint.port}"
            return f"sftp://{endpoint.host or ''}{port}/{(endpoint.folder or '').lstrip('/')}"


def _upload(type: SubmissionType, broker: Broker, endpoint: Fact) -> Destination:
    return Destination(
        broker_id=broker.id, type=type, recipient=broker.email, endpoint=endpoint.model_dump_json()
    )
