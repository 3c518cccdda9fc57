"""Apache Kafka for a test session."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness import processes
from tests.kafka import node

START_SECONDS = 180.0


@contextmanager
def run_apache() -> Iterator[str]:
    """A single node on free ports; gives its `host:port`."""
    folder = Path(tempfile.mkdtemp(prefix="entrygo-kafka-"))
    try:
        kafka = node.prepare(folder, port=processes.free_port(), controller_port=processes.free_port())
        log = folder / "kafka.log"
        process = processes.start(kafka.command, log=log)
        try:
            processes.wait_for_port(kafka.port, process, log=log, seconds=START_SECONDS)
            yield kafka.bootstrap
        finally:
            processes.stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
