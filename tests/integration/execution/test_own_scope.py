"""A step that is a transaction by itself sets its scope: what its caller may see, and for no longer."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
import pytest

from entrygo.domain.principal import Visible
from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.failpoints import AFTER_RESERVE, AFTER_SENDING
from entrygo.execution.state.records import Claim, Execution
from entrygo.execution.steps.step_store import StepStore
from entrygo.execution.store import ExecutionBacklog
from entrygo.postgres.pool import EVERYONE, Connection, single_statement, transaction
from tests.integration.execution.world import LEASE, LIVE, START, Process, World

OWN = Visible(LIVE.tenant, "wh_123")
OTHERS = Visible(LIVE.tenant, "wh_other")
CLAIM = Claim(1, "planhash_", "wh_123")
Step = Callable[[Connection, Visible, Execution], Awaitable[object]]
OF_A_WAREHOUSE: dict[str, Step] = {
    "claimed": lambda connection, visible, owned: StepStore(connection, visible).claimed(
        owned, CLAIM, "cpkg_1", replaces=None, now=START, lease=LEASE
    ),
    "completed": lambda connection, visible, owned: StepStore(connection, visible).completed(
        owned, b"answer", START
    ),
}


async def crashed(world: World, at: str) -> tuple[Process, Execution]:
    """A process that has died at a point, and the execution that it left."""
    process = await world.crashed(at)
    await world.pass_lease()
    async with transaction(process.pool, EVERYONE) as connection:
        [left] = await ExecutionBacklog(connection).abandoned_executions(1)
    return process, left


async def test_scope_of_a_step_ends_with_it(world: World) -> None:
    process = await world.process()
    await process.execute()
    assert await process.pool.fetchval("SELECT count(*) FROM executions") == 0
    assert not await process.pool.fetchval("SELECT current_setting('entrygo.account_id', true)")


@pytest.mark.parametrize("step", OF_A_WAREHOUSE.values(), ids=OF_A_WAREHOUSE)
async def test_step_by_itself_changes_nothing_of_another_warehouse(world: World, step: Step) -> None:
    process, left = await crashed(world, AFTER_RESERVE)
    async with single_statement(process.pool, OTHERS) as connection:
        assert not await step(connection, OTHERS, left)
    async with single_statement(process.pool, OWN) as connection:
        assert await step(connection, OWN, left)


async def test_execution_of_another_warehouse_is_not_begun(world: World) -> None:
    process, left = await crashed(world, AFTER_RESERVE)
    new = replace(left, id="exe_new", idempotency_key="key-2")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with single_statement(process.pool, OTHERS) as connection:
            await StepStore(connection, OTHERS).begin(new, b"same", LEASE, START)
    async with single_statement(process.pool, OWN) as connection:
        assert await StepStore(connection, OWN).begin(new, b"same", LEASE, START)


async def test_data_phase_of_another_warehouses_mail_is_not_entered(world: World) -> None:
    process, left = await crashed(world, AFTER_SENDING)
    assert left.submission_id is not None
    async with transaction(process.pool, LIVE) as connection:
        attempt = await SubmissionStore(connection, LIVE).get(left.submission_id)
    async with single_statement(process.pool, OTHERS) as connection:
        assert not await AttemptStore(connection, OTHERS).enter_data_phase(attempt, LEASE)
    async with single_statement(process.pool, OWN) as connection:
        assert await AttemptStore(connection, OWN).enter_data_phase(attempt, LEASE)
