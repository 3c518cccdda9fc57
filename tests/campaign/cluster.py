"""The system under faults: replicas of every service as real processes, with servers of its own behind them.

Unlike `entrygo up` it starts the parts it is given, in the environment it is given: two replicas of a
service, or one whose clock can be moved.
"""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from entrygo.cli.up.environment import plain
from entrygo.cli.up.schemas import SERVICES, ensure_logins, migrate_all
from entrygo.process.failpoints import FILE_PREFIX, VARIABLE
from tests.campaign.clocks import Clock
from tests.campaign.nodes import GATEWAY, Node
from tests.contract.smtp_faults import Fault, FaultServer
from tests.contract.smtp_faults import running as mail_server
from tests.harness import processes
from tests.harness.brokers import TansuBroker, run_tansu
from tests.harness.postgres import SERVER_OPTIONS, PostgresServer, postgres_server

START_SECONDS = 90.0
# What asking a database ends in that is broken meanwhile; asyncpg's own state may be the one to complain.
DATABASE_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
POLL_SECONDS = 0.05
RESTART_SECONDS = 0.25
FAILPOINT = "failpoint"
PASSWORD = "for-tests-alone"
REPLICAS: Mapping[str, int] = {"sync": 1, "planning": 2, "execution": 2, "inspection": 2, GATEWAY: 2}
# A killed server must not have lost what it acknowledged; its machine itself is never lost here.
POSTGRES_OPTIONS = {**SERVER_OPTIONS, "synchronous_commit": "on"}
SETTINGS: Mapping[str, str] = {
    "ENTRYGO_SERVICE_TOKEN": "a-service-token-of-the-campaign-alone",
    "ENTRYGO_GATEWAY_TOKEN": "a-gateway-token-of-the-campaign-alone",
    "ENTRYGO_LINK_SECRET": "a-link-secret-of-the-campaign-alone-0123456789",
    "ENTRYGO_EXECUTION_LEASE_SECONDS": "2",
    "ENTRYGO_INSPECTION_RECONCILE_SECONDS": "5",
    "ENTRYGO_BROKER_RETRY_SECONDS": "[1, 2, 5]",
    "ENTRYGO_SMTP_CONNECT_SECONDS": "3",
    "ENTRYGO_SMTP_COMMAND_SECONDS": "5",
    "ENTRYGO_SMTP_DATA_SECONDS": "15",
    "ENTRYGO_DRAIN_SECONDS": "0.5",
    "ENTRYGO_STOP_GRACE_SECONDS": "5",
    # A health check more than the default allows: every channel of every replica watches.
    "ENTRYGO_POOL_SIZE": "6",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What runs, and where its parts keep what they keep."""

    nodes: Sequence[Node]
    postgres: PostgresServer
    broker: TansuBroker
    mail: FaultServer
    # Of the replicas whose clock can be moved; none where libfaketime is missing.
    clock: Clock | None
    artifacts: Path
    # Names the point at which the next execution process dies that comes there; the file goes with it.
    failpoint: Path
    folder: Path

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def gateways(self) -> tuple[str, ...]:
        return tuple(f"http://{node.address}" for node in self.of(GATEWAY))

    def of(self, service: str) -> list[Node]:
        """Its replicas."""
        return [node for node in self.nodes if node.service == service]

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """What the database holds, whoever it belongs to."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    def start_broker(self) -> None:
        """Also where it runs already."""
        if not self.broker.is_running:
            self.broker.start()

    async def start_postgres(self) -> None:
        """Also where it runs already. A killed server's memory may be held for a moment still."""
        if self.postgres.is_running:
            return
        for _ in range(100):
            with contextlib.suppress(processes.NotStarted):
                await asyncio.to_thread(self.postgres.start)
                return
            await asyncio.sleep(POLL_SECONDS)
        raise processes.NotStarted("PostgreSQL did not start again.")

    async def not_ready(self, seconds: float = START_SECONDS) -> list[str]:
        """Waits until every replica serves; gives the names of those that do not by then."""
        waits = {node.name: asyncio.create_task(_serving(node)) for node in self.nodes}
        await asyncio.wait(waits.values(), timeout=seconds)
        late = [name for name, wait in waits.items() if not wait.done()]
        for wait in waits.values():
            wait.cancel()
        return late

    async def keep_running(self) -> None:
        """Starts again what ended by itself, as a supervisor does, until it is cancelled."""
        while True:
            for node in self.nodes:
                if node.is_wanted and not node.is_running:
                    node.start()
            await asyncio.sleep(RESTART_SECONDS)


async def _serving(node: Node) -> None:
    # It becomes so in another process; there is no event to await.
    while not await node.is_ready():  # noqa: ASYNC110
        await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def running_cluster(
    settings: Mapping[str, str] | None = None, replicas: Mapping[str, int] = REPLICAS
) -> AsyncIterator[Cluster]:
    """A started system, with settings beside its own; ended and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="entrygo-campaign-"))
    try:
        with postgres_server(POSTGRES_OPTIONS) as postgres, run_tansu() as broker:
            async with mail_server(Fault.NONE) as mail:
                await _migrate(postgres)
                cluster = _make(folder, postgres, broker, mail, settings or {}, replicas)
                async with _started(cluster):
                    yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _login_url(postgres: PostgresServer, service: str) -> str:
    return postgres.url_of(f"entrygo_{service}", PASSWORD)


async def _migrate(postgres: PostgresServer) -> None:
    async for _ in migrate_all(lambda schema: postgres.url):
        pass
    async for _ in ensure_logins(lambda schema: postgres.url, lambda schema: _login_url(postgres, schema)):
        pass


def _make(
    folder: Path,
    postgres: PostgresServer,
    broker: TansuBroker,
    mail: FaultServer,
    settings: Mapping[str, str],
    replicas: Mapping[str, int],
) -> Cluster:
    artifacts = folder / "artifacts"
    artifacts.mkdir()
    clock = Clock.made_in(folder)
    ports = {name: [processes.free_port() for _ in range(count)] for name, count in replicas.items()}
    shared = {
        **plain(),
        **SETTINGS,
        **{
            f"ENTRYGO_{name.upper()}_TARGET": ",".join(f"{processes.LOOPBACK}:{port}" for port in ports[name])
            for name in SERVICES
        },
        "ENTRYGO_KAFKA_BOOTSTRAP": broker.bootstrap,
        "ENTRYGO_SMTP_URL": f"smtp://{processes.LOOPBACK}:{mail.port}",
        # As of the sink of `entrygo up`: what is tested is that mail leaves, and once.
        "ENTRYGO_MAIL_RECIPIENTS": "open",
        "ENTRYGO_MAIL_DAILY_PER_ACCOUNT": "0",
        "ENTRYGO_MAIL_DAILY_PER_RECIPIENT": "0",
        "ENTRYGO_ARTIFACTS_URL": artifacts.as_uri(),
        "ENTRYGO_HOME": str(folder / "home"),
        "PYTHONUNBUFFERED": "1",
        VARIABLE: f"{FILE_PREFIX}{folder / FAILPOINT}",
        **settings,
    }
    nodes = [
        _node(service, number, port, shared, folder, postgres, clock)
        for service, of_service in ports.items()
        for number, port in enumerate(of_service, start=1)
    ]
    return Cluster(
        nodes=nodes,
        postgres=postgres,
        broker=broker,
        mail=mail,
        clock=clock,
        artifacts=artifacts,
        failpoint=folder / FAILPOINT,
        folder=folder,
    )


def _node(
    service: str,
    number: int,
    port: int,
    shared: Mapping[str, str],
    folder: Path,
    postgres: PostgresServer,
    clock: Clock | None,
) -> Node:
    own = {f"ENTRYGO_{service.upper()}_PORT": str(port)}
    if service != GATEWAY:
        own["ENTRYGO_DATABASE_URL"] = _login_url(postgres, service)
    if clock is not None and number == 2:
        # One replica of each pair: the other one has the right time beside it.
        own |= clock.environment
    return Node(
        service=service,
        number=number,
        port=port,
        environment={**shared, **own},
        log=folder / f"{service}-{number}.log",
    )


@asynccontextmanager
async def _started(cluster: Cluster) -> AsyncIterator[None]:
    keeper: asyncio.Task[None] | None = None
    try:
        for node in cluster.nodes:
            node.start()
        if await cluster.not_ready():
            raise processes.NotStarted(_what_they_said(cluster))
        keeper = asyncio.create_task(cluster.keep_running())
        yield
    finally:
        if keeper is not None:
            keeper.cancel()
        with _resumed(cluster):
            for node in cluster.nodes:
                node.is_wanted = False
                node.send(signal.SIGTERM)
            for node in cluster.nodes:
                await asyncio.to_thread(node.end, signal.SIGTERM)


@contextmanager
def _resumed(cluster: Cluster) -> Iterator[None]:
    """What a campaign left stopped would not hear that it is to end."""
    for node in cluster.nodes:
        node.send(signal.SIGCONT)
    yield


def _what_they_said(cluster: Cluster) -> str:
    return "\n".join(f"{node.name}:\n{processes.tail(node.log)}" for node in cluster.nodes)
