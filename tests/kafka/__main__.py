"""`make kafka`: Apache Kafka in the foreground until Ctrl-C; `--check` only says whether it can run."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.kafka import node

PORT_SETTING = "ENTRYGO_KAFKA_PORT"
DEFAULT_PORT = 9092


def main(arguments: list[str]) -> int:
    """The exit status."""
    lack = node.missing()
    if lack is not None:
        print(lack)
        return 1
    if arguments == ["--check"]:
        return 0
    port = int(os.environ.get(PORT_SETTING, DEFAULT_PORT))
    with tempfile.TemporaryDirectory(prefix="entrygo-kafka-") as folder:
        try:
            kafka = node.prepare(Path(folder), port=port, controller_port=port + 1)
        except node.KafkaUnavailable as problem:
            print(problem)
            return 1
        print(f"Apache Kafka: ENTRYGO_KAFKA_BOOTSTRAP={kafka.bootstrap}. Ctrl-C ends it.", flush=True)
        return _run(kafka)


def _run(kafka: node.Node) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with subprocess.Popen(kafka.command) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
