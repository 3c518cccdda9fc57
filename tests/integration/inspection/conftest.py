"""The read model on a real database, with owners in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from entrygo.cli.backup.restoring import restore
from entrygo.cli.backup.taking import take_backup
from entrygo.cli.up.home import Home
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.inspection.announcing import Announcer
from entrygo.inspection.changes import Changes
from entrygo.inspection.consumers import ExportEvents
from entrygo.inspection.epochs import Epochs
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.reconciler import Reconciler
from entrygo.inspection.settling import Settler
from entrygo.inspection.use_cases import Caller, Inspector
from entrygo.messaging.seal import Seal
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.harness.postgres import temporary_database
from tests.integration.inspection.owners import SERVICE_TOKEN, Owners
from tests.unit.inspection.events import ALICE

SEAL = Seal([SERVICE_TOKEN])
# How old an event may be to be announced.
KEEP = timedelta(days=35)
# Short, so that a silent owner is found out quickly; no test asserts how long anything took.
OWNER_SECONDS = 0.2


def caller(tenant: Tenant = ALICE, *, warehouse_id: str | None = None, seconds: float = 30.0) -> Caller:
    metadata = (("entrygo-tenant", f"{tenant.account_id}/{tenant.mode}"),)
    return Caller(visible=Visible(tenant, warehouse_id), metadata=metadata, seconds=seconds)


ALICE_TESTING = Tenant("acc_alice", Mode.TEST)
BOB = Tenant("acc_bob", Mode.LIVE)


@dataclass
class Service:
    """Everything of the service but its edges."""

    pool: Pool
    owners: Owners
    every_seconds: float = 0.05
    changes: Changes = field(default_factory=Changes)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.read_model = ReadModel(self.pool, self.changes, Announcer(KEEP))
        self.settler = Settler(self.read_model, self.owners.by_source, service_token=SERVICE_TOKEN)
        self.reconciler = Reconciler(
            self.pool,
            self.read_model,
            self.owners.both,
            self.settler,
            service_token=SERVICE_TOKEN,
            every_seconds=self.every_seconds,
        )
        self.inspector = Inspector(
            self.pool,
            self.read_model,
            self.changes,
            self.owners.by_source,
            self.settler,
            poll_seconds=0.05,
            stop=self.stop,
        )

    def sink(self) -> ExportEvents:
        """What the projector gives the records to."""
        return ExportEvents(
            self.pool,
            self.read_model,
            self.reconciler,
            settler=self.settler,
            epochs=Epochs(self.owners.by_source, service_token=SERVICE_TOKEN),
            seal=SEAL,
        )

    async def inspect(self, export_id: str = "batch_123", tenant: Tenant = ALICE) -> inspection_pb2.Export:
        return await self.inspector.inspect_export(caller(tenant), export_id)

    async def count(self, table: str) -> int:
        async with transaction(self.pool, EVERYONE) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


@pytest_asyncio.fixture
async def service(database_url: str) -> AsyncIterator[Service]:
    pool = await open_pool(database_url, schema="inspection", max_size=10)
    try:
        yield Service(pool, Owners())
    finally:
        await pool.close()


@pytest_asyncio.fixture
async def restored(
    database_url: str, postgres_url: str, tmp_path: Path
) -> AsyncIterator[Callable[[], Awaitable[Service]]]:
    """Backs the database up, restores it into another, and gives the service on that one."""
    async with temporary_database(postgres_url) as empty:
        pools: list[Pool] = []

        async def bring_back() -> Service:
            folder, home = tmp_path / "backup", Home(tmp_path / "new")
            taken_of = (Home(tmp_path / "home"), lambda _: database_url, (tmp_path / "artifacts").as_uri())
            await asyncio.to_thread(take_backup, folder, *taken_of)
            await restore(folder, home, lambda _: empty, resend=False)
            pools.append(await open_pool(empty, schema="inspection", max_size=2))
            return Service(pools[-1], Owners())

        yield bring_back
        await asyncio.gather(*(pool.close() for pool in pools))
