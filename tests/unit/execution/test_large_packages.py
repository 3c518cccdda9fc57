"""Large packages take turns, for each has its snapshot and its documents in memory; small ones pass by."""

import asyncio
from typing import Any, Literal, cast

import pytest

from entrygo.domain.errors import SnapshotUnreadable
from entrygo.execution.steps.preparation import LARGE_BYTES, Preparation
from tests.unit.execution.snapshots import make_large_snapshot

SMALL = make_large_snapshot(1).model_dump_json().encode()
PATIENCE_SECONDS = 10.0
LARGE = SMALL + b" " * LARGE_BYTES


class Turns(asyncio.Semaphore):
    """Says when somebody has to wait."""

    def __init__(self) -> None:
        super().__init__(1)
        self.somebody_waits = asyncio.Event()

    async def acquire(self) -> Literal[True]:
        if self.locked():
            self.somebody_waits.set()
        return await super().acquire()


def preparation(turns: asyncio.Semaphore) -> Preparation:
    nothing: Any = cast("Any", None)
    return Preparation(
        ids=nothing,
        objects=nothing,
        documents=(),
        renders=nothing,
        freezer=nothing,
        sender="",
        reach=nothing,
        large=turns,
    )


async def test_a_large_package_waits_for_another_one_and_a_small_one_for_none() -> None:
    turns, order = Turns(), list[str]()
    made = preparation(turns)

    async def second() -> None:
        async with made.reading(LARGE):
            order.append("second large")

    async with made.reading(LARGE):
        waiting = asyncio.create_task(second())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await turns.somebody_waits.wait()
        async with made.reading(SMALL) as snapshot:
            assert len(snapshot.orders) == 1
        async with made.reading(SMALL):
            order.append("small")
        order.append("first large ends")
    await waiting
    assert order == ["small", "first large ends", "second large"]


async def test_a_large_snapshot_that_is_damaged_leaves_its_turn_to_the_next() -> None:
    made = preparation(asyncio.Semaphore(1))
    with pytest.raises(SnapshotUnreadable):
        async with made.reading(b"{" + LARGE):
            pass
    async with made.reading(LARGE) as snapshot:
        assert len(snapshot.orders) == 1
