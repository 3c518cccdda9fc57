"""One run of the system in the foreground: prepare the home, start by stages, wait, stop."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import grpc
from rich.console import Console

from entrygo.cli.up.backoff import Backoff
from entrygo.cli.up.chosen_ports import ChosenPorts
from entrygo.cli.up.demo_account import ensure_account, ensure_setup_data, read_demo_account
from entrygo.cli.up.home import Home, Process, RunReport, State, keep_files_private
from entrygo.cli.up.parts import Part, Stage, build_parts, stop_seconds
from entrygo.cli.up.ports import LOOPBACK, check_free
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.processes import end_all, identify
from entrygo.cli.up.schemas import ensure_logins, migrate_all
from entrygo.cli.up.screen import Screen, open_screen
from entrygo.cli.up.settings import PORT_SETTINGS, UpSettings
from entrygo.cli.up.supervisor import PartFailed, Supervisor, processes_of
from entrygo.cli.up.wiring import addresses, login_url
from entrygo.domain.errors import EntryGoError
from entrygo.postgres.logins import LoginRefused
from entrygo.postgres.migrate import MigrationChanged, PostgresTooOld
from entrygo.postgres.pool import DATABASE_ERRORS

TAIL_LINES = 20


class SetupFailed(Exception):
    """A step between the starts of the parts failed."""


class Run:
    """The system of one home, from its start to its end."""

    def __init__(self, settings: UpSettings, home: Home, screen: Screen) -> None:
        self._settings = settings
        self._home = home
        self._screen = screen
        self._base_url = settings.base_url
        self._is_ready = False
        self._stop = asyncio.Event()
        self._ports = ChosenPorts(settings, home, screen.say)

    async def run(self) -> int:
        """The exit code; `AlreadyRunning` and `PortTaken` before anything was started."""
        self._home.prepare()
        with self._home.lock():
            state, postgres = self._prepare()
            parts = build_parts(self._settings, self._home, state, postgres)
            backoff = Backoff(longest_seconds=self._settings.keeping.restart_seconds)
            self._supervisor = Supervisor(
                parts,
                changed=self._publish,
                stop_seconds=stop_seconds(self._settings),
                backoff=backoff,
                renew=self._ports.renew,
            )
            self._listen()
            try:
                return await self._until_stopped(state, postgres)
            finally:
                self._screen.say("stopping")
                await self._supervisor.stop()
                self._home.run_file.unlink(missing_ok=True)

    async def _until_stopped(self, state: State, postgres: Postgres) -> int:
        start = asyncio.create_task(self._start(state, postgres))
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
        try:
            if start.done():
                start.result()
                await stop
        except PartFailed as failure:
            self._explain(failure)
            return 1
        except SetupFailed as failure:
            self._screen.say(f"failed: {failure}")
            return 1
        finally:
            start.cancel()
            stop.cancel()
            await asyncio.gather(start, stop, return_exceptions=True)
        return 0

    def _prepare(self) -> tuple[State, Postgres]:
        """End what an earlier run left, then settle ports, secrets and the data folder."""
        state = self._home.load_state()
        postgres = Postgres(self._home, state.postgres_password)
        self._end_leftovers(postgres)
        check_free(self._settings.ports(), PORT_SETTINGS)
        state = self._ports.settle(state)
        if self._settings.database_url is None:
            for opened in postgres.prepare():
                self._screen.say(f"{opened} is now searchable by others: PostgreSQL does not run as root")
            postgres.clear_remains()
        where = addresses(self._settings, self._home, state, postgres)
        given = self._settings.service_token
        token = given.get_secret_value() if given else state.service_token
        state = state.model_copy(
            update={
                "service_token": token,
                "database_url": where.database_url,
                "kafka_bootstrap": where.kafka_bootstrap,
                "artifacts_url": where.artifacts_url,
                "smtp_url": "" if self._settings.smtp_url else where.smtp_url,
            }
        )
        self._home.save_state(state)
        return state, postgres

    def _end_leftovers(self, postgres: Postgres) -> None:
        earlier = self._home.load_run()
        recorded = processes_of(earlier.parts) if earlier else []
        server = postgres.leftover()
        ended = end_all([*recorded, *([server] if server and server not in recorded else [])])
        if ended:
            self._screen.say(f"ended {len(ended)} processes that an earlier run left behind")

    async def _start(self, state: State, postgres: Postgres) -> None:
        supervisor = self._supervisor
        await supervisor.start(Stage.POSTGRES, Stage.BROKER, Stage.MAIL)
        url = addresses(self._settings, self._home, state, postgres).database_url
        await self._migrate(url)
        if self._settings.has_logins:
            await self._ensure_logins(url, lambda service: login_url(service, state, postgres))
        await supervisor.start(Stage.SERVICES)
        await self._ensure_demo(self._url_of(url)("identity"))
        await supervisor.start(Stage.GATEWAY)
        self._is_ready = True
        self._publish()
        self._announce()

    def _url_of(self, common: str) -> Callable[[str], str]:
        """Each schema's own database, where the environment names one."""
        return lambda schema: os.environ.get(f"ENTRYGO_{schema.upper()}_DATABASE_URL") or common

    async def _migrate(self, url: str) -> None:
        try:
            async for schema, applied in migrate_all(self._url_of(url)):
                if applied:
                    self._screen.say(f"migrated   {schema}: {', '.join(applied)}")
        except (*DATABASE_ERRORS, MigrationChanged, PostgresTooOld) as error:
            raise SetupFailed(f"the database could not be brought up to date: {error}") from error

    async def _ensure_logins(self, owner_url: str, login_of: Callable[[str], str]) -> None:
        """Before the services start: each connects under its own login, behind row level security."""
        try:
            async for _ in ensure_logins(lambda _: owner_url, login_of):
                pass
        except (*DATABASE_ERRORS, LoginRefused) as error:
            raise SetupFailed(f"the services' logins could not be made: {error}") from error

    async def _ensure_demo(self, identity_url: str) -> None:
        target = f"127.0.0.1:{self._settings.sync_port}"
        known = self._home.load_env().get("ENTRYGO_API_KEY")
        try:
            key = await ensure_account(identity_url, target, known, self._settings.targets.peers)
            made = await ensure_setup_data(target, key, self._settings.targets.peers)
        except (grpc.aio.AioRpcError, EntryGoError, OSError) as error:
            raise SetupFailed(f"the demo account could not be made: {error}") from error
        self._save_env(key)
        if made:
            self._screen.say(f"demo       {', '.join(made)}")

    def _save_env(self, key: str) -> None:
        content = read_demo_account()
        self._home.save_env(
            {
                "ENTRYGO_BASE_URL": self._base_url,
                "ENTRYGO_API_KEY": key,
                "ENTRYGO_ACCOUNT_ID": content["account"]["id"],
                "ENTRYGO_WAREHOUSE_ID": content["warehouses"][0]["id"],
                "ENTRYGO_BROKER_ID": content["brokers"][0]["id"],
                "ENTRYGO_PRODUCT_ID": content["products"][0]["id"],
            }
        )

    def _explain(self, failure: PartFailed) -> None:
        """The cause may be another part: one that ends again and again keeps the gateway from being ready."""
        self._screen.say(f"failed: {failure}")
        for part in self._supervisor.unready():
            self._screen.say(f"The end of {_shown(part.log)}:\n{tail(part)}")

    def _announce(self) -> None:
        self._screen.say(f"settings:  . {_shown(self._home.env_file)}")
        if self._settings.smtp_url is None:
            self._screen.say(f"mails:     {_shown(self._home.mail)}")
        self._screen.say(f"ready: {self._base_url}")

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup the end of the terminal is to be ignored, and stays so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        """The first asks the parts to end, a second one does not ask."""
        if self._stop.is_set():
            self._supervisor.kill()
        self._stop.set()

    def _publish(self) -> None:
        reports = self._supervisor.reports()
        self._screen.show(reports)
        supervisor = identify(os.getpid()) or Process(pid=os.getpid(), created=0)
        self._home.save_run(
            RunReport(
                supervisor=supervisor,
                base_url=self._base_url,
                is_ready=self._is_ready,
                parts=reports,
                targets={name: f"{LOOPBACK}:{port}" for name, port in self._settings.service_ports().items()},
            )
        )


def tail(part: Part) -> str:
    """The last lines of a part's log, indented."""
    if not part.log.exists():
        return "  (empty)"
    lines = part.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join(f"  {line}" for line in lines)


def run_in_foreground(settings: UpSettings) -> int:
    """Until a signal; the exit code of the command. AlreadyRunning or PortTaken before anything started."""
    keep_files_private()
    with open_screen(Console()) as screen:
        return asyncio.run(Run(settings, Home(settings.home), screen).run())


def _shown(path: Path) -> str:
    """Relative to where the command was given, if it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
