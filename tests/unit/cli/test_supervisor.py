"""The supervisor over small children of its own table."""

import ast
import asyncio
import errno
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import psutil
import pytest

from entrygo.cli.up import supervisor
from entrygo.cli.up.backoff import Backoff
from entrygo.cli.up.environment import plain
from entrygo.cli.up.log_files import MAX_LOG_BYTES
from entrygo.cli.up.parts import Part, Stage
from entrygo.cli.up.supervisor import PartFailed, PartState, Supervisor, Unit

PATIENCE_SECONDS = 60.0
FULL_DISK = Path("/dev/full")
QUICK = Backoff(first_seconds=0.01, longest_seconds=0.05)
SLEEPS = "import time; time.sleep(60)"
IGNORES_SIGTERM = (
    "import signal, pathlib, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
)
GROWS_ONCE = (
    "import pathlib, sys, time; file = pathlib.Path(sys.argv[1] + sys.argv[2]);"
    "held = b'1' * (0 if file.exists() else 200_000_000); file.touch(); time.sleep(60)"
)
SHOWS_ITS_ENVIRONMENT = (
    "import os, pathlib, sys, time; made = pathlib.Path(sys.argv[1] + '.new');"
    "made.write_text(repr(dict(os.environ))); made.rename(sys.argv[1]); time.sleep(60)"
)
NOTES_ITS_END = (
    "import pathlib, signal, sys, time\n"
    "def end(*_):\n"
    "    open(sys.argv[2], 'a').write(sys.argv[3] + '\\n'); sys.exit()\n"
    "signal.signal(signal.SIGTERM, end); pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
)


def part(folder: Path, name: str, code: str, *arguments: str, stage: Stage = Stage.SERVICES) -> Part:
    """A child that is ready as soon as it runs, or once it has made the file that is its first argument."""
    made = Path(arguments[0]) if arguments else None

    async def is_ready() -> bool:
        return made is None or made.exists()

    return Part(
        name=name,
        stage=stage,
        command=(sys.executable, "-c", code, *arguments),
        is_ready=is_ready,
        address="-",
        log=folder / f"{name}.log",
    )


