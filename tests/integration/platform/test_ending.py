"""A process that is asked to end does so within its limit, whatever it waits for, and names what that was."""

import asyncio
import signal
import sys
from dataclasses import dataclass

import pytest

PATIENCE_SECONDS = 60.0
PROGRAM = """
import asyncio, sys, threading, time
from entrygo.process import ending
from entrygo.process.runtime import run
from entrygo.process.settings import ProcessSettings, StopSettings

async def wait_for_a_silent_server(stop):
    await asyncio.Event().wait()

async def pass_over_cancellation(stop):
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

async def hold_up_the_loop(stop):
    while True:
        sum(range(1000))

async def wait_in_a_thread(stop):
    await asyncio.to_thread(threading.Event().wait)

async def end_with_the_signal(stop):
    await stop.wait()

async def work(stop):
    task = asyncio.create_task(globals()[sys.argv[1]](stop), name="delivery")
    print("working", flush=True)
    await task

grace, ending.LAST_RESORT_SECONDS = int(sys.argv[2]), float(sys.argv[3])
run("execution", ProcessSettings(stop=StopSettings(drain_seconds=0, stop_grace_seconds=grace)), work)
"""


@dataclass(frozen=True)
class Ended:
    """What is left of a process."""

    status: int | None
    output: str


async def ended(work: str, *, grace: int = 0, last_resort: float = PATIENCE_SECONDS) -> Ended:
    """The end of a process that does `work` when it gets SIGTERM.

    Its other limits are far, so that a process that stands still by chance meets none of them.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        work,
        str(grace),
        str(last_resort),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (line := await process.stdout.readline()) != b"working\n":
                assert line, "it ended before it worked"
            process.send_signal(signal.SIGTERM)
            output = (await process.stdout.read()).decode()
            return Ended(await process.wait(), output)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_process_ends_with_its_work_after_the_signal() -> None:
    end = await ended("end_with_the_signal", grace=60)
    assert (end.status, "process.stopped" in end.output) == (0, True)
    assert "cut_short" not in end.output


async def test_work_that_waits_is_cut_short_and_named() -> None:
    end = await ended("wait_for_a_silent_server")
    assert (end.status, "process.cut_short" in end.output) == (0, True)
    assert "delivery at" in end.output


async def test_work_that_does_not_end_when_cancelled_costs_the_process_and_is_named() -> None:
    end = await ended("pass_over_cancellation")
    assert end.status == 1
    [last] = [line for line in end.output.splitlines() if "process.hung" in line]
    assert "delivery at" in last
    # By its own decision, not by the last resort.
    assert "Timeout (" not in end.output


@pytest.mark.parametrize("work", ["hold_up_the_loop", "wait_in_a_thread"])
async def test_process_is_gone_when_its_loop_or_a_thread_does_not_end(work: str) -> None:
    end = await ended(work, last_resort=1.0)
    assert end.status == 1
    # The stacks of all threads, with the line where it hangs.
    assert "Timeout (" in end.output
    assert ("hold_up_the_loop" if work == "hold_up_the_loop" else "threading.py") in end.output
