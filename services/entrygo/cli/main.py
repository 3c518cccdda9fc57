"""The `entrygo` command: which commands there are, and how an error ends one.

A command's module is imported when that command runs: all of them together take seconds of CPU.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from entrygo.cli.terminal import be_quiet, explain, show_version

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

# What a person can act upon; anything else is a fault of ours and keeps its traceback.
EXPECTED = frozenset(
    {
        "entrygo_client._errors.EntryGoError",
        "entrygo.domain.errors.EntryGoError",
        "entrygo.cli.connection.NotConfigured",
        "entrygo.cli.backup.taking.BackupExists",
        "entrygo.cli.backup.manifest.BackupUnusable",
        "entrygo.cli.backup.taking.DocumentsDamaged",
        "entrygo.cli.backup.restoring.TargetNotEmpty",
        "entrygo.cli.archive.archiving.NotPublished",
        "entrygo.cli.archive.file.ArchiveUnreadable",
        "entrygo.planning.reference.records.UnusableFile",
        "entrygo.cli.up.home.AlreadyRunning",
        "entrygo.cli.up.ports.PortTaken",
        "entrygo.cli.up.postgres.PostgresFailed",
        "entrygo.cli.up.background.StartFailed",
        "entrygo.cli.up.rolling.RestartFailed",
        "entrygo.postgres.logins.LoginRefused",
        "asyncpg.exceptions._base.PostgresError",
        "builtins.ConnectionError",
    }
)


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
        bool, typer.Option("--quiet", "-q", callback=be_quiet, help="Say nothing beside the answer.")
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


def main() -> None:
    try:
        app()
    except Exception as error:
        if not _is_expected(error):
            raise
        explain(error)
        sys.exit(1)


def _is_expected(error: Exception) -> bool:
    return any(f"{each.__module__}.{each.__qualname__}" in EXPECTED for each in type(error).__mro__)


if __name__ == "__main__":
    main()
