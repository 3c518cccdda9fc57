"""Children of low priority, real ones: what they answer, how they end, and what they are not given."""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import orjson
import psutil
import pytest

from entrygo.domain.errors import InternalError, NotFound
from entrygo.process.settings import LogSettings
from entrygo.process.workers import LOOKS, WorkerLost, Workers, open_workers
from entrygo.process.working import NICENESS

MODULE = "tests.unit.process.worker"
SETUP = {"log": LogSettings(level="ERROR")}
PATIENCE_SECONDS = 60.0
PARENT = f"""
import asyncio, os
from entrygo.process.settings import LogSettings
from entrygo.process.workers import Workers

async def main():
    workers = Workers({MODULE!r}, {{"log": LogSettings(level="ERROR")}}, at_once=1)
    print(await workers.call("who", within_seconds={PATIENCE_SECONDS}), flush=True)
    os._exit(9)

asyncio.run(main())
"""


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with open_workers(MODULE, SETUP, at_once=2) as opened:
        yield opened


async def asked(workers: Workers, request: str, within_seconds: float = PATIENCE_SECONDS) -> object:
    return await workers.call(request, within_seconds=within_seconds)


async def ended(pid: object) -> bool:
    assert isinstance(pid, int)
    try:
        await asyncio.to_thread(psutil.Process(pid).wait, PATIENCE_SECONDS)
    except psutil.NoSuchProcess:
        return True
    return not psutil.pid_exists(pid)