class Watched:
    """A supervisor whose changes can be awaited."""

    def __init__(
        self,
        *parts: Part,
        renew: Callable[[Part], Part] = lambda part: part,
        stop_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._changed = asyncio.Event()
        # Raised by whoever is told of a change.
        self.refusal: OSError | None = None
        self.supervisor = Supervisor(
            parts,
            changed=self._note_change,
            stop_seconds=dict.fromkeys(Stage, stop_seconds),
            backoff=QUICK,
            renew=renew,
        )

    def _note_change(self) -> None:
        self._changed.set()
        if self.refusal is not None:
            raise self.refusal

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def running(
    *parts: Part, renew: Callable[[Part], Part] = lambda part: part, stop_seconds: float = PATIENCE_SECONDS
) -> AsyncIterator[Watched]:
    watched = Watched(*parts, renew=renew, stop_seconds=stop_seconds)
    try:
        await watched.supervisor.start(*sorted({each.stage for each in parts}))
        yield watched
    finally:
        await watched.supervisor.stop()


async def test_each_start_of_a_part_takes_it_as_it_can_be_started_then(tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    numbers = iter("12")

    def renew(part: Part) -> Part:
        return replace(part, environment={**part.environment, "ENTRYGO_METRICS_PORT": next(numbers)})

    async with running(part(tmp_path, "sync", SHOWS_ITS_ENVIRONMENT, str(shown)), renew=renew) as watched:
        assert ast.literal_eval(shown.read_text())["ENTRYGO_METRICS_PORT"] == "1"
        shown.unlink()
        unit = watched.supervisor.units[0]
        assert unit.process is not None
        os.kill(unit.process.pid, signal.SIGKILL)
        await watched.until(lambda: unit.restarts == 1 and unit.state is PartState.READY)
        assert ast.literal_eval(shown.read_text())["ENTRYGO_METRICS_PORT"] == "2"


async def test_supervisor_brings_a_killed_part_back(tmp_path: Path) -> None:
    async with running(part(tmp_path, "sync", SLEEPS)) as watched:
        unit = watched.supervisor.units[0]
        assert unit.process is not None
        killed = unit.process.pid
        os.kill(killed, signal.SIGKILL)
        await watched.until(lambda: unit.restarts == 1 and unit.state is PartState.READY)
        assert unit.process is not None
        assert unit.process.pid != killed
        assert "ended with -9" in (tmp_path / "sync.log").read_text()


@pytest.mark.skipif(not FULL_DISK.exists(), reason="there is no /dev/full here")
async def test_part_is_started_again_and_stopped_also_where_the_disk_is_full(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    starts = count(1)

    def renew(part: Part) -> Part:
        if next(starts) == 2:
            raise full
        return part

    deaf = replace(part(tmp_path, "deaf", IGNORES_SIGTERM, str(tmp_path / "deaf.ready")), log=FULL_DISK)
    async with running(deaf, renew=renew, stop_seconds=0.5) as watched:
        watched.refusal = full
        unit = watched.supervisor.units[0]
        assert unit.process is not None
        os.kill(unit.process.pid, signal.SIGKILL)
        await watched.until(lambda: unit.restarts == 2 and unit.state is PartState.READY)
        process = psutil.Process(unit.process.pid)
    assert not process.is_running()


async def test_a_part_that_holds_more_memory_than_it_may_is_started_again(tmp_path: Path) -> None:
    grows = tmp_path / "grows"
    grows.touch()
    large = replace(
        part(tmp_path, "broker", GROWS_ONCE, str(grows), "1"), most_memory_bytes=100 * 1024 * 1024
    )
    async with running(large, part(tmp_path, "sync", GROWS_ONCE, str(grows), "2")) as watched:
        broker, unbounded = watched.supervisor.units
        await watched.until(lambda: broker.restarts == 1 and broker.state is PartState.READY)
        assert "holds more than 104857600 bytes" in (tmp_path / "broker.log").read_text()
        assert unbounded.restarts == 0


async def test_log_of_a_running_part_is_kept_within_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "TEND_SECONDS", 0.01)
    async with running(part(tmp_path, "sync", SLEEPS)), asyncio.timeout(PATIENCE_SECONDS):
        os.truncate(tmp_path / "sync.log", MAX_LOG_BYTES + 1)
        # A file tells nobody that it has become shorter.
        while (tmp_path / "sync.log").stat().st_size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (tmp_path / "sync.log.1").stat().st_size == MAX_LOG_BYTES + 1


@pytest.mark.parametrize(
    ("state", "failed", "since", "seconds"),
    [
        (PartState.STARTING, 0, 0.0, 0.1),
        (PartState.NOT_ANSWERING, 3, 0.0, 0.1),
        (PartState.READY, 0, 30.0, 5.0),
        (PartState.READY, 0, 61.0, 30.0),
        (PartState.READY, 1, 61.0, 5.0),
    ],
)
def test_a_part_is_asked_the_less_often_the_longer_it_has_been_well(
    tmp_path: Path, state: PartState, failed: int, since: float, seconds: float
) -> None:
    unit = Unit(part(tmp_path, "sync", SLEEPS), state=state, since=time.time() - since)
    assert supervisor.seconds_to_next_question(unit, failed) == seconds


async def test_child_finds_its_own_environment_and_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "s")
    found = tmp_path / "found"
    child = part(tmp_path, "child", SHOWS_ITS_ENVIRONMENT, str(found))
    async with running(replace(child, environment={"A": "b"})):
        shown = found.read_text(encoding="utf-8")
    assert "'A': 'b'" in shown
    assert "SECRET_OF_THE_SHELL" not in shown
    assert "SECRET_OF_THE_SHELL" not in plain()


async def test_start_fails_naming_the_part_when_it_ends_again_and_again(tmp_path: Path) -> None:
    never = tmp_path / "never"
    watched = Watched(part(tmp_path, "planning", "raise SystemExit('no database')", str(never)))
    with pytest.raises(PartFailed, match="planning"):
        await watched.supervisor.start(Stage.SERVICES)
    assert [part.name for part in watched.supervisor.unready()] == ["planning"]
    await watched.supervisor.stop()
    assert "no database" in (tmp_path / "planning.log").read_text()


async def test_start_fails_when_the_program_is_missing(tmp_path: Path) -> None:
    missing = part(tmp_path, "broker", SLEEPS, str(tmp_path / "never"))
    broken = Part(
        name="broker", stage=missing.stage, command=("/nonexistent/program",), is_ready=missing.is_ready,
        address="-", log=missing.log,
    )  # fmt: skip
    watched = Watched(broken)
    with pytest.raises(PartFailed, match="broker"):
        await watched.supervisor.start(Stage.SERVICES)
    await watched.supervisor.stop()


async def test_stop_ends_every_part_also_one_that_ignores_the_signal(tmp_path: Path) -> None:
    deaf = part(tmp_path, "deaf", IGNORES_SIGTERM, str(tmp_path / "deaf.ready"))
    async with running(deaf, part(tmp_path, "sync", SLEEPS), stop_seconds=0.5) as watched:
        processes = [psutil.Process(unit.process.pid) for unit in watched.supervisor.units if unit.process]
        assert len(processes) == 2
    assert not any(process.is_running() for process in processes)
    assert {unit.state for unit in watched.supervisor.units} == {PartState.STOPPED}


async def test_stop_goes_from_the_last_stage_to_the_first(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    stages = (Stage.POSTGRES, Stage.BROKER, Stage.MAIL, Stage.SERVICES, Stage.GATEWAY)
    parts = [
        part(tmp_path, str(stage), NOTES_ITS_END, str(tmp_path / f"{stage}.ready"), str(ends), stage.name,
             stage=stage)
        for stage in stages
    ]  # fmt: skip
    async with running(*parts):
        pass
    assert ends.read_text().split() == [stage.name for stage in reversed(stages)]


async def test_stop_ends_a_part_that_waits_for_its_next_start(tmp_path: Path) -> None:
    watched = Watched(part(tmp_path, "sync", "raise SystemExit(1)", str(tmp_path / "never")))
    with pytest.raises(PartFailed):
        await watched.supervisor.start(Stage.SERVICES)
    await watched.supervisor.stop()
    assert watched.supervisor.units[0].state is PartState.STOPPED
    assert watched.supervisor.units[0].process is None
