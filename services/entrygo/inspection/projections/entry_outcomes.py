"""Entry summaries of an export, each compared with its estimate."""

from entrygo.inspection.projections.projection import Projection
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """An event has the complete outcome of its entry; the order of entries stays."""
    kind = event.WhichOneof("data")
    carried = event.entry_summary_recorded if kind == "entry_summary_recorded" else event.entry_task_closed
    others = [each for each in export.entry_outcomes if each.entry != carried.outcome.entry]
    outcomes = sorted([*others, carried.outcome], key=lambda outcome: outcome.entry)
    del export.entry_outcomes[:]
    export.entry_outcomes.extend(outcomes)


ENTRY_OUTCOMES = Projection(
    "entry_outcomes", frozenset({"entry_summary_recorded", "entry_task_closed"}), apply
)
