"""An event as programs hear of it."""

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
