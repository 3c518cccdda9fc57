"""Reads what callers give back of an entry, or raises ValidationFailed with everything wrong."""

import re
from decimal import Decimal

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.money import CENT
from entrygo.domain.shipment import MAX_ENTRIES
from entrygo.execution.reconciliation.commands import (
    CLOSE_OPERATION,
    RECORD_OPERATION,
    CloseCommand,
    RecordCommand,
)
from entrygo.execution.reconciliation.summary import MAX_LINES, EntrySummary, Liquidation, SummaryLine
from entrygo.execution.requests.fields import check_id, optional_day, stated_text
from entrygo.execution.state.records import Submission
from entrygo.identity.current import principal
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.entry_numbers import MAX_NUMBER, entry_number
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.numbers import not_negative
from entrygo.requests.pages import PageRequest, page_request
from entrygo.requests.texts import country, public_id, text

MAX_UNIT = 20
_ENTRY_TYPE = re.compile(r"[0-9]{2}")
_HTS_CODE = re.compile(r"[0-9]{10}")
# Of chapters whose numbers, mostly of eight digits, stand before that of the goods, on one line with it.
_BEFORE_GOODS = re.compile(r"9[89][0-9]{6}(?:[0-9]{2})?")


def record_command(request: execution_pb2.RecordEntrySummaryRequest) -> RecordCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    _check_entry(request.export_id, request.entry, issues)
    check_key(request.idempotency_key, issues)
    summary = read_summary(request.summary, issues)
    return RecordCommand(
        visible=principal().visible,
        export_id=request.export_id,
        entry=request.entry,
        summary=summary,
        key=request.idempotency_key,
        fingerprint=fingerprint(RECORD_OPERATION, request),
    )


def linked_command(
    submission: Submission, given: execution_pb2.AnswerBrokerLinkRequest.Summarized
) -> RecordCommand:
    """The same for the holder of a link, of the submission's export; ValidationFailed."""
    issues = Issues()
    _check_entry(submission.export_id, given.entry, issues)
    if submission.entry not in (None, given.entry):
        issues.add("entry", f"This link is of entry {submission.entry}", "unknown")
    summary = read_summary(given.summary, issues)
    return RecordCommand(
        visible=submission.visible,
        export_id=submission.export_id,
        entry=given.entry,
        summary=summary,
        key="",
        fingerprint=b"",
    )


def close_command(request: execution_pb2.CloseEntryTaskRequest) -> CloseCommand:
    """ValidationFailed with every issue of the request."""
    issues = Issues()
    _check_entry(request.export_id, request.entry, issues)
    issues.take(public_id, request.task_id, "taskId")
    note = stated_text("note", request.note, issues)
    check_key(request.idempotency_key, issues)
    issues.check()
    return CloseCommand(
        visible=principal().visible,
        export_id=request.export_id,
        entry=request.entry,
        task_id=request.task_id,
        note=note,
        key=request.idempotency_key,
        fingerprint=fingerprint(CLOSE_OPERATION, request),
    )


def list_command(request: execution_pb2.ListEntrySummariesRequest) -> tuple[PageRequest, str | None]:
    """The page, and the export it is of; ValidationFailed."""
    page = page_request(limit=request.limit, cursor=request.cursor, external_id="")
    if request.export_id and not is_valid_id(request.export_id):
        raise ValidationFailed.of([("exportId", "Not an id", "invalid_string")])
    return page, request.export_id or None


def find_command(request: execution_pb2.FindCustomsPackagesRequest) -> str:
    """The number that is looked for; ValidationFailed."""
    issues = Issues()
    issues.require(number=request.number.strip())
    number = issues.take(text(MAX_NUMBER), request.number, "number")
    issues.check()
    return number or ""


