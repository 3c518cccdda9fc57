"""Where a submission goes: taken from the broker's facts once, frozen with the bytes. Pure."""

from dataclasses import dataclass

from entrygo.domain.facts import Broker
from entrygo.execution.broker.channels import BY_NAME, BY_TYPE
from entrygo.execution.state.records import Submission, SubmissionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """`endpoint` is the JSON of an upload's endpoint, empty for mail; the recipient may be unusable."""

    broker_id: str
    type: SubmissionType
    recipient: str | None
    endpoint: str = ""

    @property
    def shown(self) -> str:
        """For people, without secrets: the address, the URL without its query, `sftp://host/folder`."""
        return BY_TYPE[self.type].shown(self.recipient, self.endpoint)


def destination_of(broker: Broker) -> Destination:
    """By the channel that the account chose for this broker."""
    endpoint = broker.endpoint
    return Destination(
        broker_id=broker.id,
        type=BY_NAME[broker.channel].type,
        recipient=broker.email,
        endpoint="" if endpoint is None else endpoint.model_dump_json(),
    )


def destination_again(submission: Submission) -> Destination:
    """Where an earlier submission went."""
    return Destination(
        broker_id=submission.broker_id,
        type=submission.submission_type,
        recipient=submission.recipient_email,
        endpoint=submission.endpoint,
    )


def shown(submission: Submission) -> str:
    """Where a submission goes, as `Destination.shown`."""
    return destination_again(submission).shown
