"""`entrygo up` as a person uses it: the guide, a crash, a taken port, two systems, the end."""

import asyncio
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from entrygo.cli.up.home import Home, PartReport
from entrygo.cli.up.processes import find
from entrygo.cli.up.settings import PORT_SETTINGS
from tests.harness import processes
from tests.harness.certificates import Authority
from tests.harness.folders import short_lived_folder
from tests.harness.system import PATIENT

SECONDS = 250.0  # to wait for anything; reached only by a failure
POLL_SECONDS = 0.05
EMBEDDED = {"postgres", "broker", "smtp"}
PARTS = EMBEDDED | set(PORT_SETTINGS)


class Machine:
    """One home with ports of its own, and the commands given in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / ".entrygo")
        self.ports = {name: processes.free_port() for name in PORT_SETTINGS}
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.log = folder / "terminal.log"
        self.settings: dict[str, str] = dict(PATIENT)

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}
        return {
            **clean,
            **{PORT_SETTINGS[name]: str(port) for name, port in self.ports.items()},
            **self.settings,
        }

    def entrygo(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "entrygo.cli.main", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=SECONDS,
            check=False,
        )  # fmt: skip

    def bash(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def up(self) -> None:
        command = [sys.executable, "-m", "entrygo.cli.main", "up"]
        self.supervisor = processes.start(command, log=self.log, env=self.environment, cwd=self.folder)
        self.wait_for(lambda: self.is_ready() or self.has_ended())
        assert self.is_ready(), processes.tail(self.log)

    def is_ready(self) -> bool:
        report = self.home.load_run()
        started = self.supervisor is not None and report is not None
        return started and report.supervisor.pid == self.supervisor.pid and report.is_ready  # type: ignore[union-attr]

    def has_ended(self) -> bool:
        return self.supervisor is not None and self.supervisor.poll() is not None

    def part(self, name: str) -> PartReport:
        report = self.home.load_run()
        return next(part for part in (report.parts if report else ()) if part.name == name)

    def processes(self) -> dict[str, psutil.Process]:
        report = self.home.load_run()
        assert report is not None
        found = {part.name: find(part.process) for part in report.parts if part.process}
        return {name: process for name, process in found.items() if process}

    def wait_for(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, processes.tail(self.log)
            time.sleep(POLL_SECONDS)

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        known = self.home.load_env()
        bearer = {"authorization": f"Bearer {key or known['ENTRYGO_API_KEY']}"}
        authority = self.settings.get("ENTRYGO_GATEWAY_CA_FILE")
        return httpx.get(
            known["ENTRYGO_BASE_URL"] + path,
            headers=bearer,
            trust_env=False,
            timeout=30,
            verify=ssl.create_default_context(cafile=authority),
        )

    def kill_supervisor(self) -> None:
        assert self.supervisor is not None
        self.supervisor.kill()
        self.supervisor.wait()

    def end(self) -> None:
        if self.supervisor is not None:
            processes.stop(self.supervisor, signal.SIGINT)


@contextmanager
def made_machine() -> Iterator[Machine]:
    """In a folder that no other test session shares: pytest's is closed to all others at each start,
    and run as root the database belongs to a user of its own."""
    folder = short_lived_folder("entrygo-up-")
    machine = Machine(folder)
    try:
        yield machine
    finally:
        machine.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Machine]:
    """A system that the tests of this module share; none of them ends it."""
    with made_machine() as machine:
        machine.up()
        yield machine


@pytest.fixture(scope="module")
def second() -> Iterator[Machine]:
    """Another system, which tests kill and start again; the last of them ends it."""
    with made_machine() as machine:
        machine.up()
        yield machine


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine of the test's own, on which nothing runs yet."""
    with made_machine() as machine:
        yield machine


