"""Reads what is said of a submission: send it again, it arrived or not, the broker's answer."""

import re
from collections.abc import Iterable

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.facts import BrokerTemplate
from entrygo.domain.shipment import MAX_ENTRIES
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.noted_answers import NOTE_OPERATION, NoteCommand
from entrygo.execution.broker.resubmission import RESUBMIT_OPERATION, ResubmitCommand
from entrygo.execution.broker.trials import TRIAL_OPERATION, TrialCommand
from entrygo.execution.requests.fields import MAX_REASON_LENGTH, check_id, reason_of
from entrygo.execution.state.records import SubmissionStatus
from entrygo.execution.use_cases import PreviewQuery
from entrygo.identity.current import principal
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.records.broker_template import BROKER_TEMPLATE
from entrygo.records.kinds import Field
from entrygo.records.reading import facts_of
from entrygo.requests.entry_numbers import entry_number
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import text

MAX_ADDRESSES = 500
NOTED_OUTCOMES = {
    "arrived": SubmissionStatus.SENT,
    "not_arrived": SubmissionStatus.FAILED,
    "acknowledged": SubmissionStatus.ACKNOWLEDGED,
    "rejected": SubmissionStatus.REJECTED,
}
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def resubmit_command(request: execution_pb2.ResubmitToBrokerRequest) -> ResubmitCommand:
    """ValidationFailed with every issue of the request."""
    reason = reason_of(request)
    return ResubmitCommand(
        visible=principal().visible,
        export_id=request.export_id,
        reason=reason,
        key=request.idempotency_key,
        fingerprint=fingerprint(RESUBMIT_OPERATION, request),
        entry=request.entry or None,
    )


def trial_command(request: execution_pb2.TestBrokerRequest) -> TrialCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    check_id("brokerId", request.broker_id, issues)
    check_key(request.idempotency_key, issues)
    issues.check()
    return TrialCommand(
        visible=principal().visible,
        broker_id=request.broker_id,
        key=request.idempotency_key,
        fingerprint=fingerprint(TRIAL_OPERATION, request),
    )


def preview_query(request: execution_pb2.PreviewBrokerTemplateRequest) -> PreviewQuery:
    """The layout checked as sync checks it when it is saved; ValidationFailed with every issue."""
    issues = Issues()
    check_id("brokerId", request.broker_id, issues)
    if request.export_id:
        check_id("exportId", request.export_id, issues)
    facts = facts_of(request, (Field("template", BROKER_TEMPLATE),), "", issues)
    issues.check()
    template = facts.get("template")
    return PreviewQuery(
        tenant=principal().visible.tenant,
        broker_id=request.broker_id,
        template=None if template is None else BrokerTemplate.model_validate(template),
        export_id=request.export_id,
    )


def note_command(request: execution_pb2.NoteBrokerAnswerRequest) -> NoteCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    check_id("exportId", request.export_id, issues)
    status = NOTED_OUTCOMES.get(request.outcome)
    if status is None:
        issues.add("outcome", f"One of {', '.join(NOTED_OUTCOMES)}", "invalid_enum_value")
    is_acknowledged, is_rejected = (
        status is each for each in (SubmissionStatus.ACKNOWLEDGED, SubmissionStatus.REJECTED)
    )
    number = None
    if request.entry_number.strip():
        number = issues.take(entry_number, request.entry_number, "entryNumber")
        if status is not None and not is_acknowledged:
            issues.add("entryNumber", "Only with acknowledged", "invalid_type")
    numbers = _by_entry(request.entry_numbers, issues)
    if numbers and status is not None and not is_acknowledged:
        issues.add("entryNumbers", "Only with acknowledged", "invalid_type")
    if is_rejected and not request.reason.strip():
        issues.required("reason")
    issues.require(notedBy=request.noted_by.strip(), note=request.note.strip())
    for path, given in (("notedBy", request.noted_by), ("note", request.note), ("reason", request.reason)):
        issues.take(text(MAX_REASON_LENGTH), given, path)
    check_key(request.idempotency_key, issues)
    issues.check()
    assert status is not None, "anything else is an issue"
    did_not_arrive = f"Did not arrive: {request.note.strip()}"
    return NoteCommand(
        visible=principal().visible,
        export_id=request.export_id,
        answer=Answer(
            status=status,
            entry_number=number,
            entry_numbers=numbers,
            reason=_rejection_reason(request.reason) if is_rejected else did_not_arrive,
            noted_by=request.noted_by.strip(),
            note=request.note.strip(),
        ),
        key=request.idempotency_key,
        fingerprint=fingerprint(NOTE_OPERATION, request),
        entry=request.entry or None,
    )


def mail_addresses(request: execution_pb2.ListMailRecipientsRequest) -> list[str]:
    """Raises ValidationFailed for more than a page of brokers has."""
    if len(request.addresses) > MAX_ADDRESSES:
        raise ValidationFailed.of([("addresses", f"At most {MAX_ADDRESSES} addresses", "too_big")])
    return list(request.addresses)


def read_answer(request: execution_pb2.AnswerBrokerLinkRequest) -> Answer:
    """Raises ValidationFailed for what is neither an acknowledgement nor a rejection."""
    match request.WhichOneof("answer"):
        case "acknowledged":
            issues, given = Issues(), request.acknowledged
            number = None
            if given.entry_number.strip():
                number = issues.take(entry_number, given.entry_number, "entryNumber")
            numbers = _by_entry(given.entry_numbers, issues)
            issues.check()
            return Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number=number, entry_numbers=numbers)
        case "rejected":
            return Answer(status=SubmissionStatus.REJECTED, reason=_rejection_reason(request.rejected.reason))
        case _:
            raise ValidationFailed.of([("answer", "Required", "invalid_type")])


def _by_entry(given: Iterable[events_pb2.EntryNumber], issues: Issues) -> dict[int, str]:
    """The number of each entry; a blank one says nothing. Each is named once, and no number twice."""
    found: dict[int, str] = {}
    for place, each in enumerate(given):
        path = f"entryNumbers.{place}"
        if not 1 <= each.entry <= MAX_ENTRIES:
            issues.add(f"{path}.entry", f"Must be between 1 and {MAX_ENTRIES}", "invalid_number")
        elif each.entry in found:
            issues.add(f"{path}.entry", f"Entry {each.entry} is named twice", "duplicate")
        elif each.entry_number.strip():
            number = issues.take(entry_number, each.entry_number, f"{path}.entryNumber")
            if number in found.values():
                issues.add(f"{path}.entryNumber", "Each entry has a number of its own", "duplicate")
            elif number is not None:
                found[each.entry] = number
    return found


def _rejection_reason(text: str) -> str:
    reason = " ".join(_UNSHOWN.sub(" ", text).split())
    if not reason:
        raise ValidationFailed.of([("reason", "Please say why", "invalid_type")])
    if len(reason) > MAX_REASON_LENGTH:
        raise ValidationFailed.of([("reason", f"At most {MAX_REASON_LENGTH} characters", "too_big")])
    return reason
