"""The records of webhooks. Times are UTC, by the database's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entrygo.domain.principal import Tenant

TEST_EVENT = "webhook.test"
DISABLED_EVENT = "webhook.disabled"


class EndpointStatus(StrEnum):
    """Whether events are sent to an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DeliveryStatus(StrEnum):
    """How far a delivery is. One of a disabled endpoint is held until somebody replays it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an account wants its events sent."""

    id: str
    tenant: Tenant
    # None: of every warehouse.
    warehouse_id: str | None
    url: str
    # Types of events; empty: all.
    events: Sequence[str]
    description: str
    # Who gets a mail when it is disabled; empty: nobody.
    notify_email: str = ""
    status: EndpointStatus
    disabled_reason: str
    secret_version: int
    previous_secret_until: datetime | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OwedMail:
    """A mail that an endpoint was disabled, which execution has not taken over yet."""

    notice_id: str
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one endpoint."""

    event_id: str
    position: int
    export_id: str
    event_type: str
    body: str
    status: DeliveryStatus
    attempts: int
    response_status: int
    error: str
    created_at: datetime
    attempted_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lane:
    """The deliveries of one export to one endpoint: one leaves after the other."""

    tenant: Tenant
    endpoint_id: str
    export_id: str
    # Whoever claimed it has it until then, and by this knows whether it still has it.
    lease_until: datetime
    # Whether the endpoint had taken nothing for a while by then.
    is_failing: bool
