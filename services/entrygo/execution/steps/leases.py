"""Who runs an execution: the lease on its row, from the first call with a key to a takeover after a crash."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from entrygo.domain.errors import IdempotencyInProgress, ServiceUnavailable
from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Visible
from entrygo.execution.state.other_warehouses import refuse_another_warehouses
from entrygo.execution.state.records import ExecuteCommand, Execution, Step
from entrygo.execution.steps.step_store import OPERATION, StepStore
from entrygo.execution.store import ExecutionBacklog, ExecutionStore
from entrygo.postgres.idempotency import KeyStore
from entrygo.postgres.pool import EVERYONE, Connection, LockTimeout, Pool, single_statement, transaction
from entrygo.process.clock import Clock, Ids


class LeaseLost(ServiceUnavailable):
    """Another process has taken over this execution; retry with the same key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionLeases:
    """Begins executions and hands them to one owner at a time."""

    pool: Pool
    # Connections that neither a delivery nor a request can take.
    lease_pool: Pool
    clock: Clock
    ids: Ids
    lease: timedelta

    async def begin(self, command: ExecuteCommand) -> tuple[Execution | None, bool]:
        """The execution of this key, and whether the caller must run it; None if it was just given up."""
        visible = command.visible
        execution = Execution(
            tenant=visible.tenant,
            warehouse_id=visible.warehouse_id,
            id=self.ids.new(IdKind.EXECUTION),
            export_id=command.export_id,
            step=Step.STARTED,
            idempotency_key=command.key,
            expected_plan_hash=command.expected_plan_hash,
            attempt=1,
            shipment=command.shipment,
        )
        begun = (execution, command.fingerprint, self.lease, self.clock())
        try:
            async with single_statement(self.pool, visible) as connection:
                if await StepStore(connection, visible).begin(*begun):
                    return execution, True
        except LockTimeout as error:
            raise IdempotencyInProgress from error
        async with transaction(self.pool, visible) as connection:
            keys = KeyStore(connection, visible, OPERATION)
            begin = partial(StepStore(connection, visible).begin, *begun)
            earlier = await keys.claim_by(begin, command.key, command.fingerprint)
            if earlier is None:
                return execution, True
            joined = await self._join(ExecutionStore(connection, visible), earlier.resource_id or "")
        if joined[0] is None and visible.warehouse_id is not None:
            execution_id = earlier.resource_id or ""
            await refuse_another_warehouses(self.pool, visible, ExecutionStore, execution_id)
        return joined

    async def _join(self, store: ExecutionStore, execution_id: str) -> tuple[Execution | None, bool]:
        taken = await store.take_over(execution_id, self.lease)
        return (taken, True) if taken is not None else (await store.find(execution_id), False)

    async def take_over(self, visible: Visible, execution_id: str) -> Execution | None:
        """Returns the execution with a new owner if its lease has expired, else None."""
        async with transaction(self.pool, visible) as connection:
            return await ExecutionStore(connection, visible).take_over(execution_id, self.lease)

    async def abandoned(self, limit: int) -> list[Execution]:
        """Executions of all accounts whose lease has expired, the oldest first."""
        async with transaction(self.pool, EVERYONE) as connection:
            return await ExecutionBacklog(connection).abandoned_executions(limit)

    async def give_up_lease(self, execution: Execution) -> None:
        """Ends the lease, so that the next caller can resume without waiting for its expiry."""
        async with transaction(self.pool, execution.visible) as connection:
            await ExecutionStore(connection, execution.visible).extend_lease(execution, timedelta(0))

    @asynccontextmanager
    async def held(self, execution: Execution) -> AsyncIterator[Connection]:
        """A transaction of the lease's holder; its row lock keeps a new owner out until it ends.

        Raises LeaseLost for any other process.
        """
        async with transaction(self.pool, execution.visible) as connection:
            store = ExecutionStore(connection, execution.visible)
            if not await store.extend_lease(execution, self.lease):
                raise LeaseLost
            yield connection

    async def extend(self, execution: Execution) -> bool:
        """Renews the lease; False if this process no longer holds it."""
        async with transaction(self.lease_pool, execution.visible) as connection:
            store = ExecutionStore(connection, execution.visible)
            return await store.extend_lease(execution, self.lease)
