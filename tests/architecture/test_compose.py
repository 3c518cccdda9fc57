"""compose.yaml and the image: valid, complete, pinned, and saying nothing the processes do not read."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from entrygo.process.variables import variables
from tests.architecture.settings import PROCESSES, SETTINGS
from tests.architecture.sources import ROOT, SERVICES

OURS = [*SERVICES, "gateway"]
THEIRS = ["postgres", "kafka", "mail"]
COMMANDS = ["migrate", "operator"]
# What object_store reads of its own accord, and tests/contract/test_object_store.py sets.
READ_BY_LIBRARIES = {
    "execution": {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
}
SECRET = re.compile(r"\$\{(\w+):\?")
PINNED = re.compile(r"[\w./-]+:v?\d[\w.-]*")


def _read() -> dict[str, Any]:
    # The loader merges `<<`, as Compose does before it validates.
    content: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return content


COMPOSE = _read()
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]


def _secrets(name: str) -> set[str]:
    """The variables that a part's environment must be given."""
    return set(SECRET.findall(json.dumps(PARTS[name].get("environment", {}))))


def test_compose_file_is_valid_by_the_specification() -> None:
    parsed = compose_spec.PyCompose.from_json(json.dumps(COMPOSE))
    assert set(parsed.service_names()) == set(PARTS)


def test_compose_file_is_refused_when_a_key_is_misspelt() -> None:
    broken = {**COMPOSE, "services": {"sync": {"image": "entrygo:1", "restat": "always"}}}
    with pytest.raises(ValueError, match="restat"):
        compose_spec.PyCompose.from_json(json.dumps(broken))


def test_compose_runs_the_whole_topology() -> None:
    assert set(PARTS) == {*OURS, *THEIRS, *COMMANDS}


@pytest.mark.parametrize("name", OURS)
def test_process_is_given_only_settings_that_it_reads(name: str) -> None:
    read = variables(PROCESSES[name]) | READ_BY_LIBRARIES.get(name, set())
    assert set(PARTS[name]["environment"]) - read == set()


def test_migrations_are_given_only_settings_that_they_read() -> None:
    read = variables(SETTINGS["migrate"]).union(*(variables(PROCESSES[name]) for name in SERVICES))
    assert set(PARTS["migrate"]["environment"]) - read == set()


