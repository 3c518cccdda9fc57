"""Commands about the system as a whole: up, down, status."""

import time
from typing import Annotated

import typer

from entrygo.cli.connection import current_home
from entrygo.cli.terminal import out, print_json
from entrygo.cli.up.background import running, start_in_background, stop
from entrygo.cli.up.rolling import restart_in_turn
from entrygo.cli.up.run import run_in_foreground
from entrygo.cli.up.screen import parts_table
from entrygo.cli.up.settings import MOST_REPLICAS, UpSettings

NOT_RUNNING = 3  # as `systemctl status` answers


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Run in the background.")] = False,
    replicas: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_REPLICAS, help="Processes of each service (ENTRYGO_REPLICAS)."),
    ] = None,
) -> None:
    """Run the whole system on this machine; Ctrl-C ends it."""
    settings = UpSettings() if replicas is None else UpSettings(replicas=replicas)
    if not detach:
        raise typer.Exit(run_in_foreground(settings))
    report = start_in_background(settings)
    out.print(f"ready: {report.base_url}")


def down() -> None:
    """End the system of this home."""
    home = current_home()
    out.print("stopped" if stop(home) else f"not running: {home.root}")


def restart(
    parts: Annotated[
        list[str] | None,
        typer.Argument(help="As `status` names them; without any, every service."),
    ] = None,
) -> None:
    """Restart processes of this home's system one after the other, each when the one before is ready."""
    for name in restart_in_turn(current_home(), parts or []):
        out.print(f"restarted {name}")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show how each part is doing; exit code 3 when the system does not run."""
    home = current_home()
    report = running(home)
    if report is None:
        out.print(f"not running: {home.root}")
        raise typer.Exit(NOT_RUNNING)
    if as_json:
        print_json(report.model_dump(mode="json"))
        return
    out.print(parts_table(report.parts, now=time.time()))
    out.print(f"{'ready' if report.is_ready else 'starting'}: {report.base_url}")
