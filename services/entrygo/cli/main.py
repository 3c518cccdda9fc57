"""The `entrygo` command: which commands there are, and how an error ends one.

A command's module is imported when that command runs: all of them together take seconds of CPU.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from entrygo.cli.failures import Interrupted, end_of, explain
from entrygo.cli.options import JSON
from entrygo.cli.terminal import be_quiet, log_to_stderr, show_version

# Where each command stands below `entrygo.cli`, in the order in which the help lists them: a function, or
# the app of a group.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "up": "system:up",
        "down": "system:down",
        "restart": "system:restart",
        "status": "system:status",
        "doctor": "doctor.command:doctor",
        "migrate": "migration:migrate",
        "backup": "backups:backup",
        "restore": "backups:restore",
        "hold": "backups:hold",
        "archive": "archives:archive_app",
        "partitions": "partitioning:partitions_app",
        "demo": "demo:demo",
        "accounts": "accounts:accounts_app",
        "keys": "keys:keys_app",
        "products": "imports.commands:products_app",
        "orders": "imports.commands:orders_app",
        "warehouses": "records:warehouses_app",
        "brokers": "records:brokers_app",
        "policy": "policy:policy_app",
        "importers": "importers:importers_app",
        "export": "exports:export_app",
        "entries": "entries:entries_app",
        "recipients": "recipients:recipients_app",
        "projections": "projections:projections_app",
        "reference": "reference:reference_app",
        "webhooks": "webhooks:webhooks_app",
        "mcp": "agents.command:mcp",
    }
)

# What typer answers, where it does not end the process by itself.
ENDED_BY_CTRL_C = 130


# Contexts and commands are click's, which typer keeps a copy of that is its own.
class _Commands(TyperGroup):
    """Finds commands by name in COMMANDS."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return command_of(cmd_name) if cmd_name in COMMANDS else None


def command_of(name: str) -> Any:
    """The command or group of this name, imported by now; KeyError where there is none."""
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(f"entrygo.cli.{module}"), attribute)
    log_to_stderr()
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)


def _before(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", callback=be_quiet, help="Print only the answer.")
    ] = False,
) -> None:
    """Options of every command."""


app = typer.Typer(
    cls=_Commands,
    callback=_before,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Sync, plan, execute and inspect exports.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command of these arguments, by default of this process, and ends with its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    as_json = JSON in given
    try:
        # Only a person reads what typer makes of a command line that it cannot read.
        ended = get_command(app).main(given, prog_name="entrygo", standalone_mode=not as_json)
        if ended == ENDED_BY_CTRL_C:
            explain(Interrupted(), as_json=as_json)
    except Exception as error:
        ended = end_of(error, as_json=as_json)
    sys.exit(ended)


if __name__ == "__main__":
    main()
