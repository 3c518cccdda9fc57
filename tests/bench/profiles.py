"""Where the CPU time of each part goes under load: sampled by py-spy, sorted by kind of work."""

import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.bench.costs import Meter
from tests.bench.load import drive
from tests.bench.subjects import Rest

CLIENTS = 16
SECONDS = 8
RATE = 100  # samples a second
# Of load before and behind the samples.
LEAD_SECONDS = 2.0
PARTS = ("gateway", "sync", "planning", "execution", "inspection")

# The frame nearest to the work decides, so what is called counts before who calls.
KINDS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("PDF", r"typst"),
        ("PostgreSQL's client", r"asyncpg|pgproto|/postgres/|\(postgres/"),
        ("Kafka's client", r"aiokafka"),
        ("gRPC", r"grpc/|grpc_|cygrpc|_message\.abi3|protobuf"),
        ("around each call", r"\(rpc/|\(requests/|\(identity/|structlog|process/logging|process/tracing"),
        ("HTTP", r"uvicorn|starlette|httptools"),
        (
            "decision",
            r"planning/(decide|judge|rules|law|duty|reference|costing|consolidating|plan_hash|entr)",
        ),
        (
            "documents, mail",
            r"execution/(documents|package|broker/mail|making)|jinja2|\(email/|zipfile|aiosmtplib",
        ),
        ("files", r"execution/objects|fsync|fdatasync"),
        (
            "own code besides",
            r"\((messaging|planning|execution|inspection|sync|domain|gateway|process|service)/|pydantic",
        ),
        ("event loop", r"uvloop|asyncio|selectors|loop\.c|linux\.c|_asynciomodule"),
    )
)
OTHER = "other"
# Threads of gRPC's core run no Python, so no sample sees them.
NATIVE_THREADS = "gRPC's threads"
NATIVE_NAMES = ("event_engine", "grpc", "timer", "resolv", "iomgr", "default-exec")
WAITS = re.compile(r"epoll_|poll \(|pthread_cond|sem_|futex|0x[0-9a-f]+ \(libc|read \(libc")


async def measure_profiles(ours: Rest) -> list[dict[str, Any]]:
    """For each part its core-milliseconds a lifecycle and their shares by kind of work, in percent.

    Empty where processes may not be looked into (py-spy needs root, or ptrace of others allowed).
    """
    parts = {name: ours.processes[name] for name in PARTS}
    meter = Meter(parts)
    await _load(ours, LEAD_SECONDS)
    before, native_before = meter.read(), _native_seconds(parts)
    lifecycles = await _load(ours, SECONDS)
    # Not while samples are taken: each stops the process.
    used, native = meter.since(before), _native_seconds(parts)
    found = []
    for name, process in parts.items():
        samples = await _sampled(ours, process.pid)
        if samples is None:
            return []
        share = (native[name] - native_before[name]) / used[name]
        found.append(
            {
                "part": name,
                "core_ms": 1000 * used[name] / lifecycles,
                "percent": {
                    **{kind: round(100 * of * (1 - share), 1) for kind, of in by_kind(samples).items()},
                    NATIVE_THREADS: round(100 * share, 1),
                },
            }
        )
    return found


async def _load(ours: Rest, seconds: float) -> int:
    try:
        turn = await drive(CLIENTS, seconds, lambda number: ours.lifecycle(number, 1))
    finally:
        ours.close()
    return len(turn.latencies)


async def _sampled(ours: Rest, pid: int) -> list[str] | None:
    async def work(number: int) -> None:
        # One that is stopped for each sample may be asked in vain: the answer is then older than the check.
        with suppress(RuntimeError):
            await ours.lifecycle(number, 1)

    load = asyncio.create_task(drive(CLIENTS, SECONDS + 2 * LEAD_SECONDS, work))
    await asyncio.sleep(LEAD_SECONDS)
    samples = await _samples(pid)
    await load
    ours.close()
    return samples


async def _samples(pid: int) -> list[str] | None:
    """Stacks with their counts, as py-spy writes them; None where it may not look."""
    with tempfile.TemporaryDirectory(prefix="entrygo-profile-") as folder:
        file = Path(folder) / "stacks"
        command = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("py-spy")),
            *("record", "--native", "--subprocesses", "--format", "raw", "--output", str(file)),
            *("--pid", str(pid), "--duration", str(SECONDS), "--rate", str(RATE)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        if await command.wait():
            return None
        return file.read_text(encoding="utf-8").splitlines()


def by_kind(samples: Iterable[str]) -> dict[str, float]:
    """The share of each kind in the stacks that do not wait, largest first; each line is `a;b;c count`."""
    counts: Counter[str] = Counter()
    for line in samples:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if not WAITS.match(frames[-1]):
            counts[_kind(frames)] += int(count)
    return {name: count / counts.total() for name, count in counts.most_common()}


def _kind(frames: Sequence[str]) -> str:
    return next(
        (name for frame in reversed(frames) for name, pattern in KINDS if pattern.search(frame)), OTHER
    )


def _native_seconds(parts: Mapping[str, psutil.Process]) -> dict[str, float]:
    """CPU seconds of the threads of gRPC's core, in each part."""
    return {name: sum(map(_seconds_of, _native_threads(process.pid))) for name, process in parts.items()}


def _native_threads(pid: int) -> list[Path]:
    threads = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            if (thread / "comm").read_text(encoding="utf-8").startswith(NATIVE_NAMES):
                threads.append(thread)
    return threads


def _seconds_of(thread: Path) -> float:
    """By its `schedstat`, of which the first figure is the time on a core in nanoseconds."""
    with suppress(OSError):
        return int((thread / "schedstat").read_text(encoding="utf-8").split()[0]) / 1e9
    return 0.0


def in_a_lifecycle(profiles: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Core-milliseconds of each kind, of all parts together, largest first."""
    totals: Counter[str] = Counter()
    for profile in profiles:
        for name, percent in profile["percent"].items():
            totals[name] += profile["core_ms"] * percent / 100
    return dict(totals.most_common())
