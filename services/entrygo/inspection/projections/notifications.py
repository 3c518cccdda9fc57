"""Who was notified of what: the notifications of an export, in the order they were recorded."""

from entrygo.inspection.projections.projection import Projection
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """A notification recorded again replaces itself; the broker's follows the submission."""
    if event.WhichOneof("data") == "notification_recorded":
        recorded = event.notification_recorded.notification
        for known in export.notifications:
            if known.id == recorded.id:
                known.CopyFrom(recorded)
                return
        export.notifications.append(recorded)
        return
    changed = event.broker_submission_changed
    for known in export.notifications:
        if known.id == changed.notification_id and changed.notification_status:
            known.status = changed.notification_status


NOTIFICATIONS = Projection(
    "notifications", frozenset({"notification_recorded", "broker_submission_changed"}), apply
)
