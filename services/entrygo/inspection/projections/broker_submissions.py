"""The ledger of submissions to the broker: oldest first, the last one is the current one."""

from entrygo.inspection.projections.projection import Projection
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """An event has the complete submission, so it replaces the row with the same id."""
    submission = event.broker_submission_changed.broker_submission
    for known in export.broker_submissions:
        if known.id == submission.id:
            known.CopyFrom(submission)
            return
    export.broker_submissions.append(submission)


BROKER_SUBMISSIONS = Projection("broker_submissions", frozenset({"broker_submission_changed"}), apply)
