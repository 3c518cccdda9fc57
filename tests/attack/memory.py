"""The memory of every part while it is attacked."""

import asyncio
from collections.abc import Mapping

import psutil

from entrygo.cli.up.home import Home
from tests.harness.system import System

SAMPLE_SECONDS = 0.5
MEBIBYTE = 1024 * 1024


class Memory:
    """Of the services and the gateway, in MiB: the most since it was last asked."""

    def __init__(self, system: System) -> None:
        self._home = Home(system.home)
        self._most: dict[str, float] = {}

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            self._sample()
            await asyncio.sleep(SAMPLE_SECONDS)

    def most(self) -> Mapping[str, float]:
        """By part, since the last call."""
        self._sample()
        most, self._most = self._most, {}
        return most

    def _sample(self) -> None:
        report = self._home.load_run()
        for part in report.parts if report else ():
            if part.process is not None:
                try:
                    used = psutil.Process(part.process.pid).memory_info().rss / MEBIBYTE
                except psutil.NoSuchProcess:
                    continue
                self._most[part.name] = max(used, self._most.get(part.name, 0.0))
