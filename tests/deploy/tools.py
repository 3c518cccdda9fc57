"""The tools of operators by which `deploy/` is checked, each built once, from its Go module."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.sources import ROOT

BUILD = ROOT / "build/tools"
KUBERNETES = "v1.34.4"
KUBERNETES_MODULE = "k8s.io/kubernetes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A command, and the module at the version that it is built from."""

    name: str
    package: str
    module: str
    version: str


HELM = Tool(name="helm", package="helm.sh/helm/v3/cmd/helm", module="helm.sh/helm/v3", version="v3.18.6")
KUBECONFORM = Tool(
    name="kubeconform",
    package="github.com/yannh/kubeconform/cmd/kubeconform",
    module="github.com/yannh/kubeconform",
    version="v0.7.0",
)
PROMTOOL = Tool(
    name="promtool",
    package="github.com/prometheus/prometheus/cmd/promtool",
    module="github.com/prometheus/prometheus",
    version="v0.316.0",
)
ETCD = Tool(
    name="etcd", package="go.etcd.io/etcd/server/v3", module="go.etcd.io/etcd/server/v3", version="v3.5.21"
)
KUBE_APISERVER = Tool(
    name="kube-apiserver",
    package="k8s.io/kubernetes/cmd/kube-apiserver",
    module=KUBERNETES_MODULE,
    version=KUBERNETES,
)
KUBECTL = Tool(
    name="kubectl",
    package="k8s.io/kubernetes/cmd/kubectl",
    module=KUBERNETES_MODULE,
    version=KUBERNETES,
)


def built(tool: Tool) -> Path:
    """The command; built where it is not there yet."""
    folder = BUILD / f"{tool.name}-{tool.version}"
    command = folder / tool.name
    if not command.exists():
        print(f"Building {tool.name} {tool.version}.", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        _prepare(tool, folder)
        _go(folder, "build", "-ldflags=-s -w", "-o", f"{tool.name}.part", tool.package)
        (folder / f"{tool.name}.part").rename(command)
    return command


def _prepare(tool: Tool, folder: Path) -> None:
    """A module around the tool: `go install` refuses what replaces others, as Kubernetes does."""
    (folder / "go.mod").write_text(f"module build\n{_replaced(tool)}", encoding="utf-8")
    _go(folder, "get", f"{tool.package}@{tool.version}")


def _replaced(tool: Tool) -> str:
    """Kubernetes' staging modules, by their releases of the same number."""
    if tool.module != KUBERNETES_MODULE:
        return ""
    required = (downloaded(tool.module, tool.version) / "go.mod").read_text(encoding="utf-8")
    staged = re.findall(r"^\s*(k8s\.io/\S+) => \./staging", required, re.MULTILINE)
    version = f"v0.{tool.version.removeprefix('v1.')}"
    return "".join(f"replace {name} => {name} {version}\n" for name in staged)


def downloaded(module: str, version: str) -> Path:
    """The folder of a module's files."""
    said = _go(BUILD, "mod", "download", "-json", f"{module}@{version}")
    return Path(json.loads(said)["Dir"])


def _go(folder: Path, *arguments: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod -buildvcs=false"}
    done = subprocess.run(
        ("go", *arguments), cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise NotBuilt(f"go {' '.join(arguments)}: {(done.stderr.strip() or done.stdout)[-2000:]}")
    return done.stdout


class NotBuilt(RuntimeError):
    """Go could not build a tool, or get what it is built from."""
