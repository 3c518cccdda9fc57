"""What processes use: CPU time and memory, each with its descendants."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.02
# To find the children of a process, all of the machine's are looked at.
CHILDREN_EVERY = 25  # samples
SCHEDULED = Path("/proc/self/schedstat")


class Meter:
    """CPU seconds of named processes. Children that ended are counted where their parent waited for them.

    With `at_rest` they are those of the scheduler, of the threads that are there (Linux, proc(5)). The kernel
    counts the others by its tick: it takes a burst of 50 µs for 10 ms, or for nothing. A child that ended
    since counts with what it had used at the last look.
    """

    def __init__(self, processes: Mapping[str, psutil.Process], *, at_rest: bool = False) -> None:
        self._processes = processes
        self._is_scheduled = at_rest and SCHEDULED.exists()
        self._last: dict[str, dict[int, float]] = {}
        self._ended: defaultdict[str, float] = defaultdict(float)

    def read(self) -> dict[str, float]:
        read = self._scheduled if self._is_scheduled else _cpu_seconds_of
        return {name: read(name, process) for name, process in self._processes.items()}

    def since(self, before: Mapping[str, float]) -> dict[str, float]:
        return {name: seconds - before[name] for name, seconds in self.read().items()}

    def _scheduled(self, name: str, root: psutil.Process) -> float:
        now = {each.pid: _scheduled_seconds(each) for each in (root, *root.children(recursive=True))}
        last = self._last.get(name, {})
        self._ended[name] += sum(seconds for pid, seconds in last.items() if pid not in now)
        self._last[name] = now
        return sum(now.values()) + self._ended[name]


def _cpu_seconds_of(_: str, root: psutil.Process) -> float:
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _scheduled_seconds(process: psutil.Process) -> float:
    nanoseconds = 0
    for thread in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            nanoseconds += int(thread.read_text().split()[0])
    return nanoseconds / 1e9


@dataclass
class Peaks:
    """The most memory that each process had, in resident MiB; of several processes of a name, the largest."""

    mebibytes: dict[str, int] = field(default_factory=dict)

    def note(self, families: Mapping[str, Sequence[psutil.Process]]) -> None:
        for name, family in families.items():
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    size = process.memory_info().rss // 2**20
                    self.mebibytes[name] = max(size, self.mebibytes.get(name, 0))


def largest(of_each: Iterable[Peaks]) -> dict[str, int]:
    """Of several runs in MiB, by the name of the process."""
    found: dict[str, int] = {}
    for peaks in of_each:
        for name, size in peaks.mebibytes.items():
            found[name] = max(size, found.get(name, 0))
    return found


@asynccontextmanager
async def watched(processes: Mapping[str, psutil.Process]) -> AsyncIterator[Peaks]:
    """Samples memory until the block ends."""
    peaks = Peaks()

    async def watch() -> None:
        while True:
            families = {name: (root, *root.children(recursive=True)) for name, root in processes.items()}
            for _ in range(CHILDREN_EVERY):
                peaks.note(families)
                await asyncio.sleep(SAMPLE_SECONDS)

    watching = asyncio.create_task(watch())
    try:
        yield peaks
    finally:
        watching.cancel()
