"""Sends the items of a file by the use cases of REST, batch by batch, and keeps what became of each row."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import orjson

from entrygo.domain.errors import EntryGoError
from entrygo.gateway.console.visit import Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.json_reader import read_json
from entrygo.gateway.mapping.messages import filled
from entrygo.gateway.mapping.orders import sync_orders_request
from entrygo.gateway.routes.setup import FACTS
from entrygo.gateway.schemas.orders import SyncOrdersBody
from entrygo.imports.batches import CONTENT_ERRORS, after_refusal, idempotency_key
from entrygo.imports.entries import Entry, Rejected
from entrygo.imports.kinds import ORDERS, Kind

BATCH = 200

Sync = Callable[[Visit, bytes], Awaitable[object]]


@dataclass(slots=True)
class Sent:
    """What became of a file: `names` are the external ids of what is stored, in the order of the file."""

    names: list[str] = field(default_factory=list)
    rows: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    # What ended it early; None when every row was settled.
    stopped: EntryGoError | None = None


async def send(visit: Visit, kind: Kind, entries: Sequence[Entry | Rejected], run_id: str) -> Sent:
    """Every batch until each of its entries is stored or refused.

    `run_id` makes the keys of its requests: the same form sent twice stores nothing twice.
    """
    sent = Sent(rejected=[each for each in entries if isinstance(each, Rejected)])
    good = [each for each in entries if isinstance(each, Entry)]
    waiting: list[Sequence[Entry]] = [good[at : at + BATCH] for at in range(0, len(good), BATCH)]
    waiting.reverse()
    while waiting:
        batch = waiting.pop()
        try:
            await _send_batch(visit, kind, batch, run_id)
        except EntryGoError as error:
            if error.error_code not in CONTENT_ERRORS:
                sent.stopped = error
                break
            refused, again = after_refusal(batch, error.details, error.message, kind.describe)
            sent.rejected += refused
            waiting += again[::-1]
            continue
        sent.names += (entry.name for entry in batch)
        sent.rows += sum(len(entry.rows) for entry in batch)
    sent.rejected.sort(key=lambda each: each.row.line)
    return sent


async def _send_batch(visit: Visit, kind: Kind, batch: Sequence[Entry], run_id: str) -> None:
    visit.count_items(len(batch))
    body = {"accountId": visit.account_id, "items": [entry.item for entry in batch]}
    content = orjson.dumps({**body, "idempotencyKey": idempotency_key(run_id, body)})
    await SYNCS[kind.noun](visit, content)


async def _sync_orders(visit: Visit, content: bytes) -> object:
    body = validated(SyncOrdersBody, read_json(content))
    return await visit.write(visit.services.sync.SyncOrders, sync_orders_request(body))


def _sync_of(noun: str) -> Sync:
    fact = next(fact for fact in FACTS if f"{fact.record.noun}s" == noun)

    async def sync(visit: Visit, content: bytes) -> object:
        request = filled(fact.request(), validated(fact.schemas.sync_body, read_json(content)))
        return await visit.write(fact.sync(visit.services.sync), request)

    return sync


SYNCS: dict[str, Sync] = {
    ORDERS.noun: _sync_orders,
    **{noun: _sync_of(noun) for noun in ("products", "importers")},
}
