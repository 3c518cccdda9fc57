"""The entries of a plan with their duty, in the shape of the REST interface; money as JSON numbers in USD."""

from entrygo.domain.money import json_number
from entrygo.gateway.mapping.exports import planned_entries
from entrygo.gateway.schemas import plan_views
from entrygo.proto.events.v1 import events_pb2


def estimated_entries(plan: events_pb2.Plan) -> list[plan_views.EstimatedEntry]:
    """Each entry; importer, duty and fees are absent in plans that were made before they were estimated."""
    return [
        {**entry, **_estimate(message)}  # type: ignore[typeddict-item]
        for entry, message in zip(planned_entries(plan), plan.entries, strict=True)
    ]


def _estimate(message: events_pb2.PlannedEntry) -> dict[str, object]:
    found: dict[str, object] = {}
    if message.entry_type:
        found |= {
            "importer_id": message.importer_id or None,
            "importer_external_id": message.importer_external_id or None,
            "importer_name": message.importer_name or None,
            "entry_type": message.entry_type,
            "readiness_state": message.readiness_state,
            "issues": [_issue(each) for each in message.issues],
        }
    if message.HasField("duty"):
        duty = message.duty
        fees: plan_views.EntryFees = {
            "merchandise_processing_fee_usd": json_number(duty.processing_fee_usd),
            "broker_fees_usd": json_number(message.broker_fees_usd)
            if message.HasField("broker_fees_usd")
            else None,
        }
        found |= {"importer": message.importer or None, "duty": _duty(duty), "fees": fees}
    return found


def _issue(message: events_pb2.EntryIssue) -> plan_views.EntryIssue:
    return {
        "code": message.code,
        "severity": message.severity,
        "message": message.message,
        "field": message.field,
        "count": message.count,
    }


def _duty(duty: events_pb2.EntryDuty) -> plan_views.EntryDuty:
    return {
        "entry_type": duty.entry_type,
        "low_usd": json_number(duty.duty_low_usd) if duty.HasField("duty_low_usd") else None,
        "high_usd": json_number(duty.duty_high_usd) if duty.HasField("duty_high_usd") else None,
        "lines": [_line(line) for line in duty.lines],
    }


def _line(line: events_pb2.LineDuty) -> plan_views.DutyLine:
    return {
        "number": line.number,
        "hts_code": line.hts_code,
        "country_of_origin": line.country_of_origin,
        "value_usd": json_number(line.value_usd),
        "duty_low_usd": json_number(line.low_usd) if line.HasField("low_usd") else None,
        "duty_high_usd": json_number(line.high_usd) if line.HasField("high_usd") else None,
        "low": [_figure(each) for each in line.low],
        "high": [_figure(each) for each in line.high],
        "questions": list(line.questions),
        "not_computed": list(line.not_computed),
        "findings": list(line.findings),
        "unchecked": list(line.unchecked),
    }


def _figure(figure: events_pb2.DutyFigure) -> plan_views.DutyFigure:
    return {
        "heading": figure.heading,
        "rate": figure.rate,
        "amount_usd": json_number(figure.amount_usd),
        "of": list(figure.of),
        "row": figure.row,
        "source": figure.source,
    }
