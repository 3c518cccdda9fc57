"""The whole system as real processes: `entrygo up` in a temporary home, on free ports."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest
import pytest_asyncio

from entrygo.cli.up.demo_account import read_demo_account
from entrygo.cli.up.health import usual_trust
from entrygo.cli.up.home import Home, PartReport
from entrygo.cli.up.replicas import SERVICES, TOGETHER
from entrygo.cli.up.settings import PORT_SETTINGS
from entrygo.cli.up.supervisor import PartState
from entrygo.domain.principal import Mode
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import open_pool
from entrygo.process.clock import Ids, utc_now
from tests.harness import processes
from tests.harness.brokers import is_apache
from tests.harness.folders import short_lived_folder
from tests.harness.groups import SYSTEM, TOGETHER_SETTING, claim_for_the_run
from tests.harness.otlp import Collector, collecting

START_SECONDS = 240.0  # below the timeout of a test, so that the end of the log is what a failure shows
RESTART_SECONDS = 120.0
REST_SECONDS = 60.0
KEPT_SECONDS = 2.0
POLL_SECONDS = 0.05
# How long the parts wait for one another and for the mail server before they answer without: a machine that
# stands still for some seconds is to change no answer.
PATIENT: Mapping[str, str] = {
    "ENTRYGO_DELIVERY_WAIT_SECONDS": "10",
    "ENTRYGO_INSPECTION_OWNER_SECONDS": "20",
    "ENTRYGO_INSPECTION_PROBE_SECONDS": "10",
    "ENTRYGO_READ_TIMEOUT_SECONDS": "30",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A running system: where it answers, whom it knows, and what can be done to its parts."""

    base_url: str
    api_key: str
    test_key: str  # the same account, mode test
    account_id: str
    warehouse_id: str
    broker_id: str
    product_ids: tuple[str, ...]
    other_account_id: str
    other_api_key: str
    home: Path
    mail_dir: Path
    database_url: str
    kafka_bootstrap: str
    targets: Mapping[str, str]  # of the gRPC services, by name
    env: Mapping[str, str]  # what a client command such as `entrygo export` reads

    def client(self, key: str | None = None) -> httpx.AsyncClient:
        """Of the REST API; with the live key of the account unless another is given."""
        return httpx.AsyncClient(
            base_url=self.base_url,
            headers={"authorization": f"Bearer {key or self.api_key}"},
            timeout=REST_SECONDS,
            # A connection that idles is left before the gateway closes it, which happens after 15 s.
            limits=httpx.Limits(keepalive_expiry=KEPT_SECONDS),
            trust_env=False,
            verify=usual_trust(),
        )

    def stranger(self) -> httpx.AsyncClient:
        """Of the REST API, without a key."""
        return httpx.AsyncClient(
            base_url=self.base_url, timeout=REST_SECONDS, trust_env=False, verify=usual_trust()
        )

    def part(self, name: str) -> PartReport:
        """How one part is doing, by the report of the supervisor; a service may share its process."""
        report = Home(self.home).load_run()
        parts = {part.name: part for part in report.parts} if report else {}
        return parts.get(name) or parts[TOGETHER]

    def kill(self, name: str) -> int:
        """Ends a part as a crash would; the supervisor starts it again. Gives the pid that is gone."""
        process = self.process(name)
        process.kill()
        return process.pid

    def process(self, name: str) -> psutil.Process:
        """The present process of a part."""
        process = self.part(name).process
        if process is None:
            raise LookupError(f"{name} has no process.")
        return psutil.Process(process.pid)

    async def restarted(self, name: str, *, after: int) -> None:
        """Returns once `name` runs in another process than `after` and its peers have found it again."""
        async with asyncio.timeout(RESTART_SECONDS), self.stranger() as client:
            # What is waited for happens in other processes; there is no event to await.
            while not (self._is_ready_again(name, after) and await _is_ready(client)):  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)

    async def whole(self) -> None:
        """Returns once every part is ready, whatever an earlier test did to them."""
        async with asyncio.timeout(RESTART_SECONDS), self.stranger() as client:
            while not (self._every_part_is_ready() and await _is_ready(client)):  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)

    async def entrygo(self, *arguments: str) -> str:
        """What a command of the CLI says when it is given on the machine of this system."""
        command = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "entrygo.cli.main", *arguments,
            env={**_clean_environment(), **self.env},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await command.communicate()
        assert command.returncode == 0, said.decode()
        return said.decode()

    async def metrics(self, name: str) -> str:
        """What Prometheus reads of a part, at the address that the home names."""
        found = json.loads((self.home / "metrics.json").read_text(encoding="utf-8"))
        addresses = {each["labels"]["process"]: each["targets"][0] for each in found}
        address = addresses.get(name) or addresses[TOGETHER]
        async with httpx.AsyncClient(timeout=REST_SECONDS, trust_env=False) as client:
            answer = await client.get(f"http://{address}/metrics")
        return answer.raise_for_status().text

    def mails_of(self, export_id: str) -> list[Path]:
        """The mails that the broker got about one export."""
        parser = BytesHeaderParser()
        return [
            file
            for file in self.mail_dir.glob("*.eml")
            if parser.parsebytes(file.read_bytes())["X-EntryGo-Export"] == export_id
        ]

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """What the database holds, whoever it belongs to."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    def _every_part_is_ready(self) -> bool:
        report = Home(self.home).load_run()
        return report is not None and all(part.state == PartState.READY for part in report.parts)

    def _is_ready_again(self, name: str, after: int) -> bool:
        part = self.part(name)
        return part.state == PartState.READY and part.process is not None and part.process.pid != after


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """What the processes of the session's system send of their traces."""
    with collecting() as started:
        yield started


