"""What an account's other endpoints, and a mailbox, are sent when one of them is disabled."""

import orjson

from entrygo.domain.ids import IdKind
from entrygo.domain.time import rfc3339
from entrygo.inspection.webhooks.queue_store import QueueStore
from entrygo.inspection.webhooks.records import DISABLED_EVENT, Endpoint, EndpointStatus
from entrygo.inspection.webhooks.store import EndpointStore
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.pool import Connection
from entrygo.process.clock import Ids


async def queue_notices(
    connection: Connection, endpoints: EndpointStore, queue: QueueStore, ids: Ids, disabled: Endpoint
) -> None:
    """Queues an event of `disabled` for each endpoint that asked for its type and may know of it.

    An endpoint of one warehouse may know of that warehouse's others alone. Who is named to get a mail of it
    gets one of the same id.
    """
    event_id = ids.new(IdKind.EVENT)
    since = disabled.failing_since
    event = {
        "type": DISABLED_EVENT,
        "timestamp": rfc3339(await transaction_time(connection)),
        "data": {
            "accountId": disabled.tenant.account_id,
            "mode": disabled.tenant.mode,
            "eventId": event_id,
            "webhookId": disabled.id,
            "url": disabled.url,
            "warehouseId": disabled.warehouse_id,
            "reason": disabled.disabled_reason,
            "failingSince": rfc3339(since) if since else None,
        },
    }
    body = orjson.dumps(event).decode()
    for other in await endpoints.endpoints():
        if is_notified(other, disabled):
            await queue.queue_alone(other, event_id, DISABLED_EVENT, body)
    if disabled.notify_email:
        await endpoints.owe_mail(disabled, event_id)


def is_notified(other: Endpoint, disabled: Endpoint) -> bool:
    """Whether an endpoint of the same account gets the event."""
    may_know = other.warehouse_id in (None, disabled.warehouse_id)
    asked = not other.events or DISABLED_EVENT in other.events
    return other.id != disabled.id and other.status is EndpointStatus.ENABLED and may_know and asked
