"""Memory, threads, open files and database sessions of every process, while a campaign goes on."""

import asyncio
import contextlib
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import psutil

from tests.campaign.cluster import DATABASE_AWAY, Cluster
from tests.campaign.history import Recorder

SAMPLE_SECONDS = 5.0
MEBIBYTE = 1024 * 1024
# Growth is told from the beginning by comparing a part of the samples at either end.
PART = 5
LEAST_SAMPLES = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment; `sessions` are those of its service's login at PostgreSQL."""

    process: str
    pid: int
    memory_mib: float
    threads: int
    files: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Growth:
    """A figure of one process that lived long: its median early and late."""

    process: str
    figure: str
    early: float
    late: float

    def __str__(self) -> str:
        return f"{self.process:14} {self.figure:10} {self.early:8.1f} {self.late:8.1f}"


class Sampler:
    """Samples until it is cancelled."""

    def __init__(self, cluster: Cluster, recorder: Recorder) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self.samples: list[Sample] = []

    async def run(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            with contextlib.suppress(*DATABASE_AWAY):
                async with asyncio.timeout(SAMPLE_SECONDS):
                    self._take(await self._sessions())

    async def _sessions(self) -> dict[str, int]:
        rows = await self._cluster.fetch(
            "SELECT usename, count(*) AS sessions FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' GROUP BY usename"
        )
        return {row["usename"]: row["sessions"] for row in rows}

    def _take(self, sessions: dict[str, int]) -> None:
        for node in self._cluster.nodes:
            of_service = sessions.get(f"entrygo_{node.service}", 0)
            if node.process is not None:
                self._sample(node.name, node.process, of_service)
        if self._cluster.broker.is_running:
            self._sample("broker", self._cluster.broker.process, 0)

    def _sample(self, name: str, process: psutil.Process, sessions: int) -> None:
        with contextlib.suppress(psutil.Error):
            memory = round(process.memory_info().rss / MEBIBYTE, 1)
            sample = Sample(name, process.pid, memory, process.num_threads(), process.num_fds(), sessions)
            self.samples.append(sample)
            self._recorder.sample(asdict(sample))


def growth_of(samples: Sequence[Sample]) -> list[Growth]:
    """Of each process its longest life; none of those that were killed too soon to tell."""
    lives: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for sample in samples:
        lives[sample.process, sample.pid].append(sample)
    longest: dict[str, list[Sample]] = {}
    for (process, _), life in lives.items():
        if len(life) > max(len(longest.get(process, ())), LEAST_SAMPLES):
            longest[process] = life
    return [growth for process, life in sorted(longest.items()) for growth in _growth(process, life)]


def _growth(process: str, life: Sequence[Sample]) -> list[Growth]:
    # The first part is the warming up.
    size = len(life) // PART
    early, late = life[size : 2 * size], life[-size:]
    figures = {
        "MiB": lambda sample: sample.memory_mib,
        "threads": lambda sample: sample.threads,
        "files": lambda sample: sample.files,
        "sessions": lambda sample: sample.sessions,
    }
    return [
        Growth(process, name, statistics.median(map(figure, early)), statistics.median(map(figure, late)))
        for name, figure in figures.items()
    ]
