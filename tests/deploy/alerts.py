"""The alert rules, and Prometheus' configuration, by promtool."""

import subprocess
from collections.abc import Iterator

from tests.architecture.sources import ROOT
from tests.deploy.tools import PROMTOOL, built

FOLDER = ROOT / "deploy/prometheus"
CHECKS = (
    ("check", "rules", "alerts.yaml"),
    ("test", "rules", "alerts_test.yaml"),
    ("check", "config", "prometheus.yaml"),
)


class Unsound(AssertionError):
    """What promtool said against a file."""


def check() -> Iterator[str]:
    """What was checked, one after the other. Raises Unsound with what promtool said."""
    command = built(PROMTOOL)
    for arguments in CHECKS:
        done = subprocess.run((command, *arguments), cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unsound(done.stdout + done.stderr)
        yield f"promtool {' '.join(arguments)}"
