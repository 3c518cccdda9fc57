"""One process of the system under faults, to be started, stopped for a while, killed and replaced."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from entrygo.cli.up.health import is_grpc_serving, is_http_ok
from entrygo.process.settings import RpcClientSettings
from tests.harness import processes

GATEWAY = "gateway"


@dataclass(kw_only=True)
class Node:
    """A replica of a service, or of the gateway. `starts` counts how often it was started."""

    service: str
    number: int
    port: int
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    # While it is not wanted, nobody starts it again.
    is_wanted: bool = True
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return f"{self.service}-{self.number}"

    @property
    def address(self) -> str:
        return f"{processes.LOOPBACK}:{self.port}"

    @property
    def process(self) -> psutil.Process | None:
        """While it runs."""
        return psutil.Process(self._process.pid) if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self.is_wanted = True
        self.starts += 1
        self._process = processes.start(
            [sys.executable, "-m", f"entrygo.{self.service}"], log=self.log, env=self.environment
        )

    def send(self, number: signal.Signals) -> None:
        """To the process if it runs; one that is gone gets none."""
        if self.is_running and self._process is not None:
            os.kill(self._process.pid, number)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Ends it for good: nobody starts it again."""
        self.is_wanted = False
        if self._process is not None:
            # One that is stopped does not hear of its end.
            self.send(signal.SIGCONT)
            processes.stop(self._process, how)

    async def is_ready(self) -> bool:
        if self.service == GATEWAY:
            return await is_http_ok(f"http://{self.address}/readyz")
        return await is_grpc_serving(self.address, RpcClientSettings())
