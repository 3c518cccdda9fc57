"""Two releases of EntryGo as processes on one database: this tree's, and that of an earlier commit."""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from entrygo.cli.up.health import is_grpc_serving, is_http_ok
from entrygo.cli.up.replicas import SERVICES
from entrygo.process.settings import RpcClientSettings
from tests.harness import processes

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = (*SERVICES, "gateway")
READY_SECONDS = 60.0


class NoHistory(Exception):
    """The commit of the earlier release is not in this clone."""


@dataclass(frozen=True, slots=True)
class Release:
    """A source tree with an interpreter that has what its lock names."""

    name: str
    root: Path
    python: str

    def run(self, *arguments: str, environment: Mapping[str, str]) -> str:
        """What a module says when it has ended well."""
        return self._run("-m", *arguments, environment=environment)

    def run_code(self, *arguments: str, environment: Mapping[str, str]) -> str:
        """As `run`, for a line of code."""
        return self._run("-c", *arguments, environment=environment)

    def _run(self, *arguments: str, environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            [self.python, *arguments], env={**clean(), **environment}, cwd=self.root,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(
                f"{self.name}: {arguments} ended with {done.returncode}: {done.stderr}{done.stdout}"
            )
        return done.stdout


@contextlib.contextmanager
def earlier(commit: str) -> Iterator[Release]:
    """That commit in a temporary folder, with an environment made from its own lock. Raises NoHistory."""
    if subprocess.run(["git", "-C", ROOT, "cat-file", "-e", f"{commit}^{{commit}}"], check=False).returncode:
        raise NoHistory(f"Commit {commit} is not here: this drill needs the history, not a shallow clone.")
    with tempfile.TemporaryDirectory(prefix="entrygo-earlier-") as folder:
        archive = subprocess.run(["git", "-C", ROOT, "archive", commit], stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": ".venv", "UV_PYTHON_DOWNLOADS": "never"}
        environment.pop("VIRTUAL_ENV", None)
        sync = [
            str(ROOT / ".tools/uv"),
            "sync",
            "--locked",
            "--quiet",
            "--no-dev",
            "--python",
            sys.executable,
        ]
        subprocess.run(sync, cwd=folder, env=environment, check=True)
        yield Release("earlier", Path(folder), str(Path(folder) / ".venv/bin/python"))


def present() -> Release:
    return Release("present", ROOT, sys.executable)


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}


@dataclass(slots=True)
class Installation:
    """Who runs: processes of both releases, each of which finds both of every peer."""

    settings: Mapping[str, str]
    logs: Path
    ports: dict[tuple[str, str], int] = field(default_factory=dict)
    running: dict[tuple[str, str], "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def choose_ports(self, *releases: Release) -> None:
        for release in releases:
            for name in PROCESSES:
                # Nobody listens there yet: what was chosen must not be chosen again.
                port = processes.free_port()
                while port in self.ports.values():
                    port = processes.free_port()
                self.ports[release.name, name] = port

    async def start(self, release: Release, name: str, **more: str) -> None:
        """Returns once it is ready."""
        log = self.logs / f"{release.name}-{name}.log"
        environment = {**clean(), **self.settings, **self._targets(), **more, **self._port(release, name)}
        child = processes.start(
            [release.python, "-m", f"entrygo.{name}"], log=log, env=environment, cwd=release.root
        )
        self.running[release.name, name] = child
        await until_ready(name, self.ports[release.name, name], child, log)

    def stop(self, release: Release, name: str) -> None:
        processes.stop(self.running.pop((release.name, name)))

    def forget(self, release: Release, name: str) -> int:
        """One that ends by itself: its exit status."""
        return self.running.pop((release.name, name)).wait(processes.STOP_SECONDS)

    def end(self) -> None:
        for child in self.running.values():
            processes.stop(child)

    def gateways(self) -> list[str]:
        return [
            f"http://{processes.LOOPBACK}:{self.ports[key]}" for key in self.running if key[1] == "gateway"
        ]

    def target(self, release: Release, name: str) -> str:
        return f"{processes.LOOPBACK}:{self.ports[release.name, name]}"

    def _targets(self) -> dict[str, str]:
        by_service = {
            name: [str(port) for (_, each), port in self.ports.items() if each == name] for name in SERVICES
        }
        return {
            f"ENTRYGO_{name.upper()}_TARGET": ",".join(f"{processes.LOOPBACK}:{port}" for port in ports)
            for name, ports in by_service.items()
        }

    def _port(self, release: Release, name: str) -> dict[str, str]:
        return {f"ENTRYGO_{name.upper()}_PORT": str(self.ports[release.name, name])}


async def until_ready(name: str, port: int, child: "subprocess.Popen[bytes]", log: Path) -> None:
    address = f"{processes.LOOPBACK}:{port}"
    async with asyncio.timeout(READY_SECONDS):
        while not await (
            is_http_ok(f"http://{address}/readyz")
            if name == "gateway"
            else is_grpc_serving(address, RpcClientSettings())
        ):
            if child.poll() is not None:
                raise processes.NotStarted(f"{name} ended:\n{processes.tail(log)}")
            await asyncio.sleep(0.1)
