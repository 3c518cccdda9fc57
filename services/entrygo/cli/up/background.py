"""The system from outside: start it in the background, ask how it is, end it."""

import subprocess
import sys
import time
from pathlib import Path

from entrygo.cli.up.home import AlreadyRunning, Home, RunReport, keep_files_private
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.processes import end_all, find
from entrygo.cli.up.settings import UpSettings
from entrygo.cli.up.supervisor import processes_of

POLL_SECONDS = 0.1
START_SECONDS = 240.0
# The supervisor needs at most five; the rest is for a machine under load.
STOP_SECONDS = 15.0
TAIL_LINES = 30


class StartFailed(Exception):
    """The background system ended, or was not ready in time; the message is the end of its log."""


def start_in_background(settings: UpSettings) -> RunReport:
    """Start `entrygo up` detached from this terminal and wait until it is ready."""
    keep_files_private()
    home = Home(settings.home)
    home.prepare()
    if running(home):
        raise AlreadyRunning(f"The system of {home.root} is running already.")
    log = home.logs / "up.log"
    with log.open("ab") as output:
        beginning = output.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "entrygo.cli.main", "up", *_chosen(settings)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        report = home.load_run()
        if report and report.supervisor.pid == child.pid and report.is_ready:
            return report
        if child.poll() is not None:
            raise StartFailed(_tail(log, beginning))
        time.sleep(POLL_SECONDS)
    child.terminate()
    raise StartFailed(_tail(log, beginning))


def _chosen(settings: UpSettings) -> list[str]:
    return ["--together"] if settings.together else ["--replicas", str(settings.replicas)]


def running(home: Home) -> RunReport | None:
    """The report of the supervisor that holds this home, if one does."""
    report = home.load_run()
    return report if report and find(report.supervisor) else None


def stop(home: Home) -> bool:
    """End the system of this home, and what a killed supervisor left; whether there was anything."""
    report = home.load_run()
    if report is None:
        return False
    ended = end_all([report.supervisor], grace_seconds=STOP_SECONDS)
    leftovers = processes_of(report.parts)
    server = Postgres(home, "").leftover()
    ended += end_all([*leftovers, *([server] if server and server not in leftovers else [])])
    home.run_file.unlink(missing_ok=True)
    return bool(ended)


def _tail(log: Path, beginning: int) -> str:
    text = log.read_bytes()[beginning:].decode(errors="replace")
    return "\n".join(text.splitlines()[-TAIL_LINES:])
