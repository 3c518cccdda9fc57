"""Generates a client in each language and checks its types, each with the tools of its own lock file."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS
from tests.architecture.sources import ROOT
from tests.generators import BUILT, HERE, PYTHON, PYTHON_EXPORT, TYPESCRIPT_EXPORT

UV = ROOT / ".tools" / "uv"
# `make setup` names the environment of the services in it.
OF_THE_SERVICES = ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")


def main() -> int:
    """Makes both clients; without npm, the one for Python alone."""
    BUILT.mkdir(parents=True, exist_ok=True)
    document = BUILT / "openapi.json"
    document.write_text(json.dumps(build_openapi(ENDPOINTS)), encoding="utf-8")
    python_client(document)
    if shutil.which("npm") is None:
        print("There is no npm: the generated TypeScript client is not made.")
    else:
        typescript_client(document)
    return 0


def python_client(document: Path) -> None:
    """With openapi-python-client; mypy reads it and the first export that uses it, strictly."""
    folder = PYTHON.parent.parent.parent
    folder.mkdir(exist_ok=True)
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(HERE / "python" / name, folder)
    _run(folder, UV, "sync", "--locked", "--quiet", "--python", sys.executable)
    tools, package = PYTHON.parent, folder / "generated_client"
    _run(
        folder, tools / "openapi-python-client", "generate", "--path", document, "--meta", "none",
        "--output-path", package, "--overwrite", "--fail-on-warning",
    )  # fmt: skip
    _run(folder, PYTHON, "-m", "mypy", "--strict", package, PYTHON_EXPORT)


def typescript_client(document: Path) -> None:
    """With @hey-api/openapi-ts; tsc reads it and the first export that uses it, strictly."""
    folder = TYPESCRIPT_EXPORT.parent.parent
    shutil.copytree(HERE / "typescript", folder, dirs_exist_ok=True)
    _run(folder, "npm", "ci", "--no-audit", "--no-fund", "--silent")
    _run(folder, folder / "node_modules" / ".bin" / "openapi-ts", "--input", document, "--silent")
    _run(folder, folder / "node_modules" / ".bin" / "tsc")


def _run(folder: Path, *command: str | Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_SERVICES}
    subprocess.run(command, cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
