"""`python -m tests.compose`: compose.yaml for real, on the container engine of this machine.

First export, an upgrade from an earlier commit beside which the migrations run, the death of each container,
a stop and a start with the data kept, and what an operator does: archive, backup, restore into empty volumes.
Not part of `make test`. It uses the project name of compose.yaml and removes its volumes at the end, so it
refuses to start while such containers exist. Needs root: it kills the containers' first processes.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml

from entrygo_client import EntryGo
from tests.compose.client import ACCOUNT, BASE_URL, Warehouse
from tests.compose.engine import Project, docker
from tests.compose.images import build_missing
from tests.compose.operating import archive_and_bring_back, back_up, bring_back

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "compose.yaml"
BROKER = "broker@example.com"
BEFORE = "3d8aa34"  # the state to upgrade from; another as the first argument
OURS = ("sync", "planning", "execution", "inspection", "gateway")
PARTS = (*OURS, "postgres", "kafka", "mail")
# The secrets that a part signs with: links for brokers, events for programs.
SIGNS = {"execution": {"ENTRYGO_LINK_SECRET"}, "inspection": {"ENTRYGO_WEBHOOK_SECRET"}}
# The documentation is in the image: a page, the same as Markdown, the index for programs.
PAGES = ("/docs", "/docs/webhooks", "/docs/webhooks.md", "/docs/runbooks", "/llms.txt")
SECONDS_TO_RETURN = 300.0
# Run by the version before as well, which may know nothing of TLS between the parts.
SETUP = (
    "import asyncio, sys; from entrygo.cli.up.demo_account import ensure_setup_data;"
    "from entrygo.process import settings;"
    "known = [made() for name, made in vars(settings).items() if name == 'RpcClientSettings'];"
    "asyncio.run(ensure_setup_data('sync:50051', sys.argv[1], *known))"
)


def main(arguments: list[str]) -> int:
    """The exit status: 0 when everything held."""
    commit = arguments[0] if arguments else BEFORE
    values = _secrets()
    present = Project(file=COMPOSE, name="entrygo", values=values)
    if present.compose("ps", "--all", "--quiet"):
        print("There are containers of a project `entrygo`: this would take them over. End them first.")
        return 2
    _build_images(present, commit)
    with tempfile.TemporaryDirectory(prefix="entrygo-before-") as folder:
        before = Project(file=_compose_before(commit, Path(folder)), name="entrygo", values=values)
        try:
            _drill(before, present)
        finally:
            present.compose("down", "--volumes", "--timeout", "40")
    return 0


def _drill(before: Project, present: Project) -> None:
    with _step("first export on the version before"):
        before.compose("up", "--detach", "--wait", "--wait-timeout", "600")
        warehouse = Warehouse(EntryGo(BASE_URL, _make_account(before, "migrate"), ACCOUNT, max_retries=5))
        warehouse.export("before")
        warehouse.check()
    with _step("migrations beside the version before, which goes on"):
        present.compose("run", "--rm", "migrate")
        warehouse.export("beside")
        warehouse.check()
    with _step("upgrade: nothing lost, and exports go on"):
        present.compose("up", "--detach", "--wait", "--wait-timeout", "600")
        warehouse.check()
        warehouse.export("after")
    with _step("containers run with least power and only their own secrets"):
        for part in OURS:
            _check_power(present, part)
        _check_image_holds_no_secret(present.values)
    with _step("the documentation is served by the gateway's container"):
        for path in PAGES:
            httpx.get(BASE_URL + path).raise_for_status()
    for part in PARTS:
        with _step(f"{part} killed: it returns, nothing lost, nothing twice"):
            _kill(present, part)
            warehouse.export(f"killed-{part}")
            warehouse.check()
    with _step("stop: every process of ours ends by itself within its grace"):
        present.compose("stop")
        for part in OURS:
            _check_ended_by_itself(present, part)
    with _step("start with the data kept"):
        present.compose("up", "--detach", "--wait", "--wait-timeout", "600")
        warehouse.check()
        warehouse.export("last")
        warehouse.check()
    _operate(present, warehouse)
    print(f"{len(warehouse.exports)} exports acknowledged, each intact and mailed once")


def _operate(present: Project, warehouse: Warehouse) -> None:
    with _step("archive: an export leaves for a file, and comes back as it was"):
        archive_and_bring_back(present, warehouse.exports[0], warehouse)
    with tempfile.TemporaryDirectory(prefix="entrygo-backups-") as name:
        with _step("backup while it runs"):
            back_up(present, Path(name))
        with _step("restore into empty volumes: nothing lost, nothing mailed twice"):
            bring_back(present, Path(name))
            warehouse.check()
            warehouse.export("restored")
            warehouse.check()


@contextmanager
def _step(name: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"… {name}", flush=True)
    yield
    print(f"ok {time.monotonic() - started:4.0f} s  {name}", flush=True)


def _secrets() -> dict[str, str]:
    made = subprocess.run([ROOT / "deploy/compose/make-secrets"], capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in made.stdout.splitlines())


def _build_images(present: Project, commit: str) -> None:
    parts = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    dockerfile = (ROOT / "services/Dockerfile").read_text(encoding="utf-8")
    [python, *_] = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    theirs = {part: parts[part]["image"] for part in ("postgres", "kafka", "mail")}
    with _step("images"):
        for image in build_missing({"python": python, **theirs}):
            print(f"built a stand-in for {image}")
        present.compose("build")
        with tempfile.TemporaryDirectory(prefix="entrygo-source-") as folder:
            archive = subprocess.run(
                ["git", "-C", ROOT, "archive", commit], stdout=subprocess.PIPE, check=True
            )
            subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
            dockerfile_before = str(Path(folder, "services/Dockerfile"))
            docker("build", "--quiet", "--file", dockerfile_before, "--tag", "entrygo:before", folder)


def _compose_before(commit: str, folder: Path) -> Path:
    """The compose file of that commit, with its own image and without what an older engine refuses."""
    shown = subprocess.run(
        ["git", "-C", ROOT, "show", f"{commit}:compose.yaml"], capture_output=True, text=True, check=True
    )
    content = yaml.safe_load(shown.stdout)
    present = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    for name, part in content["services"].items():
        part.pop("build", None)
        part.get("healthcheck", {}).pop("start_interval", None)
        part["image"] = "entrygo:before" if part["image"].startswith("entrygo:") else present[name]["image"]
    file = folder / "compose.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def _make_account(project: Project, tool: str) -> str:
    """The demo account with its setup data; returns its key."""
    run = ("run", "--rm", "--no-TTY", "--no-deps", "--entrypoint")
    project.compose(*run, "entrygo", tool, "accounts", "create", "--name", "Drill", "--id", ACCOUNT)
    said = project.compose(*run, "entrygo", tool, "keys", "create", "--account", ACCOUNT)
    key = said.split()[-1]
    project.compose(*run, "python", tool, "-c", SETUP, key)
    # A version before this asks nobody.
    if "recipients" in project.compose(*run, "entrygo", tool, "--help"):
        project.compose(*run, "entrygo", "execution", "recipients", "allow", BROKER, "--account", ACCOUNT)
    return key


def _kill(project: Project, part: str) -> None:
    """SIGKILL to the container's first process, as the kernel may do; returns when it is healthy again."""
    killed = project.inspect(part)["State"]
    # Not `docker kill`: the engine takes that for a wish and does not start it again.
    os.kill(killed["Pid"], signal.SIGKILL)

    def has_returned() -> bool:
        state = project.inspect(part)["State"]
        return bool(
            state["StartedAt"] != killed["StartedAt"] and state.get("Health", {}).get("Status") == "healthy"
        )

    _until(has_returned, f"{part} did not return")


