"""An event as programs hear of it, and many of them as columns for a statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrygo.domain.principal import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is announced of one event, and who may see it."""

    tenant: Tenant
    export_id: str
    # None while it is not known of which warehouse the export is.
    warehouse_id: str | None
    event_id: str
    event_type: str
    occurred_at: datetime
    # A JSON object {type, timestamp, data}.
    body: str


# As rows of a statement: `FROM unnest({ARRAYS}) WITH ORDINALITY AS event ({COLUMNS})`, whose first parameters
# are `columns_of`; `place` counts the events from 1.
ARRAYS = (
    "$1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[]"
)
COLUMNS = "account_id, mode, event_id, export_id, warehouse_id, event_type, body, occurred_at, place"


def columns_of(events: Sequence[Announcement]) -> tuple[Sequence[str | datetime | None], ...]:
    """The parameters of ARRAYS: one list for each of COLUMNS but the last."""
    return (
        [event.tenant.account_id for event in events],
        [str(event.tenant.mode) for event in events],
        [event.event_id for event in events],
        [event.export_id for event in events],
        [event.warehouse_id for event in events],
        [event.event_type for event in events],
        [event.body for event in events],
        [event.occurred_at for event in events],
    )
