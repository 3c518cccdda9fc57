"""Restarts processes of a running system one after the other, so that another replica answers meanwhile."""

import signal
import time
from collections.abc import Iterator, Sequence

from entrygo.cli.up.background import running
from entrygo.cli.up.home import Home, PartReport, Process
from entrygo.cli.up.processes import find
from entrygo.cli.up.replicas import SERVICES, TOGETHER, service_of
from entrygo.cli.up.supervisor import PartState

POLL_SECONDS = 0.1
READY_SECONDS = 120.0
# A channel tries to connect again at least once a second (entrygo.rpc.channel): after two it has found a
# process that is ready, and the next one may go.
FOUND_SECONDS = 2.0


class RestartFailed(Exception):
    """The system does not run, has no such process, or one did not come back."""


def restart_in_turn(home: Home, names: Sequence[str]) -> Iterator[str]:
    """Asks each to end and waits until its successor is ready and found; yields its name then.

    Without names every process of the four services. Raises RestartFailed.
    """
    for name in [part.name for part in _chosen(home, names)]:
        _restart(home, name)
        time.sleep(FOUND_SECONDS)
        yield name


def _chosen(home: Home, names: Sequence[str]) -> list[PartReport]:
    parts = _parts(home)
    unknown = set(names) - parts.keys()
    if unknown:
        raise RestartFailed(f"No such part: {', '.join(sorted(unknown))}; `entrygo status` names them.")
    if names:
        return [parts[name] for name in names]
    return [part for part in parts.values() if service_of(part.name) in (*SERVICES, TOGETHER)]


def _restart(home: Home, name: str) -> None:
    before = _parts(home)[name].process
    found = find(before) if before else None
    if found is not None:
        found.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + READY_SECONDS
    while not _is_back(_parts(home)[name], before):
        if time.monotonic() > deadline:
            raise RestartFailed(f"{name} was not ready within {READY_SECONDS:.0f} s; its log is in the home.")
        time.sleep(POLL_SECONDS)


def _is_back(part: PartReport, before: Process | None) -> bool:
    return part.state == PartState.READY and part.process is not None and part.process != before


def _parts(home: Home) -> dict[str, PartReport]:
    report = running(home)
    if report is None:
        raise RestartFailed(f"The system of {home.root} does not run.")
    return {part.name: part for part in report.parts}
