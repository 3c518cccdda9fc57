"""Turns of packages: account by account, and no account waits for a package whose maker stands still."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.making.package_maker import PackageOrder, Prepared, StandsStill
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.summary import PackageSummary
from entrygo.execution.steps.preparation import Preparation
from entrygo.execution.wiring import PACKAGES_AT_ONCE

NOW = datetime(2026, 3, 12, tzinfo=UTC)
PREPARED = Prepared(
    artifacts=(), notifications=(), submissions=(), summary=PackageSummary.model_construct(), amendment=None
)


class Makers:
    """Makers whose packages end when the test says so; `begun` are those of which one has begun."""

    def __init__(self) -> None:
        self.begun: dict[str, StandsStill] = {}
        self._ends: dict[str, asyncio.Future[Prepared]] = {}

    async def make(self, order: PackageOrder, stands_still: StandsStill, /) -> Prepared:
        self.begun[order.export_id] = stands_still
        self._ends[order.export_id] = asyncio.get_running_loop().create_future()
        return await self._ends[order.export_id]

    def end(self, export_id: str) -> None:
        self._ends[export_id].set_result(PREPARED)


class Asked:
    """The turns that execution has, two of an account, and the packages that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.makers = Makers()
        self._preparation = Preparation(
            maker=self.makers,
            objects=ObjectStore(folder.as_uri()),
            makings=Bulkhead(BulkheadLimits.of_turns(PACKAGES_AT_ONCE), time.monotonic),
        )
        self._tasks: dict[str, asyncio.Task[Prepared]] = {}

    async def ask(self, *export_ids: str) -> None:
        """Of the account that the id begins with."""
        for export_id in export_ids:
            order = PackageOrder(
                tenant=Tenant(export_id[0], Mode.LIVE),
                export_id=export_id,
                package=PackageFacts(id="pkg", number="N", generated_at="2026-03-12T00:00:00Z"),
                snapshot=b"{}",
                written_at=NOW,
            )
            self._tasks[export_id] = asyncio.create_task(self._preparation.prepare(order))
            await settle()

    async def stands_still(self, export_id: str) -> None:
        self.makers.begun[export_id]()
        await settle()

    async def end(self, export_id: str) -> None:
        self.makers.end(export_id)
        await self._tasks.pop(export_id)
        await settle()

    @property
    def begun(self) -> list[str]:
        return list(self.makers.begun)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


async def test_the_next_package_of_an_account_begins_once_one_of_the_two_before_stands_still(
    asked: Asked,
) -> None:
    await asked.ask("a1", "a2", "a3", "a4")
    assert asked.begun == ["a1", "a2"]
    await asked.stands_still("a1")
    assert asked.begun == ["a1", "a2", "a3"]
    await asked.end("a3")
    assert asked.begun == ["a1", "a2", "a3", "a4"]
    for each in ("a1", "a2", "a4"):
        await asked.end(each)


async def test_of_an_account_one_alone_gives_its_turn_away(asked: Asked) -> None:
    await asked.ask("a1", "a2", "a3", "a4")
    for each in ("a1", "a1", "a2", "a3"):
        await asked.stands_still(each)
    assert asked.begun == ["a1", "a2", "a3"]
    await asked.end("a1")
    assert asked.begun == ["a1", "a2", "a3"]
    await asked.stands_still("a2")
    assert asked.begun == ["a1", "a2", "a3", "a4"]
    for each in ("a2", "a3", "a4"):
        await asked.end(each)
    await asked.ask("a5", "a6", "a7")
    assert asked.begun[-2:] == ["a5", "a6"]
    for each in ("a5", "a6", "a7"):
        await asked.end(each)


async def test_another_account_has_its_turn_beside_one_whose_packages_stand_still(asked: Asked) -> None:
    await asked.ask("a1", "a2", "a3", "a4")
    for each in ("a1", "a2", "a3"):
        await asked.stands_still(each)
    await asked.ask("b1", "b2", "b3")
    assert asked.begun == ["a1", "a2", "a3", "b1", "b2"]
    await asked.end("a2")
    await asked.end("b1")
    assert asked.begun == ["a1", "a2", "a3", "b1", "b2", "a4", "b3"]
    for each in ("a1", "a3", "a4", "b2", "b3"):
        await asked.end(each)
