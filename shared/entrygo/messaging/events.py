"""The lifecycle events: their names, their topics, and how one is made and shown."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from google.protobuf.message import Message

from entrygo.domain.principal import Tenant
from entrygo.domain.time import rfc3339
from entrygo.proto.events.v1 import events_pb2

ORDERS_TOPIC = "entrygo.orders.v1"
EXPORTS_TOPIC = "entrygo.exports.v1"
TOPICS = (ORDERS_TOPIC, EXPORTS_TOPIC)

SYNC = "sync"
PLANNING = "planning"
EXECUTION = "execution"

# Every event: its dotted name, and the member of Event.data that carries it.
EVENT_DATA: Mapping[str, str] = MappingProxyType(
    {
        "orders.synced": "orders_synced",
        "export.planned": "export_planned",
        "export.execution_started": "export_execution_started",
        "export.executed": "export_executed",
        "export.execution_failed": "export_execution_failed",
        "export.cancelled": "export_cancelled",
        "export.approved": "export_approved",
        "export.withdrawn": "export_withdrawn",
        "export.superseded": "export_superseded",
        "customs_package.generated": "customs_package_generated",
        "customs_package.withdrawn": "customs_package_closed",
        "customs_package.superseded": "customs_package_closed",
        "broker_notification.recorded": "notification_recorded",
        "warehouse_notification.recorded": "notification_recorded",
        "broker_submission.prepared": "broker_submission_changed",
        "broker_submission.sending": "broker_submission_changed",
        "broker_submission.sent": "broker_submission_changed",
        "broker_submission.retrying": "broker_submission_changed",
        "broker_submission.acknowledged": "broker_submission_changed",
        "broker_submission.rejected": "broker_submission_changed",
        "broker_submission.failed": "broker_submission_changed",
        "broker_submission.unknown": "broker_submission_changed",
        "entry_summary.recorded": "entry_summary_recorded",
        "entry_task.closed": "entry_task_closed",
    }
)


def topic_of_type(type: str) -> str:
    """The topic follows from the event: what is about orders, what is about exports."""
    return ORDERS_TOPIC if type.startswith("orders.") else EXPORTS_TOPIC


def topic_of(event: events_pb2.Event) -> str:
    """The topic that an event is published in: of orders, or of exports."""
    return topic_of_type(event.type)


# What programs can ask for: all that happens to an export.
EXPORT_EVENTS = tuple(sorted(each for each in EVENT_DATA if topic_of_type(each) == EXPORTS_TOPIC))


def make_event(
    *,
    id: str,
    type: str,
    source: str,
    tenant: Tenant,
    stream_id: str,
    sequence: int,
    occurred_at: datetime,
    data: Message | None,
) -> events_pb2.Event:
    """An event of `source` about `stream_id`; `data` is the message that EVENT_DATA names for `type`.

    None where their bytes are written apart.
    """
    event = events_pb2.Event(
        id=id,
        type=type,
        source=source,
        account_id=tenant.account_id,
        mode=str(tenant.mode),
        stream_id=stream_id,
        sequence=sequence,
        occurred_at=rfc3339(occurred_at),
    )
    if data is not None:
        getattr(event, EVENT_DATA[type]).CopyFrom(data)
    return event


def timeline_payload(event: events_pb2.Event) -> dict[str, object]:
    """What the timeline of an export shows of an event: ids and outcomes, never the whole plan."""
    return {
        "batchId": event.stream_id,
        **_of_the_export(event),
        **_of_the_package(event),
        **_of_an_entry(event),
    }


def _of_the_export(event: events_pb2.Event) -> dict[str, object]:
    payload: dict[str, object] = {}
    match event.WhichOneof("data"):
        case "export_planned":
            payload = _of_the_plan(event.export_planned)
        case "export_execution_started":
            payload = {"revision": event.export_execution_started.revision}
        case "export_executed":
            payload = {"customsPackageId": event.export_executed.customs_package_id}
        case "export_execution_failed":
            failed = event.export_execution_failed
            payload = {"errorCode": failed.error_code, "message": failed.message}
        case "export_cancelled":
            payload = {"reason": event.export_cancelled.reason or None}
        case "export_approved":
            approved = event.export_approved
            payload = {
                "planHash": approved.plan_hash,
                "approvedBy": approved.approved_by,
                "note": approved.note or None,
            }
        case "export_withdrawn":
            withdrawn = event.export_withdrawn
            payload = {"reason": withdrawn.reason, "orders": withdrawn.orders}
        case "export_superseded":
            superseded = event.export_superseded
            payload = {"supersededBy": superseded.superseded_by, "reason": superseded.reason}
    return payload


def _of_the_plan(planned: events_pb2.ExportPlanned) -> dict[str, object]:
    plan = planned.plan
    return {
        "revision": planned.revision,
        "planHash": plan.plan_hash,
        "readinessState": plan.readiness_state,
        "complianceScore": plan.compliance_score,
        "includedOrders": len(plan.included_order_ids),
        "excludedOrders": len(plan.excluded_order_ids),
        **({"supersedes": planned.supersedes} if planned.supersedes else {}),
    }


def _of_the_package(event: events_pb2.Event) -> dict[str, object]:
    match event.WhichOneof("data"):
        case "customs_package_generated":
            package = event.customs_package_generated.customs_package
            return {
                "customsPackageId": package.id,
                "packageNumber": package.package_number,
                "artifacts": [artifact.filename for artifact in package.artifacts],
            }
        case "customs_package_closed":
            closed = event.customs_package_closed
            return {
                "customsPackageId": closed.customs_package_id,
                "state": closed.state,
                "reason": closed.reason,
                "replacedBy": closed.replaced_by_number or None,
            }
        case "notification_recorded":
            notification = event.notification_recorded.notification
            return {"notificationId": notification.id, "channel": notification.channel}
        case "broker_submission_changed":
            return _of_the_submission(event.broker_submission_changed.broker_submission)
    return {}


def _of_an_entry(event: events_pb2.Event) -> dict[str, object]:
    match event.WhichOneof("data"):
        case "entry_summary_recorded":
            return _of_the_outcome(event.entry_summary_recorded.outcome)
        case "entry_task_closed":
            closed = event.entry_task_closed
            task = {"taskId": closed.task_id, "code": closed.code, "note": closed.note}
            return {**task, **_of_the_outcome(closed.outcome)}
    return {}


def _of_the_outcome(outcome: events_pb2.EntryOutcome) -> dict[str, object]:
    return {
        "entry": outcome.entry,
        "entryNumber": outcome.entry_number,
        "revision": outcome.revision,
        "entryState": outcome.state,
        "openTasks": outcome.open_tasks,
        "reasons": list(outcome.reasons),
    }


def _of_the_submission(submission: events_pb2.BrokerSubmission) -> dict[str, object]:
    payload: dict[str, object] = {"brokerSubmissionId": submission.id, "status": submission.status}
    if submission.kind:
        payload["kind"] = submission.kind
    if submission.HasField("error_message"):
        payload["errorMessage"] = submission.error_message
    if submission.server_answer:
        payload["serverAnswer"] = submission.server_answer
    if submission.HasField("entry_number"):
        payload["entryNumber"] = submission.entry_number
    if len(submission.entry_numbers) > 1:
        payload["entryNumbers"] = [
            {"entry": each.entry, "entryNumber": each.entry_number} for each in submission.entry_numbers
        ]
    if submission.entry:
        payload["entry"] = submission.entry
    if submission.HasField("broker_reason"):
        payload["brokerReason"] = submission.broker_reason
    return payload