def _until(holds: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_RETURN
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(complaint)
        time.sleep(0.5)


def _check_power(project: Project, part: str) -> None:
    found = project.inspect(part)
    host = found["HostConfig"]
    assert found["Config"]["User"] == "10001", part
    assert host["ReadonlyRootfs"], part
    assert host["CapDrop"] == ["ALL"], part
    assert host["Memory"] > 0, part
    assert host["PidsLimit"] > 0, part
    environment = "\n".join(found["Config"]["Env"])
    held = {name for name, value in project.values.items() if value in environment}
    own = {"ENTRYGO_GATEWAY_TOKEN", *SIGNS.get(part, ())}
    if part != "gateway":
        own |= {f"ENTRYGO_{part.upper()}_PASSWORD", "ENTRYGO_SERVICE_TOKEN"}
    assert held == own, f"{part} holds {held}"
    writing = 'touch /opt/entrygo/written || test "$?" != 0'
    said = project.compose("exec", "--no-TTY", part, "sh", "-c", f"({writing}) 2>&1")
    assert "Read-only file system" in said, f"{part} writes to its root file system: {said}"


def _check_image_holds_no_secret(values: Mapping[str, str]) -> None:
    history = docker("history", "--no-trunc", "entrygo:0.1.0") + docker("inspect", "entrygo:0.1.0")
    assert not [name for name, value in values.items() if value in history]
    for secret in ("PASSWORD", "TOKEN", "SECRET", "DATABASE_URL"):
        assert secret not in history, secret


def _check_ended_by_itself(project: Project, part: str) -> None:
    state = project.inspect(part)["State"]
    assert state["ExitCode"] == 0, f"{part} ended with {state['ExitCode']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
