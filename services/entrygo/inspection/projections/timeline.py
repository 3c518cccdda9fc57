"""The timeline of an export: every event of both owners, in the order in which they happened."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from entrygo.inspection.projections.projection import Projection
from entrygo.messaging.events import PLANNING, timeline_payload
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

# In one and the same millisecond an execution starts before its first document and ends after its last mail.
ENDS = frozenset({"export.executed", "export.execution_failed", "export.cancelled"})


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, and where it stands in its owner's own order."""

    source: str
    sequence: int
    entry: inspection_pb2.TimelineEntry


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """One entry an event; `merged` puts the entries of two owners in order."""
    export.events.add(
        id=event.id,
        type=event.type,
        created_at=event.occurred_at,
        payload_json=orjson.dumps(timeline_payload(event), option=orjson.OPT_SORT_KEYS).decode(),
    )


def merged(rows: Sequence[Row]) -> list[inspection_pb2.TimelineEntry]:
    """Both owners' entries merged by time. Within an owner the sequence rules, whatever its clock said."""
    ordered = sorted(rows, key=lambda row: row.sequence)
    planning = [row.entry for row in ordered if row.source == PLANNING]
    execution = [row.entry for row in ordered if row.source != PLANNING]
    entries = []
    while planning and execution:
        entries.append((planning if _comes_first(planning[0], execution[0]) else execution).pop(0))
    return entries + planning + execution


def _comes_first(planning: inspection_pb2.TimelineEntry, execution: inspection_pb2.TimelineEntry) -> bool:
    if planning.created_at == execution.created_at:
        return planning.type not in ENDS
    return planning.created_at < execution.created_at


TIMELINE = Projection("timeline", None, apply)
