"""One KRaft node: its jars, its configuration, its formatted folder and the command that runs it."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
LOGGING = HERE / "log4j2.properties"
LIBRARIES = HERE.parents[1] / "target" / "kafka"
LOOPBACK = "127.0.0.1"
JAVA_OLDEST = 17
JVM_OPTIONS = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
CONFIGURATION = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
num.partitions=1
num.network.threads=2
num.io.threads=2
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class KafkaUnavailable(RuntimeError):
    """This machine cannot run it; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A formatted node, ready to run."""

    bootstrap: str
    port: int
    command: tuple[str, ...]


def missing() -> str | None:
    """What this machine lacks, in one line; None when a node can run."""
    absent = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if absent:
        return f"Apache Kafka needs Java {JAVA_OLDEST} or newer and Maven; not found: {', '.join(absent)}."
    version = _java_version()
    if version < JAVA_OLDEST:
        return f"Apache Kafka needs Java {JAVA_OLDEST} or newer; this is Java {version}."
    return None


def prepare(folder: Path, *, port: int, controller_port: int) -> Node:
    """Fetches the jars once, formats `folder` for one node. Raises KafkaUnavailable."""
    lack = missing()
    if lack is not None:
        raise KafkaUnavailable(lack)
    java = ("java", *JVM_OPTIONS, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{fetch_jars()}/*")
    configuration = folder / "server.properties"
    configuration.write_text(
        CONFIGURATION.format(host=LOOPBACK, port=port, controller_port=controller_port, data=folder / "data")
    )
    _format(java, configuration)
    return Node(bootstrap=f"{LOOPBACK}:{port}", port=port, command=(*java, "kafka.Kafka", str(configuration)))


def fetch_jars() -> Path:
    """The folder of the jars that the pom names, filled by Maven when the pom is new."""
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    jars = LIBRARIES / digest
    if jars.is_dir():
        return jars
    # Into a folder beside it that is renamed when complete: an interrupted fetch is not taken for jars.
    fresh = LIBRARIES / f"{digest}.{os.getpid()}"
    copy = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh}")
    _run(("mvn", "--batch-mode", "--quiet", "--file", str(POM), *copy), "Maven could not fetch Apache Kafka")
    try:
        fresh.rename(jars)
    except OSError:
        # Another run was first.
        shutil.rmtree(fresh)
    return jars


def _format(java: tuple[str, ...], configuration: Path) -> None:
    identity = ("--cluster-id", _cluster_id(), "--config", str(configuration))
    _run((*java, "kafka.tools.StorageTool", "format", *identity), "Apache Kafka could not format its folder")


def _cluster_id() -> str:
    # Kafka wants a UUID; any version will do.
    return str(uuid4())


def _java_version() -> int:
    done = subprocess.run(
        ("java", "-XshowSettings:properties", "-version"), capture_output=True, text=True, check=False
    )
    lines = done.stderr.splitlines()
    values = [line.partition("=")[2].strip() for line in lines if "java.specification.version" in line]
    # "17" today, "1.8" for the oldest.
    return int(values[0].removeprefix("1.")) if values else 0


def _run(command: tuple[str, ...], problem: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        detail = next((line for line in lines if "ERROR" in line or "xception" in line), "no message")
        raise KafkaUnavailable(f"{problem}: {detail}")