def read_summary(given: execution_pb2.EntrySummary, issues: Issues) -> EntrySummary:
    """The summary; raises ValidationFailed when there are issues, those found before included."""
    if given.entry_number.strip():
        number = issues.take(entry_number, given.entry_number, "entryNumber")
    else:
        number = None
        issues.required("entryNumber")
    lines = _lines(given, issues)
    duty, fees = _cents("dutyUsd", given.duty_usd, issues), _cents("feesUsd", given.fees_usd, issues)
    summed = sum((line.duty_usd for line in lines), Decimal(0))
    if lines and duty is not None and duty != summed:
        issues.add("dutyUsd", f"The lines add up to {summed}", "invalid_number")
    entry_type = given.entry_type.strip()
    if entry_type and not _ENTRY_TYPE.fullmatch(entry_type):
        issues.add("entryType", "Expected two digits: 01", "invalid_string")
    entered, summarized = (
        optional_day("entryDate", given.entry_date.strip(), issues),
        optional_day("summaryDate", given.summary_date.strip(), issues),
    )
    liquidation = _liquidation(given.liquidation, issues) if given.HasField("liquidation") else None
    if entered and liquidation and liquidation.liquidated_on < entered:
        issues.add("liquidation.liquidatedOn", f"Before the entry date, {entered}", "invalid_date")
    issues.check()
    assert number is not None
    return EntrySummary(
        entry_number=number,
        entry_type=entry_type or None,
        entry_date=entered,
        summary_date=summarized,
        lines=lines,
        duty_usd=summed if lines else duty,
        fees_usd=fees,
        liquidation=liquidation,
    )


def _lines(given: execution_pb2.EntrySummary, issues: Issues) -> tuple[SummaryLine, ...]:
    if len(given.lines) > MAX_LINES:
        issues.add("lines", f"At most {MAX_LINES} lines", "too_big")
        return ()
    lines: list[SummaryLine] = []
    for index, each in enumerate(given.lines):
        if issues.is_full:
            break
        line = _line(each, f"lines.{index}", index + 1, issues)
        if line is not None:
            lines.append(line)
    numbers = [line.line for line in lines]
    if len(set(numbers)) != len(numbers):
        issues.add("lines", "Two lines have the same number", "custom")
    return tuple(lines)


def _line(given: execution_pb2.SummaryLine, path: str, place: int, issues: Issues) -> SummaryLine | None:
    code = issues.take(_hts_code, given.hts_code, f"{path}.htsCode")
    origin = issues.take(country, given.country_of_origin.strip(), f"{path}.countryOfOrigin")
    value = _amount(f"{path}.valueUsd", given.value_usd, issues)
    duty = _amount(f"{path}.dutyUsd", given.duty_usd, issues)
    quantity = issues.take(not_negative, given.quantity, f"{path}.quantity") if given.quantity else None
    unit = issues.take(text(MAX_UNIT), given.unit, f"{path}.unit")
    if given.line > MAX_LINES:
        issues.add(f"{path}.line", f"At most {MAX_LINES}", "too_big")
    if code is None or origin is None or value is None or duty is None:
        return None
    return SummaryLine(
        line=given.line or place,
        hts_code=code,
        country_of_origin=origin,
        value_usd=value,
        quantity=quantity,
        unit=unit or None,
        duty_usd=duty,
    )


def _hts_code(value: str) -> str:
    digits = value.strip().replace(".", "")
    if _BEFORE_GOODS.fullmatch(digits):
        raise Wrong("A number of chapter 98 or 99 is no line: its duty goes to the line of the goods")
    if not _HTS_CODE.fullmatch(digits):
        raise Wrong("Expected the ten digits of a tariff number, with or without points")
    return digits


def _liquidation(given: execution_pb2.Liquidation, issues: Issues) -> Liquidation | None:
    if not given.liquidated_on:
        issues.required("liquidation.liquidatedOn")
    liquidated_on = optional_day("liquidation.liquidatedOn", given.liquidated_on.strip(), issues)
    duty = _amount("liquidation.dutyUsd", given.duty_usd, issues)
    fees = _cents("liquidation.feesUsd", given.fees_usd, issues)
    if liquidated_on is None or duty is None:
        return None
    return Liquidation(liquidated_on=liquidated_on, duty_usd=duty, fees_usd=fees)


def _amount(path: str, given: str, issues: Issues) -> Decimal | None:
    if not given:
        issues.required(path)
    return _cents(path, given, issues)


def _cents(path: str, given: str, issues: Issues) -> Decimal | None:
    """USD with at most two decimals; None where not given."""
    amount = issues.take(not_negative, given, path) if given else None
    if amount is not None and amount != amount.quantize(CENT):
        issues.add(path, "At most two decimals", "not_multiple_of")
    return amount


def _check_entry(export_id: str, entry: int, issues: Issues) -> None:
    check_id("exportId", export_id, issues)
    issues.bounded(entry, 1, MAX_ENTRIES, "entry")
