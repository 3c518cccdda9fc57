"""Child processes of the harness: free ports, waiting for a listener, an end that always comes."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
# Below the range of outgoing connections, so that a stopped server finds its port free again.
PORTS = range(20000, 32000)
# Test processes that run side by side take theirs from parts of the range of their own.
PARTS_OF_PORTS = 6
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
LOG_TAIL = 4000  # characters


class NotStarted(RuntimeError):
    """A process of the harness ended or stayed silent instead of listening."""


# Given away last: whoever has one may not listen on it yet.
_given: deque[int] = deque(maxlen=200)


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on, and that was not given away just now."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = PORTS[number % PARTS_OF_PORTS :: PARTS_OF_PORTS]
    for port in random.sample(own, len(own)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            if port not in _given:
                _given.append(port)
                return port
    raise NotStarted(f"No port of {PORTS} is free.")


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Starts a process in its own session, so that a Ctrl-C of pytest reaches it only through `stop`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            user=user,
            cwd=cwd,
            start_new_session=True,
        )


def wait_for_port(port: int, process: "subprocess.Popen[bytes]", *, log: Path, seconds: float) -> None:
    """Returns once something accepts on `port`; raises NotStarted with the end of the log otherwise."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(POLL_SECONDS)
    raise NotStarted(f"{process.args!r} did not listen on {port}:\n{tail(log)}")


def stop(process: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGTERM) -> None:
    """Ends a process and waits for it; harder when it does not listen."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    """A process, with whatever it started itself, that neither answers nor ends its connections."""
    family = [process, *process.children(recursive=True)]
    try:
        for each in family:
            # A child may have ended since; the others are stopped, and go on afterwards, all the same.
            with contextlib.suppress(psutil.NoSuchProcess):
                each.suspend()
        yield
    finally:
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.resume()


def tail(log: Path) -> str:
    """The end of a log, for a message that must explain a failure."""
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:] if log.exists() else ""
