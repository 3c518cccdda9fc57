"""Injects faults into a running system, several at a time, in an order that a seed decides."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.campaign.cluster import Cluster
from tests.campaign.history import Recorder

LANES = 2
PAUSE_SECONDS = 1.0


class Unavailable(Exception):
    """This machine does not let a fault happen; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that ends by itself, healed, whatever happens to its task. `target` has one at a time.

    `settings` are what the system needs beside its own for it.
    """

    name: str
    target: str
    inject: Callable[[Cluster, random.Random], Awaitable[str]]
    weight: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)


class Nemesis:
    """Picks and injects faults; counts them, and remembers what could not be had.

    Each lane goes by a seed of its own: what it picks and how long that lasts is the same in every run, only
    what it meets is not.
    """

    def __init__(self, cluster: Cluster, recorder: Recorder, faults: Sequence[Fault], seed: int) -> None:
        self.injected: Counter[str] = Counter()
        self.skipped: dict[str, str] = {}
        self._cluster = cluster
        self._recorder = recorder
        self._faults = faults
        self._seed = seed
        self._targets: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def rage(self, seconds: float) -> None:
        """Faults for so long; returns when the last one is healed."""
        end = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as lanes:
            for number in range(LANES):
                lanes.create_task(self._lane(random.Random(f"{self._seed}/{number}"), end))

    async def _lane(self, choose: random.Random, end: float) -> None:
        weights = [fault.weight for fault in self._faults]
        clock = asyncio.get_running_loop().time
        if not self._faults:
            await asyncio.sleep(end - clock())
            return
        while True:
            await asyncio.sleep(choose.uniform(0, 2 * PAUSE_SECONDS))
            [fault] = choose.choices(self._faults, weights)
            async with self._targets[fault.target]:
                if clock() >= end:
                    return
                await self._inject(fault, choose)

    async def _inject(self, fault: Fault, choose: random.Random) -> None:
        """One fault from its beginning to its end."""
        began = self._recorder.seconds
        try:
            what = await fault.inject(self._cluster, choose)
        except Unavailable as missing:
            self.skipped[fault.name] = str(missing)
            return
        self.injected[fault.name] += 1
        self._recorder.fault(f"{fault.name}: {what}", began)
