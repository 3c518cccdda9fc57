"""A small world for execution: fake planning, a clock that tests move, processes that crash on demand."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from types import MappingProxyType

import pytest

from entrygo.domain.errors import InvalidExportState, NotFound, ServiceUnavailable
from entrygo.domain.facts import Broker
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.broker.channels.base import Channel
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.clients.planning import Planning
from entrygo.execution.closing.withdrawing import WithdrawCommand
from entrygo.execution.making.child_maker import LARGE_BYTES
from entrygo.execution.making.setup import MakerSetup
from entrygo.execution.settings import Settings
from entrygo.execution.state.records import Claim, ExecuteCommand, Moved
from entrygo.execution.ways import build_channels
from entrygo.execution.wiring import ExecutionParts, Surroundings, build_parts
from entrygo.messaging.event_log import events_after
from entrygo.messaging.heads import Head
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.planning.v1 import planning_pb2
from tests.harness.mail import SmtpSink
from tests.unit.execution.snapshots import make_snapshot

LIVE = Visible.whole(Tenant("acc_123", Mode.LIVE))
TEST = Visible.whole(Tenant("acc_123", Mode.TEST))
START = datetime(2026, 3, 11, 16, 10, tzinfo=UTC)
LEASE = timedelta(seconds=15)
# What the database's clock is compared with.
TIMES = MappingProxyType(
    {
        "executions": ("lease_until",),
        "withdrawals": ("due_at",),
        "broker_submissions": ("lease_until", "next_attempt_at", "reaction_at", "prepared_at", "held_at"),
        "mail_recipients": ("ask_due_at", "asked_at"),
        "notice_mails": ("due_at", "created_at"),
    }
)


class Crash(BaseException):
    """Stands for the death of a process: nothing in it may catch this and go on."""


class FakePlanning:
    """Planning's promises: one execution claims an export, every call may be repeated."""

    def __init__(self) -> None:
        self.snapshots: dict[str, Snapshot] = {"batch_123": make_snapshot()}
        self.states: dict[str, State] = {}
        self.owners: dict[str, str] = {}
        self.completed: list[tuple[str, str]] = []
        # Export to the withdrawal that took it back.
        self.withdrawals: dict[str, str] = {}
        self.amendments: list[planning_pb2.AmendExportRequest] = []
        self.is_away = False
        # The previous release does not.
        self.names_warehouses = True
        # As for small ones, which then need not be asked for.
        self.sends_snapshots = False
        # Exports whose plans are not there any more.
        self.lost: set[str] = set()
        # Exports whose stored plans take a lot of memory.
        self.large: set[str] = set()
        # Each holds up one call of snapshot, in turn; `waiting` counts those that have come.
        self.gates: list[asyncio.Event] = []
        self.waiting = asyncio.Semaphore(0)

    def for_caller(self) -> Planning:
        return self

    def in_background(self, visible: Visible) -> Planning:
        return self

    async def claim(
        self,
        export_id: str,
        execution_id: str,
        expected_plan_hash: str,
        shipment: Shipment = NOTHING_STATED,
    ) -> Claim:
        self._answer()
        state = self.states.get(export_id, State.BATCHED)
        if state is not State.BATCHED and self.owners[export_id] != execution_id:
            raise InvalidExportState(details={"currentState": str(state)})
        if state is State.BATCHED:
            self.states[export_id] = State.EXECUTING
        self.owners[export_id] = execution_id
        snapshot = self.snapshots[export_id]
        follows = None if snapshot.amendment is None else snapshot.amendment.supersedes
        warehouse_id = snapshot.warehouse.id if self.names_warehouses else None
        sent = snapshot.model_dump_json().encode() if self.sends_snapshots else b""
        return Claim(1, snapshot.plan_hash, warehouse_id, follows, sent)

    async def snapshot(self, export_id: str, revision: int) -> Snapshot:
        self._answer()
        if self.gates:
            gate = self.gates.pop(0)
            self.waiting.release()
            await gate.wait()
        if export_id in self.lost:
            raise NotFound
        return self.snapshots[export_id]

    async def stored_snapshot(
        self, export_id: str, revision: int, *, at_most: int | None = None
    ) -> bytes | None:
        content = (await self.snapshot(export_id, revision)).model_dump_json().encode()
        if export_id in self.large:
            content += b" " * LARGE_BYTES
        return content if at_most is None or len(content) <= at_most else None

    async def complete(
        self, export_id: str, execution_id: str, package_id: str, executed_at: datetime
    ) -> None:
        self._release(export_id, execution_id, State.COMPLETED)
        self.completed.append((export_id, package_id))

    async def withdraw(self, export_id: str, withdrawal_id: str, reason: str) -> Moved:
        self._answer()
        if self.withdrawals.get(export_id) != withdrawal_id:
            moved = await self.could_withdraw(export_id, reason)
            self.states[export_id], self.withdrawals[export_id] = State.WITHDRAWN, withdrawal_id
            return moved
        return self._moved(export_id)

    async def could_withdraw(self, export_id: str, reason: str) -> Moved:
        self._answer()
        if export_id not in self.snapshots:
            raise NotFound
        state = self.states.get(export_id, State.BATCHED)
        if state is not State.COMPLETED:
            raise InvalidExportState(details={"currentState": str(state)})
        return self._moved(export_id)

    async def amend(self, request: planning_pb2.AmendExportRequest) -> Reply:
        self._answer()
        self.amendments.append(request)
        return Reply(planning_pb2.PlanExportResponse().SerializeToString(), replayed=False)

    def _moved(self, export_id: str) -> Moved:
        snapshot = self.snapshots[export_id]
        return Moved(orders=len(snapshot.orders), warehouse_id=snapshot.warehouse.id)

    async def fail(self, export_id: str, execution_id: str, error_code: str, message: str) -> None:
        self._release(export_id, execution_id, State.FAILED)

    def _release(self, export_id: str, execution_id: str, to: State) -> None:
        self._answer()
        if self.owners[export_id] != execution_id or self.states[export_id] not in (State.EXECUTING, to):
            raise InvalidExportState(details={"currentState": str(self.states[export_id])})
        self.states[export_id] = to

    def _answer(self) -> None:
        if self.is_away:
            raise ServiceUnavailable