def children() -> set[int]:
    """The workers among our children: whoever runs tests has others, too."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if MODULE in child.cmdline():
                found.add(child.pid)
    return found


async def test_one_child_answers_one_request_after_the_other(workers: Workers) -> None:
    first = await asked(workers, "who")
    assert first != os.getpid()
    assert await asked(workers, "who") == first


async def test_callers_at_once_have_a_child_each_up_to_the_bound(workers: Workers) -> None:
    pids = await asyncio.gather(*(asked(workers, "who") for _ in range(5)))
    assert len(set(pids)) == 2


async def test_a_refusal_of_ours_comes_back_whole_and_anything_else_as_an_error_of_ours(
    workers: Workers,
) -> None:
    child = await asked(workers, "who")
    with pytest.raises(NotFound) as refused:
        await asked(workers, "refuse")
    assert (refused.value.message, refused.value.field) == ("Nothing of that name.", "name")
    assert refused.value.details == {"names": ["a", "b"]}
    with pytest.raises(InternalError):
        await asked(workers, "nobody knows this")
    assert await asked(workers, "who") == child


async def test_what_a_child_logs_bears_the_name_that_it_was_given(tmp_path: Path) -> None:
    file = tmp_path / "log"
    async with open_workers(MODULE, {"log": LogSettings(level="ERROR", file=file)}, at_once=1) as workers:
        with pytest.raises(InternalError):
            await asked(workers, "unknown")
    (line,) = file.read_text(encoding="utf-8").splitlines()
    said = orjson.loads(line)
    assert (said["event"], said["process"]) == ("worker.failed", "worker of tests")


async def test_what_is_printed_is_not_taken_for_an_answer(workers: Workers) -> None:
    assert await asked(workers, "print words") == "words"
    assert await asked(workers, "print more") == "more"


async def test_a_child_that_dies_is_said_to_be_lost_and_the_next_caller_has_another(workers: Workers) -> None:
    child = await asked(workers, "who")
    with pytest.raises(WorkerLost):
        await asked(workers, "die")
    assert await asked(workers, "who") != child


async def test_a_child_that_hangs_is_ended_when_its_time_is_over(workers: Workers) -> None:
    child = await asked(workers, "who")
    with pytest.raises(WorkerLost):
        await asked(workers, "hang", within_seconds=0.01)
    assert await ended(child)
    assert await asked(workers, "who") != child


async def test_a_child_that_computes_nothing_is_ended_long_before_its_time_is_over() -> None:
    workers = Workers(MODULE, SETUP, at_once=1, still_seconds=3.0)
    child = await asked(workers, "who")
    with pytest.raises(WorkerLost):
        await asked(workers, "stop", within_seconds=10 * PATIENCE_SECONDS)
    assert await ended(child)
    assert await asked(workers, "who") != child
    workers.close()


async def test_the_caller_is_told_that_a_child_stands_still_long_before_it_is_ended() -> None:
    workers = Workers(MODULE, SETUP, at_once=1, still_seconds=20.0)
    child = await asked(workers, "who")
    told = asyncio.Event()
    calling = asyncio.create_task(
        workers.call("stop", within_seconds=10 * PATIENCE_SECONDS, stands_still=told.set)
    )
    await told.wait()
    assert not calling.done()
    os.kill(child, signal.SIGCONT)  # type: ignore[arg-type]
    assert await calling is None
    assert await asked(workers, "who") == child
    workers.close()


async def test_a_child_that_computes_has_its_whole_time_and_its_caller_is_told_nothing(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    child = await asked(workers, "who")
    looks, was_looked_at = itertools.count(1), asyncio.Event()

    def computed_since(child: object) -> float:
        """More at each look: a busy machine may give a child of low priority nothing for long."""
        look = next(looks)
        if look > 3 * LOOKS:
            was_looked_at.set()
        return float(look)

    monkeypatch.setattr("entrygo.process.workers._Child.cpu_seconds", computed_since)
    monkeypatch.setattr(workers, "_still_seconds", 0.3)
    calling = asyncio.create_task(
        workers.call("stop", within_seconds=PATIENCE_SECONDS, stands_still=lambda: told.append("still"))
    )
    watching = asyncio.create_task(was_looked_at.wait())
    await asyncio.wait((calling, watching), return_when=asyncio.FIRST_COMPLETED)
    watching.cancel()
    os.kill(child, signal.SIGCONT)  # type: ignore[arg-type]
    assert await calling is None
    assert told == []


async def test_what_a_child_computes_is_seen(workers: Workers) -> None:
    child = await asked(workers, "who")
    [idle] = workers._idle
    before = idle.cpu_seconds()
    await asked(workers, "compute 1")
    assert await asked(workers, "who") == child
    assert idle.cpu_seconds() > before


async def test_a_child_whose_caller_left_answers_nobody_else(workers: Workers) -> None:
    child = await asked(workers, "who")
    calling = asyncio.create_task(asked(workers, "hang"))
    await asyncio.sleep(0)
    calling.cancel()
    await asyncio.wait({calling})
    assert calling.cancelled()
    assert await ended(child)
    assert await asked(workers, "who") != child


async def test_the_child_of_a_last_call_ends_with_it(workers: Workers) -> None:
    child = await workers.call("who", within_seconds=PATIENCE_SECONDS, is_last=True)
    assert await ended(child)


async def test_while_a_last_call_runs_another_child_is_begun_and_takes_the_next(workers: Workers) -> None:
    first = await asked(workers, "who")
    calling = asyncio.create_task(workers.call("hang", within_seconds=PATIENCE_SECONDS, is_last=True))
    # There is no event of a child that nobody has asked yet.
    while not (spare := children() - {first}):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert await asked(workers, "who") in spare
    calling.cancel()
    await asyncio.wait({calling})
    assert await ended(first)


async def test_no_child_is_begun_beside_the_only_one_that_may_run() -> None:
    workers = Workers(MODULE, SETUP, at_once=1)
    only = await asked(workers, "who")
    await workers.call("compute 0.5", within_seconds=PATIENCE_SECONDS, is_last=True)
    assert children() <= {only}
    workers.close()


async def test_a_child_knows_no_secret_of_its_parents_environment_and_gives_way_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENTRYGO_SERVICE_TOKEN", "of the parent")
    monkeypatch.setenv("AWS_REGION", "ca-central-1")
    own = os.getpriority(os.PRIO_PROCESS, 0)
    async with open_workers(MODULE, SETUP, at_once=2) as workers:
        assert await asked(workers, "read ENTRYGO_SERVICE_TOKEN") is None
        assert await asked(workers, "read AWS_REGION") == "ca-central-1"
        assert await asked(workers, "niceness") == min(own + NICENESS, 19)


async def test_no_child_outlives_its_workers(workers: Workers) -> None:
    children = await asyncio.gather(asked(workers, "who"), asked(workers, "who"))
    workers.close()
    assert [await ended(child) for child in children] == [True, True]


async def test_a_call_under_way_when_its_workers_end_is_lost(workers: Workers) -> None:
    child = await asked(workers, "who")
    calling = asyncio.create_task(asked(workers, "hang"))
    await asyncio.sleep(0)
    workers.close()
    with pytest.raises(WorkerLost):
        await calling
    assert await ended(child)


async def test_a_child_that_cannot_be_begun_is_said_to_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")
    workers = Workers(MODULE, SETUP, at_once=1)
    with pytest.raises(WorkerLost):
        await asked(workers, "who")
    workers.close()


async def test_a_child_ends_with_a_parent_that_was_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    await parent.wait()
    assert await ended(child)
