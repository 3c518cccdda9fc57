"""Which events of an export apply, in which order, and what becomes of it. Pure: no I/O, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.submissions import worst
from entrygo.domain.time import parse_rfc3339
from entrygo.inspection.projections import PROJECTIONS
from entrygo.inspection.projections.timeline import Row
from entrygo.messaging.events import EVENT_DATA, EXECUTION, PLANNING
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

# The owners of what an export is; each numbers its events of one export 1, 2, 3 …
SOURCES = (PLANNING, EXECUTION)


class Unreadable(ValueError):
    """An event that no retry can make sense of."""


@dataclass(frozen=True, slots=True, order=True)
class ExportKey:
    """One export of one account and mode."""

    account_id: str
    mode: str
    export_id: str

    @property
    def tenant(self) -> Tenant:
        """The account and mode of the export."""
        return Tenant(self.account_id, Mode(self.mode))


@dataclass(slots=True)
class Known:
    """What the read model holds of an export: without its plan when that was not loaded."""

    key: ExportKey
    export: inspection_pb2.Export
    applied: dict[str, int]
    seen: dict[str, int]
    # That of the plan in force; empty while none is known.
    warehouse_id: str = ""
    # The id of the last event applied of each owner, where that was loaded.
    heads: dict[str, str] = field(default_factory=dict)
    # Of the row as it was read: another one once anything of it is written. None: there is no row.
    stamp: str | None = None

    @property
    def version(self) -> int:
        """Changes with every event applied, and is the same after a rebuild."""
        return sum(self.applied.values())

    @property
    def gaps(self) -> dict[str, int]:
        """The sequence to ask after, of each owner of whom a later event was seen than could be applied."""
        return {
            source: self.applied[source] for source in SOURCES if self.seen[source] > self.applied[source]
        }

    def request_after(self, source: str) -> events_pb2.EventsAfterRequest:
        """Asks an owner for what it has after this, if this is what it had before."""
        return events_pb2.EventsAfterRequest(
            stream_id=self.key.export_id,
            after_sequence=self.applied[source],
            after_event_id=self.heads.get(source, ""),
        )


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event, or bytes, that could not be applied, kept for a person."""

    account_id: str
    mode: str
    origin: str
    error: str
    payload: bytes