@pytest_asyncio.fixture(scope="session")
async def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> AsyncIterator[System]:
    """One system for the session; its broker is the session's own where that is Apache Kafka."""
    claim_for_the_run(tmp_path_factory.getbasetemp(), SYSTEM)
    kafka = {"ENTRYGO_KAFKA_BOOTSTRAP": request.getfixturevalue("kafka_bootstrap")} if is_apache() else {}
    settings = {
        **kafka,
        **PATIENT,
        "ENTRYGO_TOGETHER": os.environ.get(TOGETHER_SETTING, "false"),
        # The receivers of tests are on this machine.
        "ENTRYGO_WEBHOOK_ALLOW_PRIVATE": "true",
        # Tests ask with many bad keys from one address, and mean the answer to each.
        "ENTRYGO_FAILURES_PER_SECOND": "10000",
        "ENTRYGO_OTLP_ENDPOINT": collector.endpoint,
        # Of the requests that ask for it alone: those of the test of traces.
        "OTEL_TRACES_SAMPLER": "parentbased_always_off",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    async with running_system(settings, short_lived_folder("entrygo-system-")) as started:
        yield started


@asynccontextmanager
async def running_system(extra_env: Mapping[str, str], folder: Path | None = None) -> AsyncIterator[System]:
    """A system of its own, with settings beside the ports and the home; ended and removed at the end.

    `folder` may hold its home already.
    """
    folder = folder or Path(tempfile.mkdtemp(prefix="entrygo-system-"))
    supervisor: subprocess.Popen[bytes] | None = None
    try:
        ports = {name: str(processes.free_port()) for name in PORT_SETTINGS}
        settings = {PORT_SETTINGS[name]: port for name, port in ports.items()}
        home = Home(folder / "home")
        log = folder / "up.log"
        environment = {
            **_clean_environment(),
            # Of one process each, on whatever machine: the tests of several ask for them.
            "ENTRYGO_REPLICAS": "1",
            **settings,
            **extra_env,
            "ENTRYGO_HOME": str(home.root),
        }
        supervisor = processes.start(
            [sys.executable, "-m", "entrygo.cli.main", "up"], log=log, env=environment, cwd=folder
        )
        await _ready(home, supervisor, log)
        yield await _describe(home, {name: f"{processes.LOOPBACK}:{ports[name]}" for name in SERVICES})
    finally:
        if supervisor is not None:
            _end(supervisor)
        shutil.rmtree(folder, ignore_errors=True)


def _clean_environment() -> dict[str, str]:
    """Without settings of the person who runs the tests: theirs may name a real broker."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}


async def _ready(home: Home, supervisor: "subprocess.Popen[bytes]", log: Path) -> None:
    try:
        async with asyncio.timeout(START_SECONDS):
            while supervisor.poll() is None:
                report = home.load_run()
                if report is not None and report.is_ready:
                    return
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        pass
    raise processes.NotStarted(f"`entrygo up` is not ready:\n{processes.tail(log)}")


async def _describe(home: Home, targets: Mapping[str, str]) -> System:
    client = home.load_env()
    demo = read_demo_account()
    state = home.load_state()
    database_url = state.database_url
    other_account_id, other_key, test_key = await _make_more_keys(database_url, client["ENTRYGO_ACCOUNT_ID"])
    return System(
        base_url=client["ENTRYGO_BASE_URL"],
        api_key=client["ENTRYGO_API_KEY"],
        test_key=test_key,
        account_id=client["ENTRYGO_ACCOUNT_ID"],
        warehouse_id=client["ENTRYGO_WAREHOUSE_ID"],
        broker_id=client["ENTRYGO_BROKER_ID"],
        product_ids=tuple(product["id"] for product in demo["products"]),
        other_account_id=other_account_id,
        other_api_key=other_key,
        home=home.root,
        mail_dir=home.mail,
        database_url=database_url,
        targets=targets,
        kafka_bootstrap=state.kafka_bootstrap,
        env={**client, "ENTRYGO_HOME": str(home.root), "ENTRYGO_DATABASE_URL": database_url},
    )


async def _make_more_keys(database_url: str, account_id: str) -> tuple[str, str, str]:
    pool = await open_pool(database_url, schema="identity", max_size=1)
    try:
        ids = Ids()
        other, _ = await create_account(pool, ids, name="Another warehouse")
        _, other_key = await create_key(pool, ids, utc_now, account_id=other)
        _, test_key = await create_key(pool, ids, utc_now, account_id=account_id, mode=Mode.TEST)
    finally:
        await pool.close()
    return other, other_key, test_key


def _end(supervisor: "subprocess.Popen[bytes]") -> None:
    """Asks the supervisor to stop all parts; what it may leave is ended too."""
    children = psutil.Process(supervisor.pid).children(recursive=True) if supervisor.poll() is None else []
    processes.stop(supervisor)
    for child in children:
        if child.is_running():
            child.kill()
