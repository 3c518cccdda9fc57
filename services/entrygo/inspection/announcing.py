"""What programs hear of events that were applied to the read model: in feeds, and by webhooks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from entrygo.domain.time import parse_rfc3339
from entrygo.inspection.folding import Folded

# Receivers are promised bodies below 20 kB; what is longer is asked for.
MAX_PAYLOAD_CHARACTERS = 16_000


def _nobody() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Announcer:
    """Events older than `keep` are not announced: whether they were is not known any more.

    `wake` is called once there is something to send; beside the running service, which sends it, by nobody.
    """

    keep: timedelta
    wake: Callable[[], None] = _nobody


def announced(folded: Folded) -> Iterator[tuple[str, str, str, datetime | None]]:
    """Id, type, body {type, timestamp, data} and time of each event that a fold applied, in that order.

    No time: the event does not say one, and is not announced.
    """
    known = folded.known
    # Grows by one with every event, whichever owner it is of.
    first = known.version - len(folded.rows) + 1
    for sequence, row in enumerate(folded.rows, start=first):
        entry = row.entry
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
        yield entry.id, entry.type, orjson.dumps(body).decode(), _instant(entry.created_at)


def _instant(text: str) -> datetime | None:
    """None for what is no time: whether an event is news cannot be said then, and the read model goes on."""
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        return None
