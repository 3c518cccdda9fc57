"""What operations.md tells an operator to do with `operator`: archive, back up, bring back into nothing."""

import os
import subprocess
from pathlib import Path

from tests.compose.client import Export, Lost, Warehouse
from tests.compose.engine import Project, docker

USER = 10001  # of the image
# Those that a backup replaces; the mail catcher keeps what it has got.
VOLUMES = ("postgres", "kafka", "artifacts")
INSIDE = "/backups"


def archive_and_bring_back(project: Project, export: Export, warehouse: Warehouse) -> None:
    """Moves an export into a file, which the catalogue then names, and back."""
    _operate(project, "archive", "run", "--closed-for-days", "0", "--export", export.id)
    if export.id not in _operate(project, "archive", "list", "--json"):
        raise Lost(f"{export.id} is not in the archive")
    if export.package_id not in _operate(project, "archive", "show", export.id):
        raise Lost(f"the file of {export.id} does not name its package")
    _operate(project, "archive", "restore", export.id)
    # Every command that needs a service's own login is run in its container.
    project.compose("exec", "--no-TTY", "inspection", "entrygo", "projections", "rebuild")
    warehouse.check()


def back_up(project: Project, folder: Path) -> None:
    """Into a folder of the host in which the container's user may write, while the system runs."""
    os.chown(folder, USER, USER)
    _operate(project, "backup", f"{INSIDE}/now", mount=folder)
    dumps = subprocess.run(["du", "-s", folder / "now"], capture_output=True, text=True, check=True)
    print(f"backup of {dumps.stdout.split()[0]} KiB")


def bring_back(project: Project, folder: Path) -> None:
    """Every volume but the mail's is emptied, then filled from the backup, and the system starts."""
    project.compose("down", "--timeout", "40")
    for volume in VOLUMES:
        docker("volume", "rm", f"{project.name}_{volume}")
    project.compose("up", "--detach", "--wait", "postgres")
    _operate(project, "restore", f"{INSIDE}/now", mount=folder)
    project.compose("up", "--detach", "--wait", "--wait-timeout", "600")


def _operate(project: Project, *command: str, mount: Path | None = None) -> str:
    volume = () if mount is None else ("--volume", f"{mount}:{INSIDE}")
    return project.compose("run", "--rm", "--no-TTY", *volume, "operator", *command)
