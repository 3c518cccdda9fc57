"""Announces events that were applied to the read model: in the account's feed, and to subscribed webhooks."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import orjson

from entrygo.domain.time import parse_rfc3339
from entrygo.inspection.announcement import Announcement
from entrygo.inspection.announcement_store import AnnouncementStore
from entrygo.inspection.feed.store import move_feed
from entrygo.inspection.folding import Folded
from entrygo.postgres.pool import Connection

# Receivers are promised bodies below 20 kB; what is longer is asked for.
MAX_PAYLOAD_CHARACTERS = 16_000
# For work beside the running service, which sends what is queued here.
KEEP = timedelta(days=35)


def _nobody() -> None:
    return None


class Announcer:
    """Writes announcements in the transaction that applies the events; `wake` is called after its commit.

    Events older than `keep` are skipped: whether they were announced is not known any more.
    """

    def __init__(self, keep: timedelta = KEEP, wake: Callable[[], None] = _nobody) -> None:
        self._keep = keep
        self.wake = wake

    async def add(self, connection: Connection, folded: Sequence[Folded]) -> bool:
        """True when a webhook can be sent once the transaction is committed."""
        moved = [one.known for one in folded if one.moved]
        if moved:
            await move_feed(connection, moved)
        events = [event for one in folded for event in announcements(one)]
        if not events:
            return False
        return await AnnouncementStore(connection).announce(events, not_before=self._keep)


def announcements(folded: Folded) -> Iterator[Announcement]:
    """One for each event that a fold applied, in that order."""
    known = folded.known
    # Grows by one with every event, whichever owner it is of.
    first = known.version - len(folded.rows) + 1
    for sequence, row in enumerate(folded.rows, start=first):
        entry = row.entry
        occurred_at = _instant(entry.created_at)
        if occurred_at is None:
            continue
        payload = entry.payload_json if len(entry.payload_json) <= MAX_PAYLOAD_CHARACTERS else "null"
        data = {
            "accountId": known.key.account_id,
            "mode": known.key.mode,
            "exportId": known.key.export_id,
            "warehouseId": known.warehouse_id or None,
            "eventId": entry.id,
            "sequence": sequence,
            "state": known.export.state,
            "event": orjson.Fragment(payload.encode()),
        }
        body = {"type": entry.type, "timestamp": entry.created_at, "data": data}
        yield Announcement(
            tenant=known.key.tenant,
            export_id=known.key.export_id,
            warehouse_id=known.warehouse_id or None,
            event_id=entry.id,
            event_type=entry.type,
            occurred_at=occurred_at,
            body=orjson.dumps(body).decode(),
        )


def _instant(text: str) -> datetime | None:
    """None for what is no time: whether an event is news cannot be said then, and the read model goes on."""
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        return None
