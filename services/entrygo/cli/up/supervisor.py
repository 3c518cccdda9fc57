"""Keeps the parts running: starts them by stage, brings back what ends, stops all within a bound.

It knows nothing of what the parts do; the table of `parts.py` is an argument.
"""

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import Process as Child
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from entrygo.cli.up.backoff import Backoff
from entrygo.cli.up.home import PartReport, Process
from entrygo.cli.up.log_files import is_full, rotate
from entrygo.cli.up.parts import Part, Stage
from entrygo.cli.up.postgres import group_of
from entrygo.cli.up.processes import identify, memory_of

READY_POLL_SECONDS = 0.1
HEALTH_POLL_SECONDS = 5.0
# A part that has been ready for a minute is asked less often: to be asked wakes it and those that it asks.
STEADY_AFTER_SECONDS = 60.0
STEADY_POLL_SECONDS = 30.0
# How often the logs and the memory of all parts are looked at, in one go.
TEND_SECONDS = 5.0
UNHEALTHY_AFTER = 3  # failed checks in a row
EARLY_EXITS = 3  # of a part that was never ready, before the start as a whole has failed
START_SECONDS = 90.0


class PartState(StrEnum):
    """How a part is doing."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    NOT_ANSWERING = "not answering"
    RESTARTING = "restarting"
    STOPPED = "stopped"


class PartFailed(Exception):
    """A part did not become ready when the system started."""

    def __init__(self, part: Part, reason: str) -> None:
        self.part = part
        super().__init__(f"{part.name} {reason}")


@dataclass(slots=True)
class Unit:
    """One part and its present process."""

    part: Part
    state: PartState = PartState.WAITING
    child: Child | None = None
    process: Process | None = None
    restarts: int = 0
    since: float = field(default_factory=time.time)
    was_ready: asyncio.Event = field(default_factory=asyncio.Event)
    gave_up: asyncio.Event = field(default_factory=asyncio.Event)

    def report(self) -> PartReport:
        """As the screen, `status` and the next start see it."""
        return PartReport(
            name=self.part.name,
            state=self.state,
            address=self.part.address,
            process=self.process,
            restarts=self.restarts,
            since=self.since,
        )


class Supervisor:
    """The running system. `changed` is called after every change of any part, `renew` before its every start.

    A stage has its `stop_seconds` to end; time that one does not use goes to the next.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        changed: Callable[[], None],
        stop_seconds: Mapping[Stage, float],
        backoff: Backoff | None = None,
        renew: Callable[[Part], Part] = lambda part: part,
    ) -> None:
        self.units = [Unit(part) for part in parts]
        self._changed = changed
        self._stop_seconds = stop_seconds
        self._backoff = backoff or Backoff()
        self._renew = renew
        self._stopping = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []

    def reports(self) -> tuple[PartReport, ...]:
        """Every part, in the order in which they were given."""
        return tuple(unit.report() for unit in self.units)

    def unready(self) -> list[Part]:
        """The parts that were started and are not ready now."""
        settled = (PartState.WAITING, PartState.READY)
        return [unit.part for unit in self.units if unit.state not in settled]

    async def start(self, *stages: Stage) -> None:
        """Start the parts of these stages and wait until each is ready; PartFailed if one will not be."""
        if not self._keepers:
            self._keepers.append(asyncio.create_task(self._tend()))
        units = [unit for unit in self.units if unit.part.stage in stages]
        self._keepers += [asyncio.create_task(self._keep(unit)) for unit in units]
        await asyncio.gather(*(_first_ready(unit) for unit in units))

    async def stop(self) -> None:
        """Stop every part, the last stage first; what does not end in its time is killed."""
        self._stopping.set()
        deadline = time.monotonic()
        by_stage = sorted(self.units, key=lambda unit: -unit.part.stage)
        for stage, units in groupby(by_stage, key=lambda unit: unit.part.stage):
            deadline += self._stop_seconds[stage]
            await asyncio.gather(*(_stop(unit, deadline) for unit in units))
        await asyncio.gather(*self._keepers)

    def kill(self) -> None:
        """End every part at once."""
        self._stopping.set()
        for unit in self.units:
            _signal(unit, signal.SIGKILL)

    async def _keep(self, unit: Unit) -> None:
        """The life of one part: run it, and run it again after a pause, until the system stops."""
        failures = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            reason = await self._run_once(unit)
            if self._stopping.is_set():
                break
            failures = self._backoff.failures_after(failures, time.monotonic() - started)
            if failures >= EARLY_EXITS and not unit.was_ready.is_set():
                unit.gave_up.set()
            _note(unit, f"{reason}; starting again")
            self._move(unit, PartState.RESTARTING)
            unit.restarts += 1
            await _wait(self._stopping, self._backoff.delay_seconds(failures))
        self._move(unit, PartState.STOPPED)

    async def _run_once(self, unit: Unit) -> str:
        """Start the process and wait for its end; returns how it ended."""
        try:
            unit.part = self._renew(unit.part)
            unit.child = await _spawn(unit.part)
        except OSError as error:
            return f"could not be started: {error}"
        unit.process = identify(unit.child.pid)
        self._move(unit, PartState.STARTING)
        if self._stopping.is_set():
            _signal(unit, signal.SIGKILL)
        watch = asyncio.create_task(self._watch(unit))
        try:
            return f"ended with {await unit.child.wait()}"
        finally:
            watch.cancel()
            unit.process = None

    async def _watch(self, unit: Unit) -> None:
        """Keep the state of a running part in step with its health."""
        failed = 0
        while True:
            if await unit.part.is_ready():
                failed = 0
                self._move(unit, PartState.READY)
                unit.was_ready.set()
            elif (failed := failed + 1) >= UNHEALTHY_AFTER and unit.state is PartState.READY:
                self._move(unit, PartState.NOT_ANSWERING)
            await asyncio.sleep(seconds_to_next_question(unit, failed))

    async def _tend(self) -> None:
        """Keeps the logs and the memory of the parts within their bounds."""
        while not self._stopping.is_set():
            for unit in self.units:
                # A disk that is full now may have room at the next look.
                with contextlib.suppress(OSError):
                    if is_full(unit.part.log):
                        await asyncio.to_thread(rotate, unit.part.log)
                if _is_too_large(unit):
                    _note(unit, f"holds more than {unit.part.most_memory_bytes} bytes")
                    _signal(unit, signal.SIGKILL)
            await _wait(self._stopping, TEND_SECONDS)

    def _move(self, unit: Unit, state: PartState) -> None:
        if unit.state is not state:
            unit.state = state
            unit.since = time.time()
            # Whoever is told may find no room to write it down; the next change says this one, too.
            with contextlib.suppress(OSError):
                self._changed()


