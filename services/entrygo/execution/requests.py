"""Reads what callers ask of execution, or raises ValidationFailed with everything wrong; paths as REST spells
them."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.money import plain
from entrygo.domain.shipment import (
    MAX_CHARGE_DESCRIPTION,
    MAX_CHARGES,
    MAX_NAME,
    MAX_PACKAGES,
    MAX_PLACE,
    NOTHING_STATED,
    PAPS_NUMBER,
    TRIP_NUMBER,
    Charge,
    ChargeKind,
    Incoterm,
    Shipment,
    ShipmentReason,
    TermsOfSale,
)
from entrygo.domain.time import parse_day
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.noted_answers import NOTE_OPERATION, NoteCommand
from entrygo.execution.broker.resubmission import RESUBMIT_OPERATION, ResubmitCommand
from entrygo.execution.records import ExecuteCommand, SubmissionStatus
from entrygo.execution.sale_requests import read_sale, sale_message
from entrygo.execution.steps import OPERATION
from entrygo.execution.trip_requests import read_trip, trip_message
from entrygo.execution.withdrawing import WITHDRAW_OPERATION, WithdrawCommand
from entrygo.identity.current import check_account, principal
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.entry_numbers import entry_number
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import day, one_of, plan_hash, public_id, text

MAX_REASON_LENGTH = 500
MAX_ADDRESSES = 500
NOTED_OUTCOMES = {
    "arrived": SubmissionStatus.SENT,
    "not_arrived": SubmissionStatus.FAILED,
    "acknowledged": SubmissionStatus.ACKNOWLEDGED,
    "rejected": SubmissionStatus.REJECTED,
}
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CENTS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")

E = TypeVar("E", bound=StrEnum)


def execute_command(request: execution_pb2.ExecuteExportRequest) -> ExecuteCommand:
    """ValidationFailed with every issue of the request; Forbidden for an account that is not the caller's."""
    issues = Issues()
    issues.require(accountId=request.account_id)
    _check_id("batchId", request.batch_id, issues)
    check_key(request.idempotency_key, issues)
    issues.optional(plan_hash, request.expected_plan_hash, "expectedPlanHash")
    shipment = read_shipment(request.shipment, issues)
    issues.check()
    check_account(request.account_id)
    return ExecuteCommand(
        visible=principal().visible,
        export_id=request.batch_id,
        expected_plan_hash=request.expected_plan_hash,
        key=request.idempotency_key,
        fingerprint=fingerprint(OPERATION, normalised(request, shipment)),
        shipment=shipment,
    )


def resubmit_command(request: execution_pb2.ResubmitToBrokerRequest) -> ResubmitCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    _check_id("exportId", request.export_id, issues)
    issues.require(reason=request.reason.strip())
    issues.take(text(MAX_REASON_LENGTH), request.reason, "reason")
    check_key(request.idempotency_key, issues)
    issues.check()
    return ResubmitCommand(
        visible=principal().visible,
        export_id=request.export_id,
        reason=request.reason.strip(),
        key=request.idempotency_key,
        fingerprint=fingerprint(RESUBMIT_OPERATION, request),
    )


def note_command(request: execution_pb2.NoteBrokerAnswerRequest) -> NoteCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    _check_id("exportId", request.export_id, issues)
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
            reason=_rejection_reason(request.reason) if is_rejected else did_not_arrive,
            noted_by=request.noted_by.strip(),
            note=request.note.strip(),
        ),
        key=request.idempotency_key,
        fingerprint=fingerprint(NOTE_OPERATION, request),
    )


def withdraw_command(request: execution_pb2.WithdrawExportRequest) -> WithdrawCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    _check_id("exportId", request.export_id, issues)
    issues.require(reason=request.reason.strip())
    issues.take(text(MAX_REASON_LENGTH), request.reason, "reason")
    check_key(request.idempotency_key, issues)
    issues.check()
    return WithdrawCommand(
        visible=principal().visible,
        export_id=request.export_id,
        reason=request.reason.strip(),
        is_dry_run=request.dry_run,
        key=request.idempotency_key,
        fingerprint=fingerprint(WITHDRAW_OPERATION, request),
    )


def check_amend(request: execution_pb2.AmendExportRequest) -> None:
    """ValidationFailed for an id that can be none; planning checks the rest."""
    issues = Issues()
    _check_id("exportId", request.export_id, issues)
    issues.check()


def read_shipment(given: execution_pb2.Shipment, issues: Issues) -> Shipment:
    """What was stated; where an issue was found its content does not matter."""
    has_terms = given.HasField("terms_of_sale")
    return Shipment(
        terms_of_sale=_terms_of_sale(given.terms_of_sale, issues) if has_terms else None,
        shipped_on=_day("shipment.shippedOn", given.shipped_on, issues),
        paps_number=_number("shipment.papsNumber", given.paps_number, PAPS_NUMBER, issues),
        trip_number=_number("shipment.tripNumber", given.trip_number, TRIP_NUMBER, issues),
        packages=_packages(given.packages, issues),
        reason=_one_of(ShipmentReason, "shipment.reason", given.reason, issues) if given.reason else None,
        seller=_text("shipment.seller", given.seller, MAX_NAME, issues),
        buyer=_text("shipment.buyer", given.buyer, MAX_NAME, issues),
        charges=_charges(given.charges, issues),
        trip=read_trip(given.trip, issues),
        **read_sale(given, issues),
    )


