"""An export as planning has it: a row, and what its next event follows."""

from dataclasses import dataclass, field
from datetime import datetime

from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Readiness
from entrygo.messaging.heads import Head

# In the order of `row_from_export`.
EXPORT_COLUMNS = (
    "export_id, warehouse_id, state, revision, plan_hash, readiness_state, execution_id, claimed_at,"
    " event_sequence, withdrawal_id, supersedes, superseded_by"
)
# An export with its head, as the store reads it; $4 is its id.
HEADED_COLUMNS = (
    f"{EXPORT_COLUMNS}, (SELECT epoch::text FROM owner_epoch) AS epoch,"  # noqa: S608
    " (SELECT event_id FROM event_log WHERE account_id = $1 AND mode = $2 AND stream_id = $4"
    "  AND sequence = exports.event_sequence) AS last_event_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export as its row has it."""

    export_id: str
    warehouse_id: str
    state: State
    revision: int
    plan_hash: str
    readiness_state: Readiness
    # The execution that claimed it last, and when.
    execution_id: str | None = None
    claimed_at: datetime | None = None
    # The number of the last event about it; 0 for an export that is not stored yet.
    event_sequence: int = 0
    # What withdrew it; known again when the same withdrawal comes twice.
    withdrawal_id: str | None = None
    # The export that this one takes the place of, and the one that takes, or has taken, this one's.
    supersedes: str | None = None
    superseded_by: str | None = None
    # Of a locked export: what its next event follows.
    head: Head | None = field(default=None, compare=False)


def row_from_export(export: Export) -> tuple[object, ...]:
    """The values of EXPORT_COLUMNS."""
    return (
        export.export_id,
        export.warehouse_id,
        export.state,
        export.revision,
        export.plan_hash,
        export.readiness_state,
        export.execution_id,
        export.claimed_at,
        export.event_sequence,
        export.withdrawal_id,
        export.supersedes,
        export.superseded_by,
    )
