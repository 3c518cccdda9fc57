"""Plans, executions and exports between REST and protobuf."""

from collections.abc import Iterable

import orjson

from entrygo.domain.money import json_number
from entrygo.gateway.mapping.left_out import excluded_orders
from entrygo.gateway.mapping.messages import filled
from entrygo.gateway.mapping.trips import fill_trip
from entrygo.gateway.schemas import export_views as views
from entrygo.gateway.schemas import plan_views
from entrygo.gateway.schemas.exports import ExecuteBody, ExportQuery, PlanBody
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2

DRY_RUN = "DRY_RUN"
# What a submission carries unless it says otherwise.
PACKAGE = "package"


def plan_request(body: PlanBody) -> planning_pb2.PlanExportRequest:
    """The body of POST /api/exports/plan as a message; what is absent is empty there."""
    return planning_pb2.PlanExportRequest(
        account_id=body.account_id,
        warehouse_id=body.warehouse_id,
        broker_id=body.broker_id,
        order_ids=body.order_ids,
        external_order_ids=body.external_order_ids or (),
        destination_country=body.destination_country or "",
        batch_id=body.batch_id or "",
        dry_run=body.dry_run or False,
        idempotency_key=body.idempotency_key or "",
        entry_date=body.entry_date or "",
        on_blocked=body.on_blocked or "",
        entry_type=body.entry_type or "",
    )


def amend_answer(message: planning_pb2.PlanExportResponse) -> plan_views.PlanAnswer:
    """The successor as a plan answers it, with what it follows."""
    return {
        **plan_answer(message),
        "supersedes": message.supersedes,
        "changes": list(message.changes),
    }


def plan_answer(message: planning_pb2.PlanExportResponse) -> plan_views.PlanAnswer:
    """The answer of a plan; money as JSON numbers in USD."""
    plan = message.plan
    messages = validation_messages(plan.validation_messages)
    answer: plan_views.PlanAnswer = {
        "exportId": message.export_id or None,
        "state": None if message.status == DRY_RUN else message.status,
        "batch_id": message.export_id or None,
        "planHash": plan.plan_hash,
        "status": message.status,
        "readinessState": plan.readiness_state,
        "complianceScore": plan.compliance_score,
        "validationMessages": messages,
        "included_order_ids": list(plan.included_order_ids),
        "excluded_order_ids": list(plan.excluded_order_ids),
        "flags": list(plan.flags),
        "missing_data": list(plan.missing_data),
        "recommended_strategy": plan.recommended_strategy,
        "estimated_import_savings_usd": _number(plan.estimated_import_savings_usd),
        "next_recommended_action": plan.next_recommended_action,
        "validation": {
            "readiness_state": plan.readiness_state,
            "compliance_score": plan.compliance_score,
            "validation_messages": messages,
        },
    }
    if plan.excluded_orders:
        answer["excluded_orders"] = excluded_orders(plan)
    return answer


def validation_messages(
    messages: Iterable[events_pb2.ValidationMessage],
) -> list[plan_views.ValidationMessage]:
    """Findings, in their order; a reference that is absent is null."""
    return [
        {
            "code": found.code,
            "message": found.message,
            "severity": found.severity,
            "field": found.field,
            "product_id": found.product_id or None,
            "order_id": found.order_id or None,
        }
        for found in messages
    ]


def planned_entries(plan: events_pb2.Plan) -> list[plan_views.PlannedEntry]:
    """The entries that the broker files for the plan."""
    return [
        {
            "number": entry.number,
            "orders": entry.orders,
            "lines": entry.lines,
            "value_usd": _number(entry.value_usd),
        }
        for entry in plan.entries
    ]


def measured_saving(plan: events_pb2.Plan) -> plan_views.MeasuredSaving | None:
    """What clearing together saves, and against what."""
    if not plan.HasField("saving"):
        return None
    saving = plan.saving
    return {
        "basis": saving.basis,
        "alternative_usd": _number(saving.alternative_usd),
        "consolidated_usd": _number(saving.consolidated_usd),
        "saving_usd": _number(saving.saving_usd),
    }


def execute_request(body: ExecuteBody) -> execution_pb2.ExecuteExportRequest:
    """The body of POST /api/exports/execute as a message, with what it says of shipment and truck."""
    request = execution_pb2.ExecuteExportRequest(
        account_id=body.account_id,
        batch_id=body.batch_id,
        idempotency_key=body.idempotency_key or "",
        expected_plan_hash=body.expected_plan_hash or "",
    )
    if body.shipment is not None:
        filled(request.shipment, body.shipment)
    if body.trip is not None:
        fill_trip(request.shipment.trip, body.trip)
    return request