@dataclass(slots=True)
class Folded:
    """The export after a fold, and what else there is to store."""

    known: Known
    rows: list[Row] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    # The kinds, among its events, that this release does not know: the timeline alone tells of them.
    passed: set[str] = field(default_factory=set)
    changed: bool = False
    # The export is of another warehouse than before, so what is stored of it is, too.
    moved: bool = False
    # Events of it were applied before, so there are rows of its timeline.
    had_rows: bool = False
    # It has a package that it had not before.
    has_new_package: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The columns that lists filter by and show; None keeps what is stored."""

    state: str
    readiness_state: str | None
    compliance_score: int | None
    plan_hash: str | None
    warehouse_id: str | None
    broker_id: str | None
    destination_country: str | None
    estimated_savings_usd: str | None
    order_count: int | None
    customs_package_id: str
    broker_submission_status: str
    created_at: datetime | None
    executed_at: datetime | None


def nothing_known(key: ExportKey) -> Known:
    """An export of which no event has arrived."""
    none = dict.fromkeys(SOURCES, 0)
    return Known(key, inspection_pb2.Export(export_id=key.export_id), dict(none), dict(none))


def read_event(payload: bytes) -> events_pb2.Event:
    """The event in these bytes; Unreadable when they are none, or one that belongs to no export."""
    try:
        event = events_pb2.Event.FromString(payload)
    except Exception as error:
        raise Unreadable("not an event") from error
    check_event(event)
    return event


def check_event(event: events_pb2.Event) -> None:
    """Unreadable unless the envelope says whose event it is and where it stands."""
    wrong = [
        name
        for name, ok in (
            ("account_id", is_valid_id(event.account_id)),
            ("mode", event.mode in tuple(Mode)),
            ("stream_id", is_valid_id(event.stream_id)),
            ("sequence", event.sequence > 0),
            ("source", event.source in SOURCES),
        )
        if not ok
    ]
    if wrong:
        raise Unreadable("envelope: " + ", ".join(wrong))


def key_of(event: events_pb2.Event) -> ExportKey:
    """The export that an event is about."""
    return ExportKey(event.account_id, event.mode, event.stream_id)


def group(events: Iterable[events_pb2.Event]) -> dict[ExportKey, list[events_pb2.Event]]:
    """The events of each export, in the order they came; exports in the order they are locked in."""
    grouped: dict[ExportKey, list[events_pb2.Event]] = {}
    for event in events:
        grouped.setdefault(key_of(event), []).append(event)
    return dict(sorted(grouped.items()))


def fold(known: Known, events: Sequence[events_pb2.Event]) -> Folded:
    """Applies each owner's next events one after the other: older ones are dropped, one after a gap waits.

    `known` stays as it is.
    """
    known = replace(known, applied=dict(known.applied), seen=dict(known.seen))
    folded = Folded(known, had_rows=known.version > 0)
    package_before = known.export.customs_package.id
    for event in sorted(events, key=lambda event: event.sequence):
        _take(folded, event)
    folded.has_new_package = known.export.customs_package.id not in ("", package_before)
    return folded


def _take(folded: Folded, event: events_pb2.Event) -> None:
    known = folded.known
    if event.sequence > known.seen[event.source]:
        known.seen[event.source] = event.sequence
        folded.changed = True
    if event.sequence != known.applied[event.source] + 1 or event.detail_omitted:
        return
    try:
        export, row = _apply(known.export, event)
    except Exception as error:
        folded.dead.append(dead_event(event, error))
    else:
        known.export = export
        folded.rows.append(row)
        if event.type not in EVENT_DATA:
            folded.passed.add(event.type)
        _follow_warehouse(folded)
    known.applied[event.source] = event.sequence
    folded.changed = True


def _follow_warehouse(folded: Folded) -> None:
    """Only a plan names the warehouse, and the plan of an earlier fold was not loaded."""
    known = folded.known
    planned_for = known.export.plan.warehouse_id
    if planned_for and planned_for != known.warehouse_id:
        known.warehouse_id = planned_for
        folded.moved = True


def _apply(export: inspection_pb2.Export, event: events_pb2.Event) -> tuple[inspection_pb2.Export, Row]:
    """A changed copy: an event that fails half way leaves no trace."""
    changed = inspection_pb2.Export()
    changed.CopyFrom(export)
    for projection in PROJECTIONS:
        if projection.reads(event):
            projection.apply(changed, event)
    # A copy: a part of a message keeps the whole of it in memory, here one export for each event.
    entry = inspection_pb2.TimelineEntry()
    entry.CopyFrom(changed.events.pop())
    # What cannot be stored must fail here, where it costs one event and not the batch.
    summarize(changed)
    return changed, Row(event.source, event.sequence, entry)


def dead_event(event: events_pb2.Event, error: Exception) -> DeadLetter:
    """The event as a dead letter, with the error that it met."""
    origin = f"{event.source}/{event.stream_id}/{event.sequence}"
    return DeadLetter(event.account_id, event.mode, origin, repr(error), event.SerializeToString())


def summarize(export: inspection_pb2.Export) -> Summary:
    """The summary columns; ValueError when a value could not be stored."""
    plan = export.plan if export.HasField("plan") else None
    submission = worst(export.broker_submissions)
    return Summary(
        state=export.state,
        readiness_state=_text(plan.readiness_state) if plan else None,
        compliance_score=plan.compliance_score if plan else None,
        plan_hash=_text(plan.plan_hash) if plan else None,
        warehouse_id=_text(plan.warehouse_id) if plan else None,
        broker_id=_text(plan.broker_id) if plan else None,
        destination_country=_text(plan.destination_country) if plan else None,
        estimated_savings_usd=_decimal(plan.estimated_import_savings_usd) if plan else None,
        order_count=len(plan.included_order_ids) if plan else None,
        customs_package_id=_text(export.customs_package.id),
        broker_submission_status=_text(submission.status if submission else ""),
        created_at=parse_rfc3339(export.created_at) if export.created_at else None,
        executed_at=parse_rfc3339(export.executed_at) if export.HasField("executed_at") else None,
    )


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("text with a NUL character")
    return value


def _decimal(value: str) -> str:
    if value:
        Decimal(value)
    return value
