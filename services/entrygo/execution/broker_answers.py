"""Reads a broker's answer from the wire: the form of an entry number, the length of a reason."""

import re

from entrygo.domain.errors import ValidationFailed
from entrygo.execution.ledger.answers import Answer
from entrygo.execution.records import SubmissionStatus
from entrygo.proto.execution.v1 import execution_pb2

MAX_REASON_LENGTH = 500
# Filer code, seven digits, check digit, as CBP Form 7501 prints them.
_ENTRY_NUMBER = re.compile(r"([A-Z0-9]{3})[- ]?([0-9]{7})[- ]?([0-9])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def read_answer(request: execution_pb2.AnswerBrokerLinkRequest) -> Answer:
    """Raises ValidationFailed for what is neither an acknowledgement nor a rejection."""
    match request.WhichOneof("answer"):
        case "acknowledged":
            number = request.acknowledged.entry_number.strip().upper()
            return Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number=_entry_number(number))
        case "rejected":
            return Answer(status=SubmissionStatus.REJECTED, reason=_reason(request.rejected.reason))
        case _:
            raise ValidationFailed.of([("answer", "Required", "invalid_type")])


def _entry_number(text: str) -> str | None:
    if not text:
        return None
    match = _ENTRY_NUMBER.fullmatch(text)
    if match is None:
        message = "An entry number has a filer code, seven digits and a check digit: ABC-1234567-8"
        raise ValidationFailed.of([("entryNumber", message, "invalid_string")])
    return "-".join(match.groups())


def _reason(text: str) -> str:
    reason = " ".join(_CONTROL.sub(" ", text).split())
    if not reason:
        raise ValidationFailed.of([("reason", "Please say why", "invalid_type")])
    if len(reason) > MAX_REASON_LENGTH:
        raise ValidationFailed.of([("reason", f"At most {MAX_REASON_LENGTH} characters", "too_big")])
    return reason