def test_operator_reads_and_writes_the_documents_where_execution_does() -> None:
    documents = {"ENTRYGO_ARTIFACTS_URL", "ENTRYGO_ARTIFACTS_ALLOW_HTTP", *READ_BY_LIBRARIES["execution"]}
    ours, theirs = PARTS["operator"], PARTS["execution"]
    assert {name: ours["environment"].get(name, "–") for name in documents} == {
        name: theirs["environment"][name] for name in documents
    }
    assert ours["volumes"] == theirs["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_holds_no_secret_but_its_own_password_and_the_tokens(name: str) -> None:
    tokens = {"ENTRYGO_SERVICE_TOKEN", "ENTRYGO_GATEWAY_TOKEN"}
    assert _secrets(name) == {f"ENTRYGO_{name.upper()}_PASSWORD"} | tokens


def test_gateway_holds_no_secret_but_the_token_that_vouches_for_addresses() -> None:
    assert _secrets("gateway") == {"ENTRYGO_GATEWAY_TOKEN"}


@pytest.mark.parametrize("name", SERVICES)
def test_service_uses_the_login_that_the_migrations_make_for_it(name: str) -> None:
    made = PARTS["migrate"]["environment"][f"ENTRYGO_{name.upper()}_DATABASE_URL"]
    assert PARTS[name]["environment"]["ENTRYGO_DATABASE_URL"] == made
    assert made.startswith(f"postgresql://entrygo_{name}:${{ENTRYGO_{name.upper()}_PASSWORD:?")


def test_script_makes_every_secret_that_is_asked_for() -> None:
    made = subprocess.run([ROOT / "deploy/compose/make-secrets"], capture_output=True, text=True, check=True)
    values = dict(line.split("=", 1) for line in made.stdout.splitlines())
    assert set().union(*map(_secrets, PARTS)) <= set(values)
    assert len(set(values.values())) == len(values)
    assert all(len(value) == 64 for value in values.values())


@pytest.mark.parametrize("name", OURS)
def test_process_is_told_where_its_peers_are(name: str) -> None:
    # The defaults name this host, which in a container is the container itself.
    targets = {variable for variable in variables(PROCESSES[name]) if variable.endswith("_TARGET")}
    assert targets <= set(PARTS[name]["environment"])


@pytest.mark.parametrize("name", OURS)
def test_process_targets_name_the_port_that_the_peer_listens_on(name: str) -> None:
    for variable, address in PARTS[name]["environment"].items():
        if variable.endswith("_TARGET"):
            peer, _, port = address.partition(":")
            assert port == PARTS[peer]["environment"][f"ENTRYGO_{peer.upper()}_PORT"]


@pytest.mark.parametrize("name", OURS)
def test_process_runs_its_own_module_from_the_one_image(name: str) -> None:
    assert PARTS[name]["command"] == ["python", "-m", f"entrygo.{name}"]
    assert PARTS[name]["image"] == PARTS["migrate"]["image"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_waits_for_the_migrations(name: str) -> None:
    assert PARTS[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", SERVICES)
def test_service_probe_asks_the_port_it_listens_on(name: str) -> None:
    probe = PARTS[name]["healthcheck"]["test"]
    assert probe[:4] == ["CMD", "python", "-m", "entrygo.process.healthcheck"]
    assert probe[4] == PARTS[name]["environment"][f"ENTRYGO_{name.upper()}_PORT"]


@pytest.mark.parametrize("name", [*OURS, *THEIRS])
def test_part_has_a_probe_and_comes_back_after_a_crash(name: str) -> None:
    assert PARTS[name]["healthcheck"]["test"]
    assert PARTS[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", [*OURS, *COMMANDS])
def test_our_containers_run_without_privileges(name: str) -> None:
    assert PARTS[name]["read_only"]
    assert PARTS[name]["user"] == "10001"
    assert PARTS[name]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", PARTS)
def test_image_is_pinned_by_a_version(name: str) -> None:
    assert PINNED.fullmatch(PARTS[name]["image"])


@pytest.mark.parametrize("name", PARTS)
def test_published_port_is_on_the_loopback_only(name: str) -> None:
    assert [port for port in PARTS[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


def test_volumes_are_the_ones_in_use() -> None:
    used = {volume.split(":")[0] for part in PARTS.values() for volume in part.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_kafka_is_the_version_that_the_tests_run_against() -> None:
    pom = (ROOT / "tests" / "kafka" / "pom.xml").read_text(encoding="utf-8")
    [version] = re.findall(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([\d.]+)</version>", pom)
    assert PARTS["kafka"]["image"] == f"apache/kafka:{version}"


def test_image_is_built_from_the_lock_and_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "services" / "Dockerfile").read_text(encoding="utf-8")
    installs = re.findall(r"uv sync [^\n]*", dockerfile)
    assert installs
    assert all("--locked" in line and "--no-dev" in line for line in installs)
    last_stage = dockerfile.rpartition("\nFROM ")[2]
    assert "\nUSER 10001\n" in last_stage


def test_home_of_the_image_holds_nothing_but_what_we_write_there() -> None:
    dockerfile = (ROOT / "services" / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"RUN useradd [^\n]*--create-home", dockerfile) == []
    assert "install --directory --owner entrygo --group entrygo /var/lib/entrygo" in dockerfile


def test_image_context_holds_everything_that_is_copied() -> None:
    dockerfile = (ROOT / "services" / "Dockerfile").read_text(encoding="utf-8")
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line[:1] == "!"
    }
    copied = [
        name
        for line in dockerfile.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    assert copied
    assert [name for name in copied if name not in allowed or not Path(ROOT / name).exists()] == []
