"""`python -m tests.bench.broker_memory [exports]`: what the embedded broker holds while the events of so many
exports go through it, by a relay from a real outbox. Prints figures; asserts nothing."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from entrygo.cli.up.home import Home
from entrygo.cli.up.parts import Part, Stage, build_parts
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.processes import memory_of
from entrygo.cli.up.schemas import migrations_of
from entrygo.cli.up.settings import PORT_SETTINGS, UpSettings
from entrygo.cli.up.supervisor import Supervisor
from entrygo.domain.time import rfc3339
from entrygo.messaging.events import PLANNING
from entrygo.messaging.relay import Relay
from entrygo.postgres.migrate import migrate
from entrygo.process.clock import utc_now
from entrygo.process.settings import KafkaSettings
from entrygo.proto.events.v1 import events_pb2
from tests.harness import processes
from tests.harness.postgres import run_postgres

EXPORTS = 100_000
# Of a lifecycle: planned, executing, prepared, sending, sent, completed, acknowledged.
EVENTS_OF_AN_EXPORT = 7
EVENT_BYTES = 2_000
STREAMS = 240
MEBIBYTE = 1024 * 1024
SAMPLE_SECONDS = 0.5


def main(arguments: list[str]) -> None:
    exports = int(arguments[0]) if arguments else EXPORTS
    with run_postgres() as url, tempfile.TemporaryDirectory(prefix="entrygo-broker-") as folder:
        asyncio.run(_measure(url, Path(folder), exports))


async def _measure(url: str, folder: Path, exports: int) -> None:
    await migrate(url, schema=PLANNING, migrations=migrations_of(PLANNING))
    connection = await asyncpg.connect(url)
    try:
        await _queue(connection, exports * EVENTS_OF_AN_EXPORT)
        broker = _broker(url, folder)
        supervisor = Supervisor([broker], changed=lambda: None, stop_seconds=dict.fromkeys(Stage, 5.0))
        await supervisor.start(Stage.BROKER)
        stop = asyncio.Event()
        relay = Relay(database_url=url, schema=PLANNING, kafka=KafkaSettings(bootstrap=broker.address))
        publishing = asyncio.create_task(relay.run(stop))
        await _watch(connection, supervisor)
        stop.set()
        await publishing
        await supervisor.stop()
    finally:
        await connection.close()


async def _queue(connection: "asyncpg.Connection[asyncpg.Record]", events: int) -> None:
    now = rfc3339(utc_now())
    payloads = [
        events_pb2.Event(
            id=f"evt_{stream}", source=PLANNING, stream_id=f"batch_{stream}", sequence=1, account_id="acc_1",
            mode="live", type="export.planned", occurred_at=now, previous_id="x" * EVENT_BYTES,
        ).SerializeToString()
        for stream in range(STREAMS)
    ]  # fmt: skip
    await connection.execute(
        "INSERT INTO planning.outbox (account_id, mode, payload)"
        " SELECT 'acc_1', 'live', ($1::bytea[])[1 + number % $2] FROM generate_series(1, $3) AS number",
        payloads,
        STREAMS,
        events,
    )
    print(f"{events:,} events of {len(payloads[0]):,} bytes: {events * len(payloads[0]) / MEBIBYTE:,.0f} MiB")


async def _watch(connection: "asyncpg.Connection[asyncpg.Record]", supervisor: Supervisor) -> None:
    """Until the outbox is empty."""
    [unit] = supervisor.units
    most, started = 0, time.monotonic()
    while await connection.fetchval("SELECT EXISTS (SELECT FROM planning.outbox)"):
        most = max(most, memory_of(unit.process) if unit.process else 0)
        await asyncio.sleep(SAMPLE_SECONDS)
    seconds = time.monotonic() - started
    print(
        f"published in {seconds:.0f} s; broker: {most / MEBIBYTE:.0f} MiB at most, {unit.restarts} restarts"
    )


def _broker(url: str, folder: Path) -> Part:
    """As `entrygo up` runs it."""
    home = Home(folder)
    home.prepare()
    ports = {name: processes.free_port() for name in PORT_SETTINGS}
    state = home.load_state().model_copy(
        update={"metrics_ports": ports, "broker_port": processes.free_port()}
    )
    settings = UpSettings(home=folder, database_url=SecretStr(url))
    parts = build_parts(settings, home, state, Postgres(home, state.postgres_password))
    return next(part for part in parts if part.stage is Stage.BROKER)


if __name__ == "__main__":
    main(sys.argv[1:])
