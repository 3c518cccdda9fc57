"""Processes by pid and time of creation: which of ours still live, and how they end."""

import signal
from collections.abc import Iterable

import psutil

from entrygo.cli.up.home import Process

GRACE_SECONDS = 3.0
# The system derives the time from ticks since boot, so two readings may differ a little.
CREATION_TOLERANCE_SECONDS = 1.0


def identify(pid: int) -> Process | None:
    """The process as it can be recognised later; None if it is already gone."""
    try:
        return Process(pid=pid, created=psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def find(process: Process) -> psutil.Process | None:
    """The live process with that identity, if there is one."""
    try:
        found = psutil.Process(process.pid)
        is_same = abs(found.create_time() - process.created) <= CREATION_TOLERANCE_SECONDS
        return found if is_same and found.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def memory_of(process: Process) -> int:
    """The bytes of main memory that it holds; 0 once it is gone."""
    found = find(process)
    try:
        return int(found.memory_info().rss) if found else 0
    except psutil.NoSuchProcess:
        return 0


def end_all(processes: Iterable[Process], *, grace_seconds: float = GRACE_SECONDS) -> list[int]:
    """End those that still live, first politely; returns their pids."""
    alive = [found for process in processes if (found := find(process))]
    _signal(alive, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(alive, timeout=grace_seconds)
    _signal(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=grace_seconds)
    return [process.pid for process in alive]


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
