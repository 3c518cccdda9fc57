"""Reads requests about webhooks; a ValidationFailed names everything that is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from entrygo.inspection.webhooks.records import DeliveryStatus, EndpointStatus
from entrygo.messaging.events import EXPORT_EVENTS
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.requests.email_address import email
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.pages import NotACursor, decode_cursor, page_limit
from entrygo.requests.texts import moment, one_of, public_id, text
from entrygo.requests.webhooks import MAX_DESCRIPTION, MAX_OVERLAP_HOURS

CREATE_OPERATION = "webhooks.create"
ROTATE_OPERATION = "webhooks.rotate"
UPDATE_OPERATION = "webhooks.update"
REPLAY_OPERATION = "webhooks.replay"
MAX_URL = 2_000  # characters
MAX_PORT = 65_535
DEFAULT_OVERLAP_HOURS = 24
MAX_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCommand:
    url: str
    events: Sequence[str]
    description: str
    # Empty: nobody.
    notify_email: str = ""
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateCommand:
    """`overlap` is how long the old secret also signs."""

    id: str
    overlap: timedelta
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCommand:
    """None: unchanged."""

    id: str
    url: str | None
    events: Sequence[str] | None
    description: str | None
    # Empty: nobody from now on.
    notify_email: str | None = None
    status: EndpointStatus | None
    key: str = ""
    fingerprint: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    limit: int
    status: str | None
    # Deliveries below this position.
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCommand:
    """One event, or those of a status that were queued in [since, until)."""

    event_id: str
    statuses: Sequence[str]
    since: datetime | None
    until: datetime | None
    key: str = ""
    fingerprint: bytes = b""


def read_create(request: inspection_pb2.CreateWebhookRequest) -> CreateCommand:
    """The endpoint that is wanted, checked; ValidationFailed names everything that is wrong with it."""
    issues = Issues()
    url = issues.take(webhook_url, request.url, "url")
    events = _events(request.events, issues)
    description = issues.take(text(MAX_DESCRIPTION), request.description, "description")
    notify_email = issues.optional(email, request.notify_email, "notifyEmail")
    check_key(request.idempotency_key, issues)
    issues.check()
    return CreateCommand(
        url=url or "",
        events=events,
        description=description or "",
        notify_email=notify_email or "",
        key=request.idempotency_key,
        fingerprint=fingerprint(CREATE_OPERATION, request),
    )


def read_update(request: inspection_pb2.UpdateWebhookRequest) -> UpdateCommand:
    """The fields to change, checked; ValidationFailed names everything that is wrong."""
    issues = Issues()
    url = issues.take(webhook_url, request.url, "url") if request.HasField("url") else None
    events = _events(request.events.types, issues) if request.HasField("events") else None
    description = None
    if request.HasField("description"):
        description = issues.take(text(MAX_DESCRIPTION), request.description, "description")
    status = None
    if request.HasField("status"):
        status = issues.take(one_of(*EndpointStatus), request.status, "status")
    notify_email = None
    if request.HasField("notify_email"):
        notify_email = issues.optional(email, request.notify_email, "notifyEmail") or ""
    check_key(request.idempotency_key, issues)
    issues.check()
    return UpdateCommand(
        id=request.id,
        url=url,
        events=events,
        description=description,
        notify_email=notify_email,
        status=EndpointStatus(status) if status else None,
        key=request.idempotency_key,
        fingerprint=fingerprint(UPDATE_OPERATION, request),
    )


def read_rotate(request: inspection_pb2.RotateWebhookSecretRequest) -> RotateCommand:
    """Which secret, and how long the old one also signs; ValidationFailed when that is out of bounds."""
    hours = request.overlap_hours if request.HasField("overlap_hours") else DEFAULT_OVERLAP_HOURS
    issues = Issues()
    issues.bounded(hours, 0, MAX_OVERLAP_HOURS, "overlapHours")
    check_key(request.idempotency_key, issues)
    issues.check()
    return RotateCommand(
        id=request.id,
        overlap=timedelta(hours=hours),
        key=request.idempotency_key,
        fingerprint=fingerprint(ROTATE_OPERATION, request),
    )


def read_page(request: inspection_pb2.ListDeliveriesRequest) -> DeliveryPage:
    """The page of deliveries that is wanted; ValidationFailed for a status or a cursor that is none."""
    issues = Issues()
    limit = page_limit(request.limit, issues)
    status = issues.optional(one_of(*DeliveryStatus), request.status, "status")
    before = issues.optional(_position, request.cursor, "cursor")
    issues.check()
    return DeliveryPage(limit=limit, status=status, before=before)


def read_replay(request: inspection_pb2.ReplayDeliveriesRequest) -> ReplayCommand:
    """Which deliveries to queue again: of an event, of a span of time, of a status.

    Failed and held ones where no status is named. ValidationFailed names everything that is wrong.
    """
    issues = Issues()
    event_id = issues.optional(public_id, request.event_id, "eventId")
    since = issues.optional(moment, request.queued_from, "queuedFrom")
    until = issues.optional(moment, request.queued_until, "queuedUntil")
    status = issues.optional(one_of(*DeliveryStatus), request.status, "status")
    check_key(request.idempotency_key, issues)
    issues.check()
    return ReplayCommand(
        event_id=event_id or "",
        statuses=(status,) if status else (DeliveryStatus.FAILED, DeliveryStatus.HELD),
        since=since,
        until=until,
        key=request.idempotency_key,
        fingerprint=fingerprint(REPLAY_OPERATION, request),
    )


def webhook_url(value: str) -> str:
    """An http or https URL with a host, without a user and a fragment; Wrong otherwise."""
    expected = Wrong("Expected a URL: https://host/path, without user name, password and fragment")
    if len(value) > MAX_URL or not value.isascii() or not value.isprintable() or " " in value:
        raise expected
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise expected from None
    if url.scheme not in ("http", "https") or not url.raw_host or url.userinfo or url.fragment:
        raise expected
    if url.port is not None and not 1 <= url.port <= MAX_PORT:
        raise expected
    return value


def _events(types: Sequence[str], issues: Issues) -> Sequence[str]:
    for place, each in enumerate(types[: len(EXPORT_EVENTS) + 1]):
        if each not in EXPORT_EVENTS:
            issues.add(f"events.{place}", "Expected one of " + ", ".join(EXPORT_EVENTS), "invalid_enum_value")
    if len(types) > len(EXPORT_EVENTS):
        issues.add("events", f"At most {len(EXPORT_EVENTS)} types", "too_big")
    return tuple(dict.fromkeys(types))


def _position(cursor: str) -> int:
    place = decode_cursor(cursor)
    if not (place.isascii() and place.isdecimal() and len(place) < 20 and int(place) <= MAX_POSITION):
        raise NotACursor
    return int(place)
