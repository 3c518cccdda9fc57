"""Commands about the read model."""

import asyncio
import os

import typer

from entrygo.cli.connection import current_home
from entrygo.cli.terminal import out
from entrygo.cli.up.background import running
from entrygo.cli.up.home import Home
from entrygo.cli.up.parts import SERVICES
from entrygo.inspection.rebuild import rebuild_with
from entrygo.inspection.settings import Settings

projections_app = typer.Typer(no_args_is_help=True, help="The read model.")


@projections_app.callback()
def projections() -> None:
    """The read model."""


@projections_app.command("rebuild")
def rebuild() -> None:
    """Throw the read model away and make it anew from the events that the services keep."""
    for name, value in home_environment(current_home()).items():
        os.environ.setdefault(name, value)
    events = asyncio.run(rebuild_with(Settings()))
    out.print(f"rebuilt from {events} events")


def home_environment(home: Home) -> dict[str, str]:
    """What a service process of this home's running system reads; empty when none runs."""
    report = running(home)
    if report is None:
        return {}
    state = home.load_state()
    targets = {part.name: part.address for part in report.parts if part.name in SERVICES}
    return {
        "ENTRYGO_DATABASE_URL": state.database_url,
        "ENTRYGO_SERVICE_TOKEN": state.service_token,
        **{f"ENTRYGO_{name.upper()}_TARGET": target for name, target in targets.items()},
    }
