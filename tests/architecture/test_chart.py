"""The Helm chart: every process of compose.yaml, the settings that each reads, secrets by reference alone."""

import re
from typing import Any

import pytest
import yaml

from entrygo.process.variables import variables
from tests.architecture.settings import PROCESSES, SETTINGS, secret_variables
from tests.architecture.sources import ROOT, SERVICES
from tests.architecture.test_compose import COMPOSE, OURS

CHART = ROOT / "deploy/helm/entrygo"
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
DEPLOYED: dict[str, Any] = VALUES["processes"]
ALERTS = (ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8")
TEMPLATES = {file.name: file.read_text(encoding="utf-8") for file in (CHART / "templates").iterdir()}


def _environment(name: str) -> dict[str, Any]:
    """The variables of a process, as the template merges them."""
    of_services = {} if name == "gateway" else VALUES["serviceEnv"]
    return {**VALUES["env"], **of_services, **DEPLOYED[name]["env"]}


def _secrets(name: str) -> dict[str, dict[str, str]]:
    of_services = {} if name == "gateway" else VALUES["serviceSecretEnv"]
    return {**of_services, **DEPLOYED[name]["secretEnv"]}


def test_chart_deploys_every_process_of_compose() -> None:
    assert set(DEPLOYED) == set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_chart_gives_a_process_only_settings_that_it_reads(name: str) -> None:
    assert {*_environment(name), *_secrets(name)} - variables(PROCESSES[name]) == set()


@pytest.mark.parametrize("name", OURS)
def test_chart_says_where_the_peers_of_a_process_are(name: str) -> None:
    targets = {variable for variable in variables(PROCESSES[name]) if variable.endswith("_TARGET")}
    for variable in targets:
        peer = variable.removeprefix("ENTRYGO_").removesuffix("_TARGET").lower()
        port = DEPLOYED[peer]["port"]
        assert _environment(name)[variable] == f"{{{{ .Release.Name }}}}-{peer}:{port}"


@pytest.mark.parametrize("name", OURS)
def test_chart_probes_the_port_that_the_process_is_told_to_listen_on(name: str) -> None:
    assert _environment(name)[f"ENTRYGO_{name.upper()}_PORT"] == str(DEPLOYED[name]["port"])


@pytest.mark.parametrize("name", OURS)
def test_chart_takes_every_secret_from_a_secret(name: str) -> None:
    secret = secret_variables(PROCESSES[name])
    assert set(_environment(name)) & secret == set()
    assert set(_secrets(name)) - secret == set()


def test_chart_gives_no_process_the_secrets_of_another() -> None:
    holders: dict[str, set[str]] = {}
    for name in OURS:
        for reference in _secrets(name).values():
            holders.setdefault(reference["name"], set()).add(name)
    tokens = VALUES["serviceSecretEnv"]
    assert holders.pop(tokens["ENTRYGO_SERVICE_TOKEN"]["name"]) == set(SERVICES)
    assert holders.pop(tokens["ENTRYGO_GATEWAY_TOKEN"]["name"]) == set(OURS)
    assert all(len(names) == 1 for names in holders.values())
    assert VALUES["migration"]["secretEnv"]["ENTRYGO_MIGRATION_PASSWORD"]["name"] not in holders


def test_chart_gives_the_migrations_only_settings_that_they_read() -> None:
    read = variables(SETTINGS["migrate"]).union(*(variables(PROCESSES[name]) for name in SERVICES))
    assert {*VALUES["env"], *VALUES["migration"]["secretEnv"]} - read == set()


@pytest.mark.parametrize("name", SERVICES)
def test_chart_migrates_with_the_login_that_the_service_uses(name: str) -> None:
    made = VALUES["migration"]["secretEnv"][f"ENTRYGO_{name.upper()}_DATABASE_URL"]
    assert made == DEPLOYED[name]["secretEnv"]["ENTRYGO_DATABASE_URL"]


def test_templates_name_no_setting_but_the_one_they_insist_on() -> None:
    named = set(re.findall(r"ENTRYGO_\w+", "".join(TEMPLATES.values())))
    assert named == {"ENTRYGO_ARTIFACTS_URL"}
    assert named <= set(_environment("execution"))


def test_chart_deploys_the_version_that_compose_builds() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    image = f"{VALUES['image']['repository']}:{chart['appVersion']}"
    assert {COMPOSE["services"][name]["image"] for name in OURS} == {image}


def test_service_monitor_names_job_and_process_as_the_alerts_do() -> None:
    monitor, labels = TEMPLATES["servicemonitor.yaml"], TEMPLATES["_helpers.tpl"]
    (by,) = re.findall(r"^  jobLabel: (\S+)$", monitor, re.MULTILINE)
    (job,) = re.findall(rf"^{by}: (\S+)$", labels, re.MULTILINE)
    assert f'up{{job="{job}"}}' in ALERTS
    found = re.search(
        r"sourceLabels: \[__meta_kubernetes_service_label_(\w+)\]\n +targetLabel: (\w+)", monitor
    )
    assert found is not None
    component, label = found.groups()
    assert component in {
        re.sub(r"\W", "_", name) for name in re.findall(r"^([\w./]+):", labels, re.MULTILINE)
    }
    assert f"$labels.{label} " in ALERTS


def test_operator_is_the_owner_and_finds_the_documents_that_execution_keeps() -> None:
    operator = VALUES["operator"]
    owner = operator["secretEnv"]["ENTRYGO_DATABASE_URL"]["name"]
    assert owner not in {each["name"] for name in OURS for each in _secrets(name).values()}
    documents = [name for name in operator["ofExecution"] if name.startswith("ENTRYGO_")]
    kept = variables(PROCESSES["execution"])
    assert set(documents) == {name for name in kept if name.startswith("ENTRYGO_ARTIFACTS_")}
    clouds = {name for name in COMPOSE["services"]["operator"]["environment"] if name.startswith("AWS_")}
    assert set(operator["ofExecution"]) == {*documents, *clouds}
    assert operator["replicas"] == 0, "nobody holds the owner's login while there is nothing to do"