def execute_answer(message: execution_pb2.ExecuteExportResponse) -> views.ExecuteAnswer:
    """The answer of an execution; times are RFC 3339 in UTC."""
    submissions = message.broker_submissions or [message.broker_submission]
    return {
        "exportId": message.export_id,
        "state": message.status,
        "batch_id": message.export_id,
        "status": message.status,
        "customs_package_id": message.customs_package_id,
        "planHash": message.plan_hash,
        "artifacts": [artifact(found) for found in message.artifacts],
        "notification_ids": list(message.notification_ids),
        "notifications": list(message.notification_ids),
        "execution_timestamp": message.execution_timestamp,
        "brokerSubmission": broker_submission(message.broker_submission)
        if message.HasField("broker_submission")
        else None,
        "brokerSubmissions": [broker_submission(each) for each in submissions],
    }


def withdraw_answer(message: execution_pb2.WithdrawExportResponse) -> views.WithdrawAnswer:
    """The answer of a withdrawal, or what one would do."""
    return {
        "exportId": message.export_id,
        "state": None if message.status == DRY_RUN else message.status,
        "batch_id": message.export_id,
        "status": message.status,
        "customs_package_id": message.customs_package_id,
        "reason": message.reason,
        "withdrawnAt": message.withdrawn_at or None,
        "orders": message.orders,
        "brokerTold": message.broker_told,
        "brokerNotices": [broker_submission(each) for each in message.broker_notices],
    }


def artifact(message: events_pb2.Artifact) -> views.Artifact:
    """One document of a package: name, size in bytes, SHA-256."""
    return {
        "artifact_type": message.artifact_type,
        "filename": message.filename,
        "generated_at": message.generated_at,
        "media_type": message.media_type,
        "size_bytes": message.size_bytes,
        "sha256": message.sha256,
    }


def broker_submission(message: events_pb2.BrokerSubmission) -> views.BrokerSubmission:
    """One row of the ledger of submissions."""
    return {
        "id": message.id,
        "submission_type": message.submission_type,
        "status": message.status,
        "recipient_email": message.recipient_email,
        "subject": message.subject,
        "sent_at": message.sent_at if message.HasField("sent_at") else None,
        "error_message": message.error_message if message.HasField("error_message") else None,
        "attempts": message.attempts,
        "next_attempt_at": message.next_attempt_at if message.HasField("next_attempt_at") else None,
        "created_at": message.created_at or None,
        "reason": message.reason or None,
        "destination": message.destination,
        "entry_number": message.entry_number if message.HasField("entry_number") else None,
        "broker_reason": message.broker_reason if message.HasField("broker_reason") else None,
        "answered_at": message.answered_at if message.HasField("answered_at") else None,
        "kind": message.kind or PACKAGE,
        "noted_by": message.noted_by or None,
        "note": message.note or None,
        "entry": message.entry or None,
        "entry_numbers": [{"entry": e.entry, "entry_number": e.entry_number} for e in message.entry_numbers],
        "server_answer": message.server_answer or None,
    }


def customs_package(message: events_pb2.CustomsPackage) -> views.CustomsPackageAnswer:
    """A package as REST shows it: its number, state and documents."""
    return {
        "id": message.id,
        "exportBatchId": message.export_batch_id,
        "packageNumber": message.package_number,
        "state": message.state,
        "createdAt": message.created_at,
        "artifacts": [artifact(found) for found in message.artifacts],
    }


def list_request(query: ExportQuery) -> inspection_pb2.ListExportsRequest:
    """The query of GET /api/exports as a message; without a limit the service's own holds."""
    return inspection_pb2.ListExportsRequest(
        limit=query.limit or 0,
        cursor=query.cursor or "",
        state=query.state or "",
        readiness_state=query.readiness_state or "",
        warehouse_id=query.warehouse_id or "",
        broker_id=query.broker_id or "",
        created_after=query.created_after or "",
        created_before=query.created_before or "",
    )


def export_page(message: inspection_pb2.ListExportsResponse) -> views.ExportPage:
    """One page of exports; nextCursor is null on the last one."""
    return {
        "data": [_summary(found) for found in message.data],
        "hasMore": message.has_more,
        "nextCursor": message.next_cursor or None,
    }


def _summary(message: inspection_pb2.ExportSummary) -> views.ExportSummary:
    return {
        "exportId": message.export_id,
        "state": message.state,
        "readinessState": message.readiness_state,
        "complianceScore": message.compliance_score,
        "planHash": message.plan_hash,
        "warehouseId": message.warehouse_id,
        "brokerId": message.broker_id,
        "destinationCountry": message.destination_country,
        "estimatedImportSavingsUsd": _number(message.estimated_savings_usd),
        "orderCount": message.order_count,
        "customsPackageId": message.customs_package_id or None,
        "brokerSubmissionStatus": message.broker_submission_status or None,
        "createdAt": message.created_at,
        "executedAt": message.executed_at if message.HasField("executed_at") else None,
    }


def _number(text: str) -> int | float:
    return json_number(text or "0")


def timeline(message: inspection_pb2.Export) -> list[views.TimelineEvent]:
    """What happened to an export, in the order that inspection gives."""
    return [
        {
            "id": entry.id,
            "type": entry.type,
            "created_at": entry.created_at,
            "payload": orjson.loads(entry.payload_json or "{}"),
        }
        for entry in message.events
    ]