def normalised(
    request: execution_pb2.ExecuteExportRequest, shipment: Shipment
) -> execution_pb2.ExecuteExportRequest:
    """The request with one spelling of its shipment, so that it is known when it is repeated.

    One of which nothing is stated is left out, as in the requests from before there was any.
    """
    normal = execution_pb2.ExecuteExportRequest()
    normal.CopyFrom(request)
    normal.ClearField("shipment")
    if shipment != NOTHING_STATED:
        normal.shipment.CopyFrom(_message(shipment))
    return normal


def _message(shipment: Shipment) -> execution_pb2.Shipment:
    terms = shipment.terms_of_sale
    return execution_pb2.Shipment(
        terms_of_sale=None if terms is None else execution_pb2.TermsOfSale(**terms.model_dump()),
        shipped_on="" if shipment.shipped_on is None else shipment.shipped_on.isoformat(),
        paps_number=shipment.paps_number or "",
        trip_number=shipment.trip_number or "",
        packages=shipment.packages or 0,
        reason=shipment.reason or "",
        seller=shipment.seller or "",
        buyer=shipment.buyer or "",
        charges=[
            execution_pb2.Charge(
                kind=each.kind, amount_usd=plain(each.amount_usd), description=each.description or ""
            )
            for each in shipment.charges
        ],
        trip=None if shipment.trip is None else trip_message(shipment.trip),
        **sale_message(shipment),
    )


def _terms_of_sale(given: execution_pb2.TermsOfSale, issues: Issues) -> TermsOfSale | None:
    path = "shipment.termsOfSale"
    incoterm = _one_of(Incoterm, f"{path}.incoterm", given.incoterm, issues)
    place = _text(f"{path}.place", given.place, MAX_PLACE, issues)
    if not given.place.strip():
        issues.required(f"{path}.place")
    return TermsOfSale(incoterm=incoterm, place=place) if incoterm and place else None


def _charges(given: Iterable[execution_pb2.Charge], issues: Issues) -> tuple[Charge, ...]:
    charges = list(given)
    if len(charges) > MAX_CHARGES:
        issues.add("shipment.charges", f"At most {MAX_CHARGES} charges", "too_big")
        return ()
    read = [_charge(each, f"shipment.charges.{index}", issues) for index, each in enumerate(charges)]
    return tuple(charge for charge in read if charge is not None)


def _charge(given: execution_pb2.Charge, path: str, issues: Issues) -> Charge | None:
    kind = _one_of(ChargeKind, f"{path}.kind", given.kind, issues)
    description = _text(f"{path}.description", given.description, MAX_CHARGE_DESCRIPTION, issues)
    if not _CENTS.fullmatch(given.amount_usd):
        message = "Expected dollars and cents, not negative, at most 12 digits before the point"
        issues.add(f"{path}.amountUsd", message, "invalid_number")
        return None
    amount = Decimal(given.amount_usd)
    return Charge(kind=kind, amount_usd=amount, description=description) if kind else None


def _packages(given: int, issues: Issues) -> int | None:
    if given > MAX_PACKAGES:
        issues.add("shipment.packages", f"At most {MAX_PACKAGES} packages", "too_big")
    return given or None


def _day(path: str, given: str, issues: Issues) -> date | None:
    found = issues.optional(day, given, path)
    return parse_day(found) if found is not None else None


def _number(path: str, given: str, form: str, issues: Issues) -> str | None:
    """A number as ACE takes it, in capitals."""
    if given and not re.fullmatch(form, given):
        issues.add(path, "Has characters or a form that is not allowed", "invalid_string")
    return given.upper() or None


def _one_of(kind: type[E], path: str, given: str, issues: Issues) -> E | None:
    found = issues.take(one_of(*kind), given, path)
    return kind(found) if found is not None else None


def _text(path: str, given: str, maximum: int, issues: Issues) -> str | None:
    return issues.take(text(maximum), given, path) or None


def mail_addresses(request: execution_pb2.ListMailRecipientsRequest) -> list[str]:
    """Raises ValidationFailed for more than a page of brokers has."""
    if len(request.addresses) > MAX_ADDRESSES:
        raise ValidationFailed.of([("addresses", f"At most {MAX_ADDRESSES} addresses", "too_big")])
    return list(request.addresses)


def read_answer(request: execution_pb2.AnswerBrokerLinkRequest) -> Answer:
    """Raises ValidationFailed for what is neither an acknowledgement nor a rejection."""
    match request.WhichOneof("answer"):
        case "acknowledged":
            number = _entry_number(request.acknowledged.entry_number)
            return Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number=number)
        case "rejected":
            return Answer(status=SubmissionStatus.REJECTED, reason=_rejection_reason(request.rejected.reason))
        case _:
            raise ValidationFailed.of([("answer", "Required", "invalid_type")])


def _entry_number(given: str) -> str | None:
    if not given.strip():
        return None
    issues = Issues()
    number = issues.take(entry_number, given, "entryNumber")
    issues.check()
    return number


def _rejection_reason(text: str) -> str:
    reason = " ".join(_UNSHOWN.sub(" ", text).split())
    if not reason:
        raise ValidationFailed.of([("reason", "Please say why", "invalid_type")])
    if len(reason) > MAX_REASON_LENGTH:
        raise ValidationFailed.of([("reason", f"At most {MAX_REASON_LENGTH} characters", "too_big")])
    return reason


def _check_id(path: str, value: str, issues: Issues) -> None:
    if value:
        issues.take(public_id, value, path)
    else:
        issues.required(path)
