"""The inspect answer: one export of the read model in the documented shape."""

from collections.abc import Sequence

from entrygo.domain.money import json_number
from entrygo.domain.submissions import worst
from entrygo.gateway.mapping.duties import estimated_entries
from entrygo.gateway.mapping.entry_summaries import outcome
from entrygo.gateway.mapping.exports import (
    artifact,
    broker_submission,
    timeline,
    validation_messages,
)
from entrygo.gateway.mapping.findings import FINDINGS, in_pieces
from entrygo.gateway.mapping.left_out import excluded_orders
from entrygo.gateway.schemas import export_views as views
from entrygo.proto.inspection.v1 import inspection_pb2


def inspect_pieces(message: inspection_pb2.Export) -> Sequence[bytes]:
    """As `inspect_answer`, as JSON; `message` is left without its findings."""
    return in_pieces(message.plan, lambda: {**inspect_answer(message), "validationMessages": FINDINGS})


def inspect_answer(message: inspection_pb2.Export) -> views.InspectAnswer:
    """GET /api/exports/{id}: the current state of an export."""
    plan = message.plan
    submission = worst(message.broker_submissions)
    return {
        "exportId": message.export_id,
        "status": message.state,
        "state": message.state,
        "readinessState": plan.readiness_state,
        "complianceScore": plan.compliance_score,
        "validationMessages": validation_messages(plan.validation_messages),
        "planHash": plan.plan_hash,
        "artifacts": [artifact(found) for found in message.customs_package.artifacts],
        "export": _export(message),
        "batch": _batch(message),
        "customsPackage": _package(message),
        "notifications": _notifications(message),
        "brokerSubmission": broker_submission(submission) if submission else None,
        "brokerSubmissions": [broker_submission(found) for found in message.broker_submissions],
        "snapshot": {
            "included_order_ids": list(plan.included_order_ids),
            "planHash": plan.plan_hash,
            "entry_date": plan.entry_date,
            "ruleset_version": plan.ruleset_version,
            "reference_version": plan.reference_version,
        },
        "events": timeline(message),
        "stale": message.stale,
        "withdrawal": _withdrawal(message),
        "supersedes": message.supersedes or None,
        "supersededBy": message.superseded_by or None,
        "entrySummaries": [outcome(each) for each in message.entry_outcomes],
    }


def _withdrawal(message: inspection_pb2.Export) -> views.Withdrawal | None:
    if not message.HasField("withdrawal"):
        return None
    return {"withdrawnAt": message.withdrawal.withdrawn_at, "reason": message.withdrawal.reason}


def _export(message: inspection_pb2.Export) -> views.ExportSection:
    return {
        "batch_id": message.export_id,
        "status": message.state,
        "planHash": message.plan.plan_hash,
        "lifecycle_state": message.state,
        "plan": _plan(message),
        "execution": {
            "customs_package_id": message.customs_package.id or None,
            "executed_at": _executed_at(message),
        },
        "inspection": {
            "artifact_count": len(message.customs_package.artifacts),
            "notification_count": len(message.notifications),
        },
    }


def _plan(message: inspection_pb2.Export) -> views.ExportPlan:
    plan = message.plan
    shown: views.ExportPlan = {
        "readinessState": plan.readiness_state,
        "included_order_ids": list(plan.included_order_ids),
        "excluded_order_ids": list(plan.excluded_order_ids),
        "flags": list(plan.flags),
        "missing_data": list(plan.missing_data),
        "recommended_strategy": plan.recommended_strategy,
        "revision": message.revision,
        "planned_at": plan.planned_at,
        "entry_type": plan.entry_type,
        "total_value_usd": json_number(plan.total_value_usd or "0"),
        "entries": estimated_entries(plan),
    }
    if plan.excluded_orders:
        shown["excluded_orders"] = excluded_orders(plan)
    return shown


def _batch(message: inspection_pb2.Export) -> views.BatchSection:
    plan = message.plan
    return {
        "id": message.export_id,
        "state": message.state,
        "raw_state": message.state.lower(),
        "warehouse_id": plan.warehouse_id,
        "broker_id": plan.broker_id,
        "destination_country": plan.destination_country,
        "estimated_savings_usd": json_number(plan.estimated_import_savings_usd or "0"),
        "next_recommended_action": plan.next_recommended_action,
        "created_at": message.created_at,
        "executed_at": _executed_at(message),
    }


def _package(message: inspection_pb2.Export) -> views.CustomsPackageSummary | None:
    if not message.HasField("customs_package"):
        return None
    package = message.customs_package
    return {"id": package.id, "packageNumber": package.package_number, "state": package.state}


def _notifications(message: inspection_pb2.Export) -> list[views.Notification]:
    return [
        {
            "id": found.id,
            "channel": found.channel,
            "status": found.status,
            "created_at": found.created_at,
            "recipient": found.recipient,
        }
        for found in message.notifications
    ]


def _executed_at(message: inspection_pb2.Export) -> str | None:
    return message.executed_at if message.HasField("executed_at") else None
