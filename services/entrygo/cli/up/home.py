"""The folder of one system ($ENTRYGO_HOME): its paths, its lock, and what it remembers between starts."""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

TOKEN_BYTES = 32
LOGINS = ("sync", "planning", "execution", "inspection")


class Process(BaseModel):
    """One running process; the time of its creation distinguishes it from a later one with the same pid."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float


class State(BaseModel):
    """What stays the same from start to start: secrets, and ports nobody configured."""

    model_config = ConfigDict(frozen=True)

    # Of the login that owns the embedded PostgreSQL.
    postgres_password: str
    # Of the login of each service there; a home of an earlier release gets them at its next start.
    login_passwords: dict[str, str] = {}
    service_token: str
    # Signs the links to brokers; a home of an earlier release gets one at its next start.
    link_secret: str = ""
    webhook_secret: str = ""
    # By which the services know their gateway.
    gateway_token: str = ""
    broker_port: int = 0
    smtp_port: int = 0
    # Of each process of ours, by name.
    metrics_ports: dict[str, int] = {}
    # Of each replica of a service beyond the first, by name.
    replica_ports: dict[str, int] = {}
    # Where the parts found each other in the last run: embedded ones, or those that were given.
    database_url: str = ""
    kafka_bootstrap: str = ""
    artifacts_url: str = ""
    # The embedded mail server's; the address of another may hold a password and is not kept.
    smtp_url: str = ""


class PartReport(BaseModel):
    """How one part is doing."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: str
    address: str
    process: Process | None = None
    restarts: int = 0
    since: float = 0.0


class RunReport(BaseModel):
    """How the system is doing: written by the supervisor, read by `status`, `down` and the next start."""

    model_config = ConfigDict(frozen=True)

    supervisor: Process
    base_url: str
    is_ready: bool = False
    parts: tuple[PartReport, ...] = ()
    # Where each service listens; its first process, where it has several.
    targets: dict[str, str] = {}


def keep_files_private() -> None:
    """What this process and its children make from now on is their owner's alone: logs, mails, documents."""
    os.umask(0o077)


class AlreadyRunning(Exception):
    """Another `entrygo up` holds this home."""


class Home:
    """Paths below the folder, and how the files in it are written: whole, and for the owner only."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        self.logs = self.root / "logs"
        self.mail = self.root / "mail"
        self.artifacts = self.root / "artifacts"
        self.postgres_data = self.root / "postgres"
        self.sockets = self.root / "run"
        self.env_file = self.root / "env"
        self.state_file = self.root / "state.json"
        self.run_file = self.root / "run.json"
        self.metrics_file = self.root / "metrics.json"
        self.lock_file = self.root / "lock"

    def prepare(self) -> None:
        """Make the folders. Root's PostgreSQL runs as another user, who must get through the first."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (self.logs, self.mail, self.artifacts):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One system per home. The kernel gives the lock back however the holder ends."""
        with self.lock_file.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(f"The system of {self.root} is running already.") from None
            yield

    def load_state(self, new_secret: Callable[[], str] = lambda: secrets.token_hex(TOKEN_BYTES)) -> State:
        """What was remembered, or the beginnings of it."""
        text = _read(self.state_file)
        if text is None:
            state = State(postgres_password=new_secret(), service_token=new_secret())
        else:
            state = State.model_validate_json(text)
        passwords = {name: state.login_passwords.get(name) or new_secret() for name in LOGINS}
        return state.model_copy(
            update={
                "link_secret": state.link_secret or new_secret(),
                "webhook_secret": state.webhook_secret or new_secret(),
                "gateway_token": state.gateway_token or new_secret(),
                "login_passwords": passwords,
            }
        )

    def save_state(self, state: State) -> None:
        """Remembers what runs, for the next start."""
        write_private(self.state_file, state.model_dump_json(indent=2))

    def load_run(self) -> RunReport | None:
        """What the last supervisor wrote; None without one, or in the form of another release."""
        text = _read(self.run_file)
        try:
            return None if text is None else RunReport.model_validate_json(text)
        except ValidationError:
            return None

    def save_run(self, report: RunReport) -> None:
        """For `status`, `down` and the next start."""
        write_private(self.run_file, report.model_dump_json(indent=2))

    def save_metrics_targets(self, ports: Mapping[str, int]) -> None:
        """Where each process has its metrics, as Prometheus reads it (`file_sd_configs`)."""
        targets = [
            {"targets": [f"127.0.0.1:{port}"], "labels": {"process": name.partition("-")[0]}}
            for name, port in ports.items()
        ]
        write_private(self.metrics_file, json.dumps(targets, indent=2))

    def load_env(self) -> dict[str, str]:
        """The `export` lines of the env file, by name."""
        lines = (_read(self.env_file) or "").splitlines()
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        return {name: value.strip('"') for name, value in pairs}

    def save_env(self, values: dict[str, str]) -> None:
        """Lines that a shell sources: the base URL, the demo key and ids."""
        write_private(self.env_file, "".join(f'export {name}="{value}"\n' for name, value in values.items()))


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; its reader sees the old or the new one, and only its owner reads it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