class FakeBrokers:
    """Sync's promise: a broker's record as it is, here that of the plan unless a test changed it."""

    def __init__(self, planning: FakePlanning) -> None:
        self._planning = planning
        self.changed: Broker | None = None
        self.is_away = False

    async def get(self, tenant: Tenant, broker_id: str) -> Broker:
        if self.is_away:
            raise ServiceUnavailable
        broker = self.changed or self._planning.snapshots["batch_123"].broker
        assert broker.id == broker_id
        return broker


class World:
    """One database, planning and broker; `process()` starts one more execution process on them."""

    def __init__(self, settings: Settings, sink: SmtpSink) -> None:
        self.settings = settings
        self.sink = sink
        self.planning = FakePlanning()
        self.brokers = FakeBrokers(self.planning)
        self.now = START
        self._channels: list[Channel] = []
        self._pools: list[Pool] = []

    async def process(
        self,
        crash_at: str | None = None,
        channel: Channel | None = None,
        pool: Pool | None = None,
        reading_pool: Pool | None = None,
        is_new: bool = False,
    ) -> "Process":
        """A process that dies at the named point, if any.

        Unless it is new, it has written events before, and knows the life of the database.
        """
        if pool is None:
            pool = await self._open_pool()
            self._pools.append(pool)
        channels = build_channels(self.settings)
        self._channels += channels.values()
        if channel is not None:
            channels = dict.fromkeys(channels, channel)
        parts = build_parts(
            Surroundings(
                settings=self.settings,
                pool=pool,
                lease_pool=pool,
                reading_pool=reading_pool or pool,
                channels=channels,
                planning=self.planning,
                brokers=self.brokers,
                maker=MakerSetup.of(self.settings).maker(Ids()),
                clock=lambda: self.now,
                ids=Ids(),
                reach=_crasher(crash_at),
            )
        )
        process = Process(parts, pool, self)
        if not is_new:
            epoch = await pool.fetchval("SELECT epoch::text FROM owner_epoch")
            process.recorder._heads.note(LIVE.tenant, "batch_before", Head(1, "evt_before", epoch))
        return process

    async def crashed(self, at: str) -> "Process":
        """A process that has died at the named point of an execute."""
        process = await self.process(crash_at=at)
        with pytest.raises(Crash):
            await process.execute()
        return process

    async def pass_lease(self) -> None:
        """More time than an owner may be silent."""
        await self.pass_time(LEASE + timedelta(seconds=1))

    async def pass_time(self, time: timedelta) -> None:
        """Lets time pass: the database's clock cannot be moved, so what it is compared with moves back."""
        self.now += time
        async with transaction(await self._any_pool(), EVERYONE) as connection:
            for table, columns in TIMES.items():
                moved = ", ".join(f"{column} = {column} - $1::interval" for column in columns)
                await connection.execute(f"UPDATE {table} SET {moved}", time)
            await connection.execute("UPDATE mail_counts SET day = day - $1::integer", time.days)

    async def _any_pool(self) -> Pool:
        if not self._pools:
            self._pools.append(await self._open_pool())
        return self._pools[0]

    async def _open_pool(self) -> Pool:
        return await open_pool(self.settings.database_url.get_secret_value(), schema="execution")

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()
        for pool in self._pools:
            await pool.close()


