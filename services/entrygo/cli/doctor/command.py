"""`entrygo doctor`: the checks, and how what they found is shown."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.markup import escape

from entrygo.cli.connection import current_home, database_url
from entrygo.cli.doctor.certificates import transport_checks
from entrygo.cli.doctor.database import database_checks
from entrygo.cli.doctor.findings import Check, Finding, Level, run_checks
from entrygo.cli.doctor.reference_data import reference_check
from entrygo.cli.doctor.stopped import without_stopped
from entrygo.cli.doctor.surroundings import surrounding_checks
from entrygo.cli.options import Json
from entrygo.cli.remembered import fill_environment
from entrygo.cli.terminal import out, print_json
from entrygo.cli.up.home import Home
from entrygo.cli.up.postgres import Postgres

EXIT_FAILED = 1
EXIT_WARNING = 3
STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILED: "bold red"}


def doctor(as_json: Json = False) -> None:
    """Check everything that the system needs, and show what to do.

    Exit code 1 when something fails, 3 when there are warnings alone. What the environment does not name is
    that of the system of this home.
    """
    home = current_home()
    fill_environment(home)
    found = asyncio.run(run_checks(checks(home)))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        _print(found)
    levels = {finding.level for finding in found}
    if Level.FAILED in levels:
        raise typer.Exit(EXIT_FAILED)
    if Level.WARNING in levels:
        raise typer.Exit(EXIT_WARNING)


def checks(home: Home) -> list[Check]:
    """All of them; in place of those of a system that does not run, one that says so."""
    everything = [
        *surrounding_checks(home),
        *transport_checks(database_url),
        *database_checks(database_url, embedded=Postgres(home, home.load_state().postgres_password).url),
        reference_check(lambda: database_url("planning")),
    ]
    return without_stopped(everything, home, database_url)


def _print(found: Sequence[Finding]) -> None:
    for finding in found:
        style = STYLES[finding.level]
        out.print(f"[{style}]{finding.level:<8}[/] {escape(f'{finding.subject}: {finding.text}')}")
        if finding.advice:
            out.print(f"         {escape(finding.advice)}", style="dim")
