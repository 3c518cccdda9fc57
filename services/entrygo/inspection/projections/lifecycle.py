"""State, plan and revision of an export: planning's events alone decide them."""

from entrygo.domain.lifecycle import State
from entrygo.inspection.projections.projection import Projection
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

# Whatever the event, the state it leads to.
STATES = {
    "export_planned": State.BATCHED,
    # Only a planned export can be approved, and it stays one.
    "export_approved": State.BATCHED,
    "export_execution_started": State.EXECUTING,
    "export_executed": State.COMPLETED,
    "export_execution_failed": State.FAILED,
    "export_cancelled": State.CANCELLED,
    "export_withdrawn": State.WITHDRAWN,
    "export_superseded": State.SUPERSEDED,
}


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """The state follows; a plan replaces the one before; the first plan dates the export."""
    kind = event.WhichOneof("data")
    assert kind is not None
    export.state = STATES[kind]
    if kind == "export_planned":
        export.revision = event.export_planned.revision
        export.plan.CopyFrom(event.export_planned.plan)
        export.created_at = export.created_at or event.occurred_at
        export.supersedes = event.export_planned.supersedes
    elif kind == "export_executed":
        export.executed_at = event.export_executed.executed_at or event.occurred_at
    elif kind == "export_withdrawn":
        export.withdrawal.withdrawn_at = event.occurred_at
        export.withdrawal.reason = event.export_withdrawn.reason
    elif kind == "export_superseded":
        export.superseded_by = event.export_superseded.superseded_by


LIFECYCLE = Projection("lifecycle", frozenset(STATES), apply)
