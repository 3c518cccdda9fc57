"""Memory, threads, open files and database sessions of every process, while a campaign goes on."""

import asyncio
import contextlib
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import psutil

from tests.campaign.cluster import DATABASE_AWAY, Cluster
from tests.campaign.history import Recorder

SAMPLE_SECONDS = 5.0
MEBIBYTE = 1024 * 1024
MEMORY = "MiB"
# Growth shows between parts of a life, of which the first is the warming up.
PARTS = 4
LEAST_SAMPLES = 12
# A figure that leaks rises from the second part to the third and from there to the last, by more than this.
RISE_OF_MEMORY = 0.01
RISE_OF_COUNTS = 1.0
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment; `sessions` are those of its service's login at PostgreSQL."""

    # Seconds since the history began.
    at: float
    process: str
    pid: int
    memory_mib: float
    threads: int
    files: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Growth:
    """A figure of one process that lived long: its medians early, in the middle and late, and its slope."""

    process: str
    figure: str
    early: float
    middle: float
    late: float
    an_hour: float

    @property
    def is_leak(self) -> bool:
        """Whether it went on rising. What is filled once, such as a pool or a cache, rises and stays."""
        rise = RISE_OF_MEMORY * self.early if self.figure == MEMORY else RISE_OF_COUNTS
        return self.middle - self.early > rise and self.late - self.middle > rise

    def __str__(self) -> str:
        numbers = f"{self.early:8.1f} {self.middle:8.1f} {self.late:8.1f} {self.an_hour:+8.1f} an hour"
        return f"{self.process:20} {self.figure:10} {numbers}{'  GROWS' if self.is_leak else ''}"


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
            for child in process.children():
                self._sample(f"{name} child", child, 0)
            memory = round(process.memory_info().rss / MEBIBYTE, 1)
            at, threads, files = self._recorder.seconds, process.num_threads(), process.num_fds()
            sample = Sample(at, name, process.pid, memory, threads, files, sessions)
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
    figures: Mapping[str, Callable[[Sample], float]] = {
        MEMORY: lambda sample: sample.memory_mib,
        "threads": lambda sample: sample.threads,
        "files": lambda sample: sample.files,
        "sessions": lambda sample: sample.sessions,
    }
    return [_growth_of_figure(process, name, life, figure) for name, figure in figures.items()]


def _growth_of_figure(
    process: str, name: str, life: Sequence[Sample], figure: Callable[[Sample], float]
) -> Growth:
    size = len(life) // PARTS
    warm = life[size:]
    early, middle, late = (
        statistics.median(map(figure, part)) for part in (warm[:size], warm[size : 2 * size], warm[-size:])
    )
    slope, _ = statistics.linear_regression([sample.at for sample in warm], [figure(each) for each in warm])
    return Growth(process, name, early, middle, late, slope * HOUR)
