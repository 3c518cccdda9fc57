"""What sync does: store what is given, all or nothing, and hand it out again. One transaction each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from entrygo.domain.errors import NotFound, OutsideWarehouse, ReferenceOutsideAccount, ValidationFailed
from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Visible
from entrygo.messaging.events import SYNC, make_event
from entrygo.messaging.outbox import append_first
from entrygo.postgres.idempotency import KeyRow, Reply, committed, replay, run_once
from entrygo.postgres.pool import Connection, Pool, single_statement, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.requests.pages import Page, PageRequest, encode_cursor
from entrygo.sync.drafts import (
    FactsDraft,
    FactsUpdate,
    OrderDraft,
    Stamp,
    StoredFacts,
    StoredOrder,
    Subject,
    facts_fingerprint,
    orders_fingerprint,
    update_fingerprint,
)
from entrygo.sync.habits import Habits
from entrygo.sync.order_references import check_importers, with_their_products
from entrygo.sync.order_store import SYNC_ORDERS, OrderStore, Taken
from entrygo.sync.periods import RECORDS, check_merged
from entrygo.sync.planning_store import PlanningRows, PlanningStore
from entrygo.sync.skus import product_ids_of
from entrygo.sync.store import FactStore
from entrygo.sync.uniqueness import check_ids

T = TypeVar("T")

# So many orders of a plan take longer to be looked up in the wrong index than a look at their table takes.
MANY_ORDERS = 1000

# Turns what was stored into the bytes that are answered, and kept for a repeated call.
RenderOrders = Callable[[Sequence[StoredOrder]], bytes]
RenderFacts = Callable[[Sequence[StoredFacts]], bytes]


@dataclass(frozen=True, slots=True)
class SyncUseCases:
    """The use cases of sync, on one database."""

    pool: Pool
    clock: Clock
    ids: Ids
    habits: Habits

    async def sync_orders(
        self, visible: Visible, drafts: Sequence[OrderDraft], key: str, render: RenderOrders
    ) -> Reply:
        """Upserts by external id, all or nothing; ValidationFailed names each unknown product or importer."""

        fingerprint = orders_fingerprint(visible.tenant.account_id, drafts) if key else b""
        added = await self._add_orders(visible, drafts, key, fingerprint, render)
        if added is not None:
            return added

        async def run(connection: Connection) -> Reply:
            store = OrderStore(connection, visible)
            begun = await store.begin(key, fingerprint, product_ids_of(drafts))
            if isinstance(begun, KeyRow):
                return replay(begun)
            await check_importers(store, drafts)
            known = await with_their_products(store, drafts, begun.product_ids)
            now = self.clock()
            stamps = await store.upsert(known, self.ids.some(IdKind.ORDER, len(known)), now)
            stored = [StoredOrder(draft, stamps[draft.external_id]) for draft in known]
            answer = render(stored)
            are_new = all(stamp.created_at == now for stamp in stamps.values())
            self.habits.note(visible, begun.epoch if are_new else None)
            await append_first(
                connection,
                self._orders_synced(visible, stored, begun.epoch),
                warehouse_id=visible.warehouse_id,
                operation=SYNC_ORDERS,
                key=key,
                answer=answer,
            )
            return Reply(answer, replayed=False)

        return await committed(
            self.pool, visible, operation=SYNC_ORDERS, key=key, fingerprint=fingerprint, run=run
        )

    async def _add_orders(
        self,
        visible: Visible,
        drafts: Sequence[OrderDraft],
        key: str,
        fingerprint: bytes,
        render: RenderOrders,
    ) -> Reply | None:
        """Writes orders that are all new in one statement; None, and nothing is written, where that fails.

        Tried where the account's last ones were all new: it is in vain where it sends its orders again.
        """
        epoch = self.habits.epoch_if_new(visible)
        if epoch is None or any(draft.importer_external_id for draft in drafts):
            return None

        async def run(connection: Connection) -> Reply | None:
            store = OrderStore(connection, visible)
            try:
                # Whether there are those that it names by their ids is for the statement to see.
                known = await with_their_products(store, drafts, product_ids_of(drafts))
            except ValidationFailed:
                return None
            now = self.clock()
            ids = self.ids.some(IdKind.ORDER, len(known))
            stored = [StoredOrder(draft, Stamp(new, now, now)) for draft, new in zip(known, ids, strict=True)]
            answer, event = render(stored), self._orders_synced(visible, stored, epoch)
            taken = Taken(key, fingerprint, answer, event, frozenset(product_ids_of(known)))
            return Reply(answer, replayed=False) if await store.add_new(taken, known, ids, now) else None

        reply = await committed(
            self.pool,
            visible,
            operation=SYNC_ORDERS,
            key=key,
            fingerprint=fingerprint,
            run=run,
            opened=single_statement,
        )
        if reply is None:
            self.habits.note(visible, None)
        return reply

    def _orders_synced(self, visible: Visible, stored: Sequence[StoredOrder], epoch: str) -> events_pb2.Event:
        event = make_event(
            id=self.ids.new(IdKind.EVENT),
            type="orders.synced",
            source=SYNC,
            tenant=visible.tenant,
            stream_id=self.ids.new(IdKind.ORDER_SYNC),
            sequence=1,
            occurred_at=self.clock(),
            data=events_pb2.OrdersSynced(order_ids=[order.stamp.id for order in stored]),
        )
        event.epoch = epoch
        return event

    async def sync_facts(
        self, visible: Visible, subject: Subject, drafts: Sequence[FactsDraft], key: str, render: RenderFacts
    ) -> Reply:
        """Creates or merges products, warehouses, brokers or importers; an absent field keeps its value.

        InsufficientScope when a key that is bound to a warehouse names another one.
        """

        async def guard(connection: Connection) -> None:
            if subject is Subject.WAREHOUSES:
                await _check_own_warehouse(FactStore(connection, visible), visible, drafts)

        async def work(connection: Connection) -> bytes:
            store = FactStore(connection, visible)
            used = await store.ids_in_use(
                subject, [draft.external_id for draft in drafts], [draft.id for draft in drafts if draft.id]
            )
            check_ids(drafts, used)
            new_ids = self.ids.some(subject.id_kind, len(drafts))
            stored = await store.upsert_facts(subject, drafts, new_ids, self.clock())
            merged = [stored[draft.external_id] for draft in drafts]
            check_merged(subject, [draft.facts for draft in drafts], merged, path="items.{}")
            return render(merged)

        return await run_once(
            self.pool,
            visible,
            operation=f"sync.{subject}",
            key=key,
            fingerprint=facts_fingerprint(visible.tenant.account_id, subject, drafts) if key else b"",
            work=work,
            guard=guard,
        )

    async def update_facts(
        self,
        visible: Visible,
        subject: Subject,
        update: FactsUpdate,
        key: str,
        render: Callable[[StoredFacts], bytes],
    ) -> Reply:
        """Merges into one record and clears what is named; NotFound when there is none of that id."""

        async def work(connection: Connection) -> bytes:
            found = await FactStore(connection, visible).update_facts(subject, update, self.clock())
            stored = _there(found, RECORDS[subject].title)
            check_merged(subject, [update.facts], [stored], path="")
            return render(stored)

        return await run_once(
            self.pool,
            visible,
            operation=f"{subject}.update",
            key=key,
            fingerprint=update_fingerprint(update) if key else b"",
            work=work,
        )

    async def get_order(self, visible: Visible, order_id: str) -> StoredOrder:
        """The order; NotFound also for another account's."""
        async with transaction(self.pool, visible) as connection:
            found = await OrderStore(connection, visible).find(order_id)
        return _there(found, "Order")

    async def get_facts(self, visible: Visible, subject: Subject, fact_id: str) -> StoredFacts:
        """The record; NotFound also for another account's, and for another warehouse than a bound key's."""
        async with transaction(self.pool, visible) as connection:
            found = await FactStore(connection, visible).find_facts(subject, fact_id)
        return _there(found, RECORDS[subject].title)

    async def check_warehouse(self, visible: Visible, warehouse_id: str) -> None:
        """ReferenceOutsideAccount for one that the caller does not see."""
        try:
            await self.get_facts(visible, Subject.WAREHOUSES, warehouse_id)
        except NotFound as error:
            raise ReferenceOutsideAccount.of("Warehouse", "warehouseId", warehouse_id) from error

    async def list_orders(self, visible: Visible, page: PageRequest) -> Page[StoredOrder]:
        """A page in the order of ids; one row more is read to see whether another page follows."""
        async with transaction(self.pool, visible) as connection:
            rows = await OrderStore(connection, visible).page(page)
        return _page_of(rows, page, lambda order: order.stamp.id)

    async def list_facts(self, visible: Visible, subject: Subject, page: PageRequest) -> Page[StoredFacts]:
        """A page in the order of ids; one row more is read to see whether another page follows."""
        async with transaction(self.pool, visible) as connection:
            rows = await FactStore(connection, visible).list_facts(subject, page)
        return _page_of(rows, page, lambda record: record.id)

    async def get_planning_facts(
        self,
        visible: Visible,
        order_ids: Sequence[str],
        external_order_ids: Sequence[str],
        warehouse_id: str,
        broker_id: str,
    ) -> PlanningRows:
        """Everything one plan is decided on, as of one moment; what is unknown is absent."""
        if len(order_ids) + len(external_order_ids) >= MANY_ORDERS:
            async with transaction(self.pool, visible) as connection:
                await PlanningStore(connection, visible).analyze_grown_tables()
        async with transaction(self.pool, visible) as connection:
            store = PlanningStore(connection, visible)
            return await store.rows(order_ids, external_order_ids, warehouse_id, broker_id)


def _there(found: T | None, name: str) -> T:
    if found is None:
        raise NotFound(f"{name} not found.")
    return found


def _page_of(rows: list[T], page: PageRequest, id_of: Callable[[T], str]) -> Page[T]:
    """One page of rows that were read with one more than it holds."""
    kept = rows[: page.limit]
    return Page(kept, encode_cursor(id_of(kept[-1])) if len(rows) > page.limit else "")


async def _check_own_warehouse(store: FactStore, visible: Visible, drafts: Sequence[FactsDraft]) -> None:
    """A bound key may change its own warehouse, and create it under the id that it is bound to."""
    own = visible.warehouse_id
    if own is None:
        return
    stored = await store.ids_in_use(Subject.WAREHOUSES, [draft.external_id for draft in drafts], [own])
    names = {external_id for external_id, warehouse_id in stored if warehouse_id == own}
    if not all(draft.external_id in names or draft.id == own for draft in drafts):
        raise OutsideWarehouse(details={"warehouseId": own})
