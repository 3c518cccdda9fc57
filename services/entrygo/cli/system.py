"""Commands about the system as a whole: up, down, status."""

import time
from typing import Annotated

import typer

from entrygo.cli.connection import current_home
from entrygo.cli.options import Json
from entrygo.cli.terminal import out, print_done, print_json
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
        typer.Option(
            min=1, max=MOST_REPLICAS, help="Number of processes of each service (ENTRYGO_REPLICAS)."
        ),
    ] = None,
    together: Annotated[
        bool,
        typer.Option("--together", help="One process for all services and the gateway (ENTRYGO_TOGETHER)."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run the whole system on this machine; Ctrl-C stops it."""
    given: dict[str, int | bool | None] = {"replicas": replicas, "together": together or None}
    settings = UpSettings.model_validate({name: each for name, each in given.items() if each is not None})
    if not detach:
        if as_json:
            raise typer.BadParameter("--json goes with --detach.")
        raise typer.Exit(run_in_foreground(settings))
    report = start_in_background(settings)
    print_done(report.model_dump(mode="json"), f"ready: {report.base_url}", as_json=as_json)


def down(as_json: Json = False) -> None:
    """Stop the system of this home."""
    home = current_home()
    is_stopped = stop(home)
    text = "stopped" if is_stopped else f"not running: {home.root}"
    print_done({"stopped": is_stopped, "home": str(home.root)}, text, as_json=as_json)


def restart(
    parts: Annotated[
        list[str] | None,
        typer.Argument(help="Names as in `status`; default: every service."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Restart the processes of this home's system one by one; each waits until the previous one is ready."""
    restarted = []
    for name in restart_in_turn(current_home(), parts or []):
        restarted.append(name)
        if not as_json:
            out.print(f"restarted {name}")
    if as_json:
        print_json({"restarted": restarted})


def status(
    as_json: Json = False,
) -> None:
    """Show the health of each part; exit code 3 if the system does not run."""
    home = current_home()
    report = running(home)
    if report is None:
        text = f"not running: {home.root}"
        print_done({"is_ready": False, "home": str(home.root), "parts": []}, text, as_json=as_json)
        raise typer.Exit(NOT_RUNNING)
    if as_json:
        print_json(report.model_dump(mode="json"))
        return
    out.print(parts_table(report.parts, now=time.time()))
    out.print(f"{'ready' if report.is_ready else 'starting'}: {report.base_url}")
