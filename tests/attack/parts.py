"""The memory and the CPU time of every part while it is attacked."""

import asyncio
from collections.abc import Iterator, Mapping

import psutil

from entrygo.cli.up.home import Home
from tests.harness.system import System

SAMPLE_SECONDS = 0.5
MEBIBYTE = 1024 * 1024


class Parts:
    """The services and the gateway."""

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
        times = {name: process.cpu_times() for name, process in self._processes()}
        return {name: each.user + each.system for name, each in times.items()}

    def _sample(self) -> None:
        for name, process in self._processes():
            used = process.memory_info().rss / MEBIBYTE
            self._most[name] = max(used, self._most.get(name, 0.0))

    def _processes(self) -> Iterator[tuple[str, psutil.Process]]:
        report = self._home.load_run()
        for part in report.parts if report else ():
            if part.process is not None:
                try:
                    process = psutil.Process(part.process.pid)
                    # One that has just ended has nothing to look at.
                    process.memory_info()
                except psutil.NoSuchProcess:
                    continue
                yield part.name, process