def seconds_to_next_question(unit: Unit, failed: int) -> float:
    """The more, the less the state of the part is likely to change."""
    if unit.state is not PartState.READY:
        return READY_POLL_SECONDS
    is_steady = not failed and time.time() - unit.since > STEADY_AFTER_SECONDS
    return STEADY_POLL_SECONDS if is_steady else HEALTH_POLL_SECONDS


def _is_too_large(unit: Unit) -> bool:
    most = unit.part.most_memory_bytes
    return most is not None and unit.process is not None and memory_of(unit.process) > most


async def _first_ready(unit: Unit) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (unit.was_ready, unit.gave_up)]
    try:
        done, _ = await asyncio.wait(waits, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    if unit.gave_up.is_set():
        raise PartFailed(unit.part, "ends again and again")
    if not done:
        raise PartFailed(unit.part, f"was not ready within {START_SECONDS:.0f} s")


async def _spawn(part: Part) -> Child:
    """In a session of its own, so that Ctrl-C reaches the supervisor alone and it decides the order."""
    rotate(part.log)
    with part.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *part.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=part.environment,
            cwd=part.folder,
            start_new_session=True,
            user=part.user,
            group=group_of(part.user),
            extra_groups=[] if part.user else None,
        )


def _note(unit: Unit, text: str) -> None:
    """A line of the supervisor in the part's own log, where its reader looks first.

    A full disk, which may be why the part ended, costs the line and not the part.
    """
    instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with contextlib.suppress(OSError), unit.part.log.open("a", encoding="utf-8") as log:
        log.write(f"{instant} supervisor: {unit.part.name} {text}\n")


async def _stop(unit: Unit, deadline: float) -> None:
    if unit.child is None or unit.child.returncode is not None:
        return
    _signal(unit, unit.part.stop_signal)
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            await unit.child.wait()
    except TimeoutError:
        _note(unit, "did not stop in time; killed")
    # Also what the part itself may have started: its session is its own.
    _signal_group(unit, signal.SIGKILL)
    await unit.child.wait()


def _signal(unit: Unit, number: signal.Signals) -> None:
    if unit.child is not None and unit.child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            unit.child.send_signal(number)


def _signal_group(unit: Unit, number: signal.Signals) -> None:
    if unit.child is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(unit.child.pid, number)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def processes_of(reports: Iterable[PartReport]) -> list[Process]:
    """Every process that a report names."""
    return [report.process for report in reports if report.process]