def _crasher(name: str | None) -> Callable[[str], None]:
    passed = count()

    def reach(point: str) -> None:
        if point == name and next(passed) == 0:
            raise Crash(point)

    return reach


class Process:
    """One process of the execution service, without its gRPC edge."""

    def __init__(self, parts: ExecutionParts, pool: Pool, world: World) -> None:
        self.pool = pool
        self.world = world
        self.executions = parts.use_cases.executions
        self.writing = self.executions._steps.writing
        self.recorder = self.writing.recorder
        # Who executes and who joins is to get the answer, however long a busy machine takes for it.
        self.executions._answer_wait = self.executions._join_wait = timedelta(minutes=4)
        self.resubmission = parts.use_cases.resubmission
        self.noted_answers = parts.use_cases.noted_answers
        self.withdrawals = parts.use_cases.withdrawals
        self.amendments = parts.use_cases.amendments
        self.reconciliations = parts.use_cases.reconciliations
        self.entry_outcomes = parts.use_cases.entry_outcomes
        self.packages = parts.use_cases.packages
        self.links = parts.use_cases.links
        self.trials = parts.use_cases.trials
        self.recovery = parts.recovery
        self.dispatcher = parts.dispatcher
        self.recipients = parts.use_cases.recipients
        self.confirmations = parts.confirmations
        self.notices = parts.notices

    async def execute(
        self,
        key: str = "key-1",
        export_id: str = "batch_123",
        visible: Visible = LIVE,
        fingerprint: bytes = b"same",
        shipment: Shipment = NOTHING_STATED,
    ) -> Reply:
        command = ExecuteCommand(
            visible=visible,
            export_id=export_id,
            expected_plan_hash="",
            key=key,
            fingerprint=fingerprint,
            shipment=shipment,
        )
        return await self.executions.execute(command)

    async def answer(self, key: str = "key-1", **changes: object) -> execution_pb2.ExecuteExportResponse:
        reply = await self.execute(key, **changes)  # type: ignore[arg-type]
        return execution_pb2.ExecuteExportResponse.FromString(reply.body)

    async def deliver_due(self) -> None:
        """What is due is delivered, and what the simulated brokers say to it comes with the next time."""
        await self.recovery.deliver_due()
        await self.dispatcher.idle()
        await self.confirmations.idle()
        await self.notices.idle()

    async def resubmit(self, command: ResubmitCommand) -> Reply:
        return await self.resubmission.resubmit(command)

    async def withdraw(
        self,
        key: str = "withdraw-1",
        export_id: str = "batch_123",
        visible: Visible = LIVE,
        *,
        is_dry_run: bool = False,
        fingerprint: bytes = b"same",
    ) -> execution_pb2.WithdrawExportResponse:
        command = WithdrawCommand(
            visible=visible,
            export_id=export_id,
            reason="The truck broke down",
            is_dry_run=is_dry_run,
            key=key,
            fingerprint=fingerprint,
        )
        reply = await self.withdrawals.withdraw(command)
        return execution_pb2.WithdrawExportResponse.FromString(reply.body)

    async def events(self, export_id: str = "batch_123", visible: Visible = LIVE) -> list[events_pb2.Event]:
        async with transaction(self.pool, visible) as connection:
            return await events_after(connection, visible, export_id, 0)

    async def count(self, table: str) -> int:
        async with transaction(self.pool, EVERYONE) as connection:
            number = await connection.fetchval(f"SELECT count(*) FROM {table}")
        assert isinstance(number, int)
        return number


def add_exports(world: World, count: int, email: str) -> list[str]:
    """So many more exports that can be executed, for a broker with this address; their ids."""
    ids = [f"batch_{email.partition('@')[0]}_{number}" for number in range(count)]
    for export_id in ids:
        broker = make_snapshot().broker.model_copy(update={"email": email})
        world.planning.snapshots[export_id] = make_snapshot(export_id=export_id, broker=broker)
    return ids
