"""Runs the tools of other environments than ours."""

import os
import subprocess
from pathlib import Path

from tests.architecture.sources import ROOT

UV = ROOT / ".tools" / "uv"
# `make setup` names the environment of the services in it.
OF_THE_SERVICES = ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")


def run(folder: Path, *command: str | Path) -> None:
    """Runs a command in a folder, and ends with it when it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_SERVICES}
    subprocess.run(command, cwd=folder, env=environment, check=True)