def all_gone(found: dict[str, psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in found.values()
    )


READS_A_FIELD = f"""
field() {{
    "{sys.executable}" -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}}
"""
GUIDE = """
. .entrygo/env
curl -sf "$ENTRYGO_BASE_URL/api/system/health" -H "authorization: Bearer $ENTRYGO_API_KEY" >/dev/null

order=$(curl -sf -X POST "$ENTRYGO_BASE_URL/api/orders/sync" \
-H "authorization: Bearer $ENTRYGO_API_KEY" \
-H "content-type: application/json" \
-H "idempotency-key: first-export-orders-001" \
-d '{
"accountId": "'"$ENTRYGO_ACCOUNT_ID"'",
"items": [
{
"externalId": "ord-ext-1001",
"destinationCountry": "US",
"destinationRegion": "CA",
"destinationPostalCode": "94105",
"items": [
{
"productId": "'"$ENTRYGO_PRODUCT_ID"'",
"quantity": 1,
"unitValueUsd": 110
}
],
"metadata": {
"source": "first-export-guide"
}
}
]
}' | field 'd["data"][0]["id"]')

plan=$(curl -sf -X POST "$ENTRYGO_BASE_URL/api/exports/plan" \
-H "authorization: Bearer $ENTRYGO_API_KEY" \
-H "content-type: application/json" \
-H "idempotency-key: first-export-plan-001" \
-d '{
"accountId": "'"$ENTRYGO_ACCOUNT_ID"'",
"warehouseId": "'"$ENTRYGO_WAREHOUSE_ID"'",
"brokerId": "'"$ENTRYGO_BROKER_ID"'",
"destinationCountry": "US",
"orderIds": ["'"$order"'"],
"dryRun": false
}')
echo "readiness $(echo "$plan" | field 'd["readinessState"]')"
batch=$(echo "$plan" | field 'd["exportId"]')

execution=$(curl -sf -X POST "$ENTRYGO_BASE_URL/api/exports/execute" \
-H "authorization: Bearer $ENTRYGO_API_KEY" \
-H "content-type: application/json" \
-H "idempotency-key: first-export-execute-001" \
-d '{
"accountId": "'"$ENTRYGO_ACCOUNT_ID"'",
"batchId": "'"$batch"'"
}')
echo "submission $(echo "$execution" | field 'd["brokerSubmission"]["status"]')"
package=$(echo "$execution" | field 'd["customs_package_id"]')

curl -sf "$ENTRYGO_BASE_URL/api/exports/$batch" -H "authorization: Bearer $ENTRYGO_API_KEY" \
| field '"state " + d["state"] + " " + d["customsPackage"]["state"]'
curl -sf "$ENTRYGO_BASE_URL/api/customs-packages/$package" -H "authorization: Bearer $ENTRYGO_API_KEY" \
| field '"package " + d["packageNumber"]'
"""


@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide is written in curl")
def test_first_export_guide_runs_as_written_after_reading_the_env_file(running: Machine) -> None:
    said = dict(line.split(" ", 1) for line in running.bash(READS_A_FIELD + GUIDE).splitlines())
    # The guide's product is a cotton hoodie of Canada: on a list of Section 338 since 2026-08-22.
    assert said["readiness"] == "REVIEW_REQUIRED"
    assert said["submission"] == "sent"
    assert said["state"] == "COMPLETED sent_to_broker"
    mails = [file.read_text() for file in running.home.mail.glob("*.eml")]
    assert sum(said["package"] in mail for mail in mails) == 1


def test_demo_saves_the_documents_and_names_the_mail(running: Machine) -> None:
    done = running.entrygo("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "REVIEW_REQUIRED" in done.stdout
    saved = {file.name for file in (running.folder / "entrygo-demo").rglob("*.*")}
    assert {"commercial_customs_invoice.html", "commercial_customs_invoice.csv", "manifest.json"} <= saved
    named = done.stdout.rstrip().rsplit("\n", 1)[-1].split()
    assert named[0] == "mail"
    assert Path(named[1]).suffix == ".eml"


def test_status_lists_every_part_as_ready(running: Machine) -> None:
    running.wait_for(lambda: all(running.part(name).state == "ready" for name in PARTS))
    done = running.entrygo("status")
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines() if " ready " in line} == PARTS


@pytest.mark.parametrize("name", ["smtp", "broker", "planning", "gateway", "postgres"])
def test_killed_part_comes_back(running: Machine, name: str) -> None:
    before = running.processes()[name]
    before.send_signal(signal.SIGKILL)
    running.wait_for(
        lambda: (
            (part := running.part(name)).state == "ready"
            and part.process is not None
            and part.process.pid != before.pid
        )
    )
    running.wait_for(lambda: running.get("/api/system/health").is_success)


def test_second_up_in_the_same_home_says_that_one_runs(running: Machine) -> None:
    before = {name: process.pid for name, process in running.processes().items()}
    done = running.entrygo("up")
    assert done.returncode == 1
    assert "is running already" in done.stderr
    assert {name: process.pid for name, process in running.processes().items()} == before
    # What was killed before may not be known again to all.
    running.wait_for(lambda: running.get("/api/system/health").is_success)


def test_two_systems_run_side_by_side(running: Machine, second: Machine) -> None:
    assert second.get("/api/system/health").status_code == 200
    assert second.get("/api/system/health", running.home.load_env()["ENTRYGO_API_KEY"]).status_code == 401
    assert set(second.processes()) == PARTS


def test_up_names_port_setting_and_process_when_a_port_is_taken(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", machine.ports["gateway"])):
        done = machine.entrygo("up")
    assert done.returncode == 1
    assert f"Port {machine.ports['gateway']} is taken by pid {os.getpid()}" in done.stderr
    assert "ENTRYGO_GATEWAY_PORT" in done.stderr
    assert machine.home.load_run() is None


def test_up_starts_again_after_its_supervisor_and_after_everything_was_killed(second: Machine) -> None:
    key = second.home.load_env()["ENTRYGO_API_KEY"]
    orphans = second.processes()
    second.kill_supervisor()
    assert not all_gone(orphans)
    second.up()
    assert all_gone(orphans)
    assert "ended 8 processes that an earlier run left behind" in second.log.read_text()
    everything = second.processes()
    second.kill_supervisor()
    for process in everything.values():
        process.kill()
    second.up()
    assert second.home.load_env()["ENTRYGO_API_KEY"] == key
    assert second.get("/api/products/prod_123").status_code == 200


def test_system_that_is_interrupted_ends_with_every_part_and_another_one_goes_on(
    running: Machine, second: Machine
) -> None:
    found = second.processes()
    assert set(found) == PARTS
    assert second.supervisor is not None
    said_before = {log: len(log.read_text()) for log in second.home.logs.iterdir()}
    second.supervisor.send_signal(signal.SIGINT)
    second.wait_for(second.has_ended)
    assert second.supervisor.returncode == 0
    assert all_gone(found)
    # The supervisor's bounds add up to less than five seconds; it notes each part that it had to kill.
    said = {log: log.read_text()[said_before.get(log, 0) :] for log in second.home.logs.iterdir()}
    assert [log.name for log, text in said.items() if "did not stop in time" in text] == []
    assert running.get("/api/system/health").status_code == 200


def encrypt(machine: Machine) -> None:
    """TLS to the gateway, and between the parts with certificates on both sides."""
    authority = Authority(machine.folder)
    shown = {"GATEWAY": ("localhost",), "RPC_SERVER": ("127.0.0.1",), "RPC_CLIENT": ("client",)}
    for who, names in shown.items():
        files = authority.files(*names)
        machine.settings[f"ENTRYGO_{who}_CERT_FILE"] = str(files.cert_file)
        machine.settings[f"ENTRYGO_{who}_KEY_FILE"] = str(files.key_file)
    for trust in ("GATEWAY_CA_FILE", "RPC_CLIENT_CA_FILE", "RPC_SERVER_CLIENT_CA_FILE"):
        machine.settings[f"ENTRYGO_{trust}"] = str(authority.file)


def test_detached_system_answers_over_tls_until_it_is_taken_down(machine: Machine) -> None:
    encrypt(machine)
    assert machine.entrygo("status").returncode == 3
    started = machine.entrygo("up", "--detach")
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        assert started.stdout.endswith(f"ready: https://localhost:{machine.ports['gateway']}\n")
        found = machine.processes()
        # Inspection says there how it finds the others.
        health = machine.get("/api/system/health")
        assert (health.status_code, health.json()["status"]) == (200, "ok")
        assert machine.entrygo("status").returncode == 0
        looked = json.loads(machine.entrygo("doctor", "--json").stdout)
        assert {"certificate gateway", "certificate gRPC server"} <= {each["subject"] for each in looked}
        assert [each for each in looked if each["level"] == "failed"] == []
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"http://localhost:{machine.ports['gateway']}/livez", trust_env=False)
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"https://localhost:{machine.ports['gateway']}/livez", trust_env=False)
    finally:
        machine.entrygo("down")
    assert all_gone(found)
    assert machine.entrygo("status").returncode == 3


