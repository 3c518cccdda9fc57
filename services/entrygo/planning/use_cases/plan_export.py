"""Plans an export: gathers what the plan depends on, decides, records the plan with its event."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

import orjson

from entrygo.domain.errors import EntryGoError, ReferenceOutsideAccount, ValidationFailed
from entrygo.domain.ids import IdKind
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.money import plain
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Amendment
from entrygo.planning.bonds import costs_by_importer
from entrygo.planning.decide import Decision, decide
from entrygo.planning.exports import Export
from entrygo.planning.new_exports_store import NewExports
from entrygo.planning.plan_messages import answer_parts, event_data
from entrygo.planning.requests import PLAN_OPERATION, PlanCommand
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.at_once import beside
from entrygo.planning.use_cases.gathering import Gathering, Grounds, stored_beside
from entrygo.planning.use_cases.plan_snapshots import (
    ORDERS_IN_LOOP,
    packed_snapshot,
    plan_snapshot,
    written_plan,
)
from entrygo.planning.use_cases.predecessors import Predecessor, find_predecessor
from entrygo.planning.use_cases.recording import Recorder, locked_export
from entrygo.postgres.idempotency import (
    KeyRow,
    KeyStore,
    Reply,
    Work,
    committed,
    find_reply,
    replay,
)
from entrygo.postgres.large_bytes import deflated_beside
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.postgres.prepared_once import run_prepared_once
from entrygo.process.clock import Clock, Ids
from entrygo.process.memory import making_millions
from entrygo.requests.fair_slots import FairSlots

DRY_RUN = "DRY_RUN"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExport:
    """Plans a new export, plans one again, or only says what a plan would be (dry run).

    Large ones take `turns`: what one account asks of them at once is what all others wait for.
    """

    pool: Pool
    gathering: Gathering
    clock: Clock
    ids: Ids
    turns: FairSlots

    async def run(self, visible: Visible, command: PlanCommand) -> Reply:
        """The reply is a PlanExportResponse.

        Raises InvalidOrderReference (with both lists), ReferenceOutsideAccount, NotFound and
        InvalidExportState for a batch_id, ValidationFailed for an entry date before all reference data.
        """
        # Before the key is looked up: the caller must not get the stored answer of another warehouse.
        if not visible.includes(command.warehouse_id):
            raise ReferenceOutsideAccount("The API key is bound to another warehouse.", field="warehouseId")
        with nullcontext() if _size(command) <= ORDERS_IN_LOOP else making_millions():
            if command.is_dry_run:
                return Reply(await self._dry_run(visible, command), replayed=False)
            if _is_small_and_new(visible, command):
                return await self._at_once(visible, command)
            return await run_prepared_once(
                self.pool,
                visible,
                operation=PLAN_OPERATION,
                key=command.key,
                fingerprint=command.fingerprint,
                prepare=partial(self.prepare, visible, command),
                keeps_answer=True,
            )

    async def _at_once(self, visible: Visible, command: PlanCommand) -> Reply:
        """Reads, decides and writes in one transaction, which is short where there are few orders."""
        try:
            asked = await self.gathering.ask(command)
        except EntryGoError:
            # What was planned with this key stays planned, whatever became of its orders since.
            earlier = await find_reply(
                self.pool,
                visible,
                operation=PLAN_OPERATION,
                key=command.key,
                fingerprint=command.fingerprint,
            )
            if earlier is None:
                raise
            return Reply(earlier, replayed=True)

        async def run(connection: Connection) -> Reply:
            new = NewExports(connection, visible)
            begun = await new.begin(PLAN_OPERATION, command.key, command.fingerprint)
            if isinstance(begun, KeyRow):
                return replay(begun)
            stored = await stored_beside(connection, visible, command, asked, begun.policy)
            decision = await _decided(self.gathering.grounds(command, asked, stored, None))
            answer = await self._record_new(visible, command, decision, connection, begun.epoch)
            return Reply(answer, replayed=False)

        return await committed(
            self.pool,
            visible,
            operation=PLAN_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            run=run,
        )

    async def prepare(self, visible: Visible, command: PlanCommand) -> Work:
        """Gathers and decides, outside of a transaction; the work left writes what was decided, and keeps
        the answer for its key."""
        decision, follows = await self._decide(visible, command)
        return partial(self._record, visible, command, decision, follows)

    async def _dry_run(self, visible: Visible, command: PlanCommand) -> bytes:
        """The answer of a plan that is not stored: what it would follow, and how it differs, included."""
        decision, follows = await self._decide(visible, command)
        plan, amendment = await written_plan(decision, self.clock()), None
        if follows is not None:
            export = self._fresh(command, decision, follows)
            snapshot = await plan_snapshot(decision, visible, export, self.clock(), follows)
            amendment = snapshot.amendment
        return b"".join(answer_parts(command.batch_id, DRY_RUN, 0, plan, amendment))

    async def _decide(self, visible: Visible, command: PlanCommand) -> tuple[Decision, Predecessor | None]:
        async with self._turn(visible, command):
            follows = await self._predecessor(visible, command)
            grounds = await self.gathering.run(visible, command, follows=follows)
            return await _decided(grounds), follows

    def _turn(self, visible: Visible, command: PlanCommand) -> AbstractAsyncContextManager[None]:
        """Before any connection is taken. Raises ServiceUnavailable when it does not come."""
        if _size(command) <= ORDERS_IN_LOOP:
            return nullcontext()
        return self.turns.hold(visible.tenant.account_id)

    async def _predecessor(self, visible: Visible, command: PlanCommand) -> Predecessor | None:
        """The export whose place this one takes: of its first plan, or of the plan that it had before.

        Raises ValidationFailed for another broker or warehouse: who has the package gets what replaces it.
        """
        if command.amendment is None and not command.batch_id:
            return None
        async with transaction(self.pool, visible) as connection:
            found = await find_predecessor(PlanningStore(connection, visible), command)
        if found is None:
            return None
        if command.warehouse_id != found.snapshot.warehouse.id:
            message = "An amendment stays with the warehouse of the export that it follows"
            raise ValidationFailed.of([("warehouseId", message, "custom")])
        if command.broker_id != found.snapshot.broker.id:
            message = "An amendment stays with the broker of the export that it follows"
            raise ValidationFailed.of([("brokerId", message, "custom")])
        return found

    async def _record(
        self,
        visible: Visible,
        command: PlanCommand,
        decision: Decision,
        follows: Predecessor | None,
        connection: Connection,
    ) -> bytes:
        """Writes export, plan, orders, event and answer within the caller's transaction.

        Of a large plan PostgreSQL takes as long to write a part as the next one takes to be worked out.
        """
        now = self.clock()
        store = PlanningStore(connection, visible)
        export = await self._export_to_plan(store, command, decision, follows)
        snapshot = await plan_snapshot(decision, visible, export, now, follows)

        order_ids = [order.id for order in decision.included]
        _, written = await beside(store.add_orders(export, order_ids), written_plan(decision, now))

        async def told() -> bytes:
            plan = await deflated_beside(written)
            recorder = Recorder(self.clock, self.ids)
            await recorder.save(connection, visible, export, "export.planned", event_data(export, plan))
            answer = _answer(export, plan, snapshot.amendment)
            if command.key:
                await KeyStore(connection, visible, command.operation).complete(command.key, *answer)
            return b"".join(answer)

        answer, packed = await beside(told(), packed_snapshot(decision, snapshot))
        await store.add_plan(export, packed, now, _importer_costs(decision))
        return answer

    async def _record_new(
        self, visible: Visible, command: PlanCommand, decision: Decision, connection: Connection, epoch: str
    ) -> bytes:
        """As `_record` of an export that is the first with its orders, with the answer of the key."""
        now = self.clock()
        export = replace(self._fresh(command, decision, None), event_sequence=1)
        plan = await written_plan(decision, now)
        snapshot = await plan_snapshot(decision, visible, export, now, None)
        answer = b"".join(_answer(export, plan, None))
        event = Recorder(self.clock, self.ids).event(visible, export, "export.planned", None)
        event.epoch = epoch
        await NewExports(connection, visible).add(
            export,
            await packed_snapshot(decision, snapshot),
            now,
            importer_costs=_importer_costs(decision),
            order_ids=[order.id for order in decision.included],
            event=event,
            data=event_data(export, plan),
            operation=PLAN_OPERATION,
            key=command.key,
            answer=answer,
        )
        return answer

    def _fresh(self, command: PlanCommand, decision: Decision, follows: Predecessor | None) -> Export:
        return Export(
            export_id=command.batch_id or self.ids.new(IdKind.EXPORT),
            warehouse_id=decision.warehouse.id,
            state=State.BATCHED,
            revision=1,
            plan_hash=decision.plan_hash,
            readiness_state=decision.readiness,
            supersedes=None if follows is None else follows.amendment.supersedes,
        )

    async def _export_to_plan(
        self, store: PlanningStore, command: PlanCommand, decision: Decision, follows: Predecessor | None
    ) -> Export:
        """A new export, or the given one under its lock, moved back to BATCHED with the next revision."""
        fresh = self._fresh(command, decision, follows)
        if not command.batch_id:
            return fresh
        current = await locked_export(store, command.batch_id)
        await store.remove_orders(current.export_id)
        return replace(
            fresh,
            state=advance(current.state, State.BATCHED),
            revision=current.revision + 1,
            event_sequence=current.event_sequence,
            head=current.head,
        )


def _importer_costs(decision: Decision) -> str | None:
    """As the plan's row keeps them; None where no importer has a number, or no duty was looked at."""
    costs = costs_by_importer(decision.duties.entries) if decision.duties else {}
    if not costs:
        return None
    kept = {
        "entryDate": decision.entry_date.isoformat(),
        "costs": {number: plain(each.amount_usd) for number, each in costs.items()},
        "unknown": {number: each.unknown for number, each in costs.items() if each.unknown},
    }
    return orjson.dumps(kept).decode()


def _is_small_and_new(visible: Visible, command: PlanCommand) -> bool:
    """Whether it can be planned in one transaction.

    A key that is bound to a warehouse needs another one, in which it is looked beyond that.
    """
    is_new = not command.batch_id and command.amendment is None
    return is_new and _size(command) <= ORDERS_IN_LOOP and visible == Visible.whole(visible.tenant)


def _size(command: PlanCommand) -> int:
    return len(command.order_ids) + len(command.external_order_ids)


async def _decided(grounds: Grounds) -> Decision:
    """In a thread where there are many orders."""
    run = partial(
        decide, grounds.request, grounds.facts, grounds.rules, grounds.reference, duty_book=grounds.duty_book
    )
    return run() if len(grounds.request.order_ids) <= ORDERS_IN_LOOP else await asyncio.to_thread(run)


def _answer(export: Export, plan: bytes, amendment: Amendment | None) -> tuple[bytes, ...]:
    return answer_parts(export.export_id, State.BATCHED, export.revision, plan, amendment)
