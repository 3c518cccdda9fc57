"""The memory and the CPU time of every part while it is attacked."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence

import psutil

from entrygo.cli.up.home import Home
from tests.harness.system import System

SAMPLE_SECONDS = 0.5
MEBIBYTE = 1024 * 1024


class Parts:
    """The services and the gateway, each with its children."""

    def __init__(self, system: System) -> None:
        self._home = Home(system.home)
        self._most: dict[str, float] = {}

    async def watch(self) -> None:
        """Looks at the memory until it is cancelled."""
        while True:
            self._sample()
            await asyncio.sleep(SAMPLE_SECONDS)

    def most_memory(self) -> Mapping[str, float]:
        """The most in MiB by part, since the last call."""
        self._sample()
        most, self._most = self._most, {}
        return most

    def cpu_seconds(self) -> Mapping[str, float]:
        """What each part has used since it began, in user and in kernel mode."""
        return {name: sum(map(_cpu_seconds, family)) for name, family in self._families()}

    def _sample(self) -> None:
        for name, family in self._families():
            used = sum(map(_mebibytes, family))
            self._most[name] = max(used, self._most.get(name, 0.0))

    def _families(self) -> Iterator[tuple[str, Sequence[psutil.Process]]]:
        report = self._home.load_run()
        for part in report.parts if report else ():
            if part.process is not None:
                # One that has just ended has nothing to look at.
                with contextlib.suppress(psutil.NoSuchProcess):
                    process = psutil.Process(part.process.pid)
                    yield part.name, (process, *process.children(recursive=True))


def _cpu_seconds(process: psutil.Process) -> float:
    """Of a child that has ended, its parent's has the time."""
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _mebibytes(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return float(process.memory_info().rss / MEBIBYTE)
    return 0.0
