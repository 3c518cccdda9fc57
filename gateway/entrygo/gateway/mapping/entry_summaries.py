"""What brokers entered, between REST and protobuf; money as JSON numbers in USD."""

from typing import Any, cast

from entrygo.domain.money import json_number
from entrygo.gateway.mapping.messages import filled
from entrygo.gateway.schemas import entry_summaries as views
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2


def record_request(
    export_id: str, entry: int, body: views.EntrySummaryBody
) -> execution_pb2.RecordEntrySummaryRequest:
    """The body of POST …/summary as a message; dates as YYYY-MM-DD, amounts in USD as decimal text."""
    request = execution_pb2.RecordEntrySummaryRequest(
        export_id=export_id, entry=entry, idempotency_key=body.idempotency_key or ""
    )
    filled(request.summary, body.model_copy(update={"idempotency_key": None}))
    return request


def close_request(
    export_id: str, entry: int, task_id: str, body: views.CloseTaskBody
) -> execution_pb2.CloseEntryTaskRequest:
    """POST /api/exports/{id}/entries/{n}/tasks/{task}: body to message."""
    return execution_pb2.CloseEntryTaskRequest(
        export_id=export_id,
        entry=entry,
        task_id=task_id,
        note=body.note,
        idempotency_key=body.idempotency_key or "",
    )


def list_request(query: views.EntrySummaryQuery) -> execution_pb2.ListEntrySummariesRequest:
    """GET /api/entry-summaries: query to message."""
    return execution_pb2.ListEntrySummariesRequest(
        limit=query.limit or 0, cursor=query.cursor or "", export_id=query.export_id or ""
    )


def summary_page(message: execution_pb2.ListEntrySummariesResponse) -> views.EntrySummaryPage:
    """One page; nextCursor is null on the last one."""
    return {
        "data": [reconciliation(each) for each in message.data],
        "hasMore": message.has_more,
        "nextCursor": message.next_cursor or None,
    }


def reconciliation(message: execution_pb2.EntryReconciliation) -> views.EntryReconciliation:
    """The latest summary of an entry with its tasks."""
    return {
        "exportId": message.export_id,
        "customsPackageId": message.customs_package_id,
        "packageNumber": message.package_number,
        "outcome": outcome(message.outcome),
        "lines": [_line(each) for each in message.summary.lines],
        "tasks": [_task(each) for each in message.tasks],
    }


def outcome(message: events_pb2.EntryOutcome) -> views.EntryOutcome:
    """How an entry stands: its amounts in USD beside the estimate, and what is still open."""
    return {
        "entry": message.entry,
        "entryNumber": message.entry_number,
        "revision": message.revision,
        "state": cast(Any, message.state),
        "recordedAt": message.recorded_at,
        "givenBy": cast(Any, message.given_by),
        "entryType": message.entry_type or None,
        "entryDate": message.entry_date or None,
        "summaryDate": message.summary_date or None,
        "lines": message.lines,
        "valueUsd": _amount(message, "value_usd"),
        "dutyUsd": _amount(message, "duty_usd"),
        "feesUsd": _amount(message, "fees_usd"),
        "liquidatedOn": message.liquidated_on or None,
        "liquidatedDutyUsd": _amount(message, "liquidated_duty_usd"),
        "liquidatedFeesUsd": _amount(message, "liquidated_fees_usd"),
        "estimatedDutyLowUsd": _amount(message, "estimated_duty_low_usd"),
        "estimatedDutyHighUsd": _amount(message, "estimated_duty_high_usd"),
        "estimatedFeesUsd": _amount(message, "estimated_fees_usd"),
        "openTasks": message.open_tasks,
        "reasons": list(message.reasons),
    }


def _amount(message: events_pb2.EntryOutcome, name: str) -> float | None:
    return json_number(getattr(message, name)) if message.HasField(cast(Any, name)) else None


def _line(line: execution_pb2.SummaryLine) -> views.SummaryLine:
    return {
        "line": line.line,
        "htsCode": line.hts_code,
        "countryOfOrigin": line.country_of_origin,
        "valueUsd": json_number(line.value_usd),
        "quantity": json_number(line.quantity) if line.quantity else None,
        "unit": line.unit or None,
        "dutyUsd": json_number(line.duty_usd),
    }


def _task(task: execution_pb2.EntryTask) -> views.EntryTask:
    return {
        "id": task.id,
        "code": task.code,
        "place": task.place,
        "message": task.message,
        "expected": task.expected or None,
        "actual": task.actual or None,
        "state": cast(Any, task.state),
        "note": task.note or None,
        "openedAt": task.opened_at,
        "closedAt": task.closed_at or None,
    }