def test_detached_start_shows_the_end_of_the_log_when_a_part_fails(machine: Machine) -> None:
    machine.ports["planning"] = machine.ports["sync"]
    done = machine.entrygo("up", "--detach")
    assert done.returncode == 1
    assert "is given more than once" in done.stderr


def test_files_of_a_home_are_closed_to_others(running: Machine) -> None:
    assert (running.home.env_file.stat().st_mode & 0o077) == 0
    assert (running.home.state_file.stat().st_mode & 0o077) == 0
    assert (running.home.sockets.stat().st_mode & 0o077) == 0
    # PostgreSQL's data is its own user's, and the socket's folder is closed.
    own = [path for path in running.home.root.rglob("*") if running.home.postgres_data not in path.parents]
    assert [path for path in own if path.stat().st_mode & 0o077 and not path.is_socket()] == []


def test_each_service_connects_under_a_login_of_its_own_that_owns_nothing(running: Machine) -> None:
    report, state = running.home.load_run(), running.home.load_state()
    assert report is not None
    for part in report.parts:
        assert part.process is not None
        found = psutil.Process(part.process.pid).environ()
        others = {state.postgres_password, *state.login_passwords.values()}
        others -= {state.login_passwords.get(part.name, "")}
        assert [name for name, value in found.items() if any(each in value for each in others)] == []
    connected = asyncio.run(logins(state.database_url))
    services = ("entrygo_execution", "entrygo_inspection", "entrygo_planning", "entrygo_sync")
    assert connected == dict.fromkeys(services, False)


async def logins(database_url: str) -> dict[str, bool]:
    """Who is connected but for the owner, and whether row level security lets them pass."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            "SELECT DISTINCT rolname, rolsuper OR rolbypassrls AS is_powerful FROM pg_stat_activity"
            " JOIN pg_roles ON rolname = usename WHERE usename <> current_user"
        )
    finally:
        await connection.close()
    return {row["rolname"]: row["is_powerful"] for row in rows}
