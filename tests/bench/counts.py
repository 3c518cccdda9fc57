"""How many of each thing one lifecycle takes: requests, calls, transactions, statements, events, files."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from entrygo.cli.up.home import Home
from tests.bench.subjects import Rest
from tests.harness.system import System

LIFECYCLES = 20
REQUESTS = 4  # sync, plan, execute, inspect
# Until the last events are projected and the relays have deleted them.
SETTLE_SECONDS = 1.0
# The session by its process id, so that transactions can be told apart, and the database.
PREFIX = "counted %p %d "
STATEMENT = re.compile(r"^counted (\d+) (\S+) LOG:  (?:statement|execute [^:]+): (.*)")
HEALTH = "/grpc.health."


@dataclass
class Statements:
    """Transactions, those of them with BEGIN and COMMIT, and the statements besides, as the server's log has
    them."""

    transactions: int = 0
    begun: int = 0
    others: int = 0
    _open: set[str] = field(default_factory=set)

    def note(self, session: str, statement: str) -> None:
        first = statement.split(maxsplit=1)[0].rstrip(";").upper() if statement else ""
        if first == "BEGIN":
            self.transactions += 1
            self.begun += 1
            self._open.add(session)
        elif first in ("COMMIT", "ROLLBACK"):
            self._open.discard(session)
        else:
            self.others += 1
            self.transactions += session not in self._open


def count_statements(log: Iterable[str], database: str) -> Statements:
    """Of one database, in a log whose lines begin with PREFIX."""
    found = Statements()
    for line in log:
        if (match := STATEMENT.match(line)) and match[2] == database:
            found.note(match[1], match[3])
    return found


async def count_lifecycle(ours: Rest, system: System) -> dict[str, float]:
    """Of each thing what one lifecycle takes, the background's share included; one client."""
    log = Home(system.home).logs / "postgres.log"
    await ours.lifecycle(0, 1)
    await asyncio.sleep(SETTLE_SECONDS)
    artifacts = Home(system.home).artifacts
    before, files = await _calls(system), _files(artifacts)
    start = log.stat().st_size
    async with _logged(system.database_url):
        for _ in range(LIFECYCLES):
            await ours.lifecycle(0, 1)
        await asyncio.sleep(SETTLE_SECONDS)
    ours.close()
    after = await _calls(system)
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(start)
        statements = count_statements(file, system.database_url.rpartition("/")[2].partition("?")[0])
    totals = {
        "calls": after["calls"] - before["calls"],
        "transactions": statements.transactions,
        "begun": statements.begun,
        "statements": statements.others,
        "events": after["events"] - before["events"],
        "files": _files(artifacts) - files,
    }
    return {"requests": REQUESTS, "mails": 1} | {name: count / LIFECYCLES for name, count in totals.items()}


async def _calls(system: System) -> Counter[str]:
    """Calls that services have answered, and events that the broker took, since they began."""
    counts: Counter[str] = Counter()
    async with httpx.AsyncClient(trust_env=False) as client:
        for port in Home(system.home).load_state().metrics_ports.values():
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            for family in text_string_to_metric_families(answer.text):
                for sample in family.samples:
                    is_call = sample.name == "entrygo_rpc_requests_total"
                    if is_call and not sample.labels["method"].startswith(HEALTH):
                        counts["calls"] += int(sample.value)
                    elif sample.name == "entrygo_relay_published_total":
                        counts["events"] += int(sample.value)
    return counts


def _files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


@asynccontextmanager
async def _logged(database_url: str) -> AsyncIterator[None]:
    """Every statement of the server goes into its log until the block ends."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'")
        await connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        await connection.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(SETTLE_SECONDS)
        yield
    finally:
        await connection.execute("ALTER SYSTEM RESET log_line_prefix")
        await connection.execute("ALTER SYSTEM RESET log_statement")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()
