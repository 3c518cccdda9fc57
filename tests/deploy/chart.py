"""The Helm chart: linted, rendered as it can be, and compared with the schemas of Kubernetes."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from tests.architecture.sources import ROOT
from tests.deploy.schemas import kubernetes_schemas, operator_schemas
from tests.deploy.tools import HELM, KUBECONFORM, built

CHART = ROOT / "deploy/helm/entrygo"
# The oldest that Chart.yaml allows, and the newest of which there are schemas.
KUBERNETES_VERSIONS = ("1.27.0", "1.37.0")
NEEDED = {"processes.execution.env.ENTRYGO_ARTIFACTS_URL": "s3://bucket/entrygo"}
# What may be switched, each way: by a name, the values beside those that are needed.
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "as it is": {},
    "with the Prometheus operator": {"serviceMonitor.enabled": "true", "serviceMonitor.labels.release": "x"},
    "without scaling and policies": {"autoscaling.enabled": "false", "networkPolicy.enabled": "false"},
    "gateway behind one namespace": {
        "networkPolicy.gatewayFrom[0].namespaceSelector.matchLabels.name": "ingress"
    },
    "with commands of an operator": {
        "operator.replicas": "1",
        "operator.schedules.archive.schedule": "17 3 * * *",
        "operator.schedules.archive.command": "{archive,run}",
        "processes.execution.secretEnv.AWS_SECRET_ACCESS_KEY.name": "documents",
        "processes.execution.secretEnv.AWS_SECRET_ACCESS_KEY.key": "secret",
    },
    "image of a registry": {
        "image.repository": "registry.example/entrygo",
        "imagePullSecrets[0].name": "registry",
    },
}


class Unsound(AssertionError):
    """What a tool said against the chart."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A way to render the chart, and how many objects that makes."""

    variant: str
    objects: int


def check() -> Iterator[Checked]:
    """Lints and compares each variant. Raises Unsound with what the tool said."""
    for variant, values in VARIANTS.items():
        _run(str(built(HELM)), "lint", "--strict", str(CHART), *_set(values))
        rendered = render(values)
        for version in KUBERNETES_VERSIONS:
            locations = (kubernetes_schemas(version), operator_schemas())
            _run(
                str(built(KUBECONFORM)), "-strict", "-summary", "-kubernetes-version", version,
                *(part for location in locations for part in ("-schema-location", location)), "-",
                stdin=rendered,
            )  # fmt: skip
        yield Checked(variant, sum(each is not None for each in yaml.safe_load_all(rendered)))


def refuses_to_render_without_a_store() -> bool:
    """Replicas that share no store of documents must not be installed."""
    try:
        _template()
    except Unsound as refused:
        return "ENTRYGO_ARTIFACTS_URL" in str(refused)
    return False


def holds_a_process_at_its_version() -> bool:
    """Whether one stays at its tag while the migrations and the others have the new one."""
    rendered = render({"image.tag": "new", "processes.sync.tag": "old"})
    tags = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]["containers"][0]["image"].split(":")[1]
        for each in yaml.safe_load_all(rendered)
        if each is not None and each["kind"] in ("Deployment", "Job")
    }
    held = {name for name, tag in tags.items() if tag == "old"}
    return held == {"entrygo-sync"} and set(tags.values()) == {"old", "new"}


def render(values: Mapping[str, str]) -> str:
    """The manifests, of the oldest Kubernetes that the chart allows."""
    return _template(*_set(values))


def _template(*arguments: str) -> str:
    command = ("template", "entrygo", str(CHART), "--kube-version", KUBERNETES_VERSIONS[0])
    return _run(str(built(HELM)), *command, *arguments)


def _set(values: Mapping[str, str]) -> list[str]:
    return [part for name, value in {**NEEDED, **values}.items() for part in ("--set", f"{name}={value}")]


def _run(*command: str, stdin: str | None = None) -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unsound(f"{' '.join(command[:2])}: {done.stdout}{done.stderr}")
    return done.stdout
