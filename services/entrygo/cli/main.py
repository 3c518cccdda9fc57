"""The `entrygo` command: which commands there are, and how an error ends one."""

import sys

import asyncpg
import typer

from entrygo.cli.accounts import accounts_app, keys_app
from entrygo.cli.backup.manifest import BackupUnusable
from entrygo.cli.backup.restoring import TargetNotEmpty
from entrygo.cli.backup.taking import BackupExists, DocumentsDamaged
from entrygo.cli.backups import backup, restore
from entrygo.cli.connection import NotConfigured
from entrygo.cli.demo import demo
from entrygo.cli.doctor.command import doctor
from entrygo.cli.exports import export_app
from entrygo.cli.importers import importers_app
from entrygo.cli.imports.commands import orders_app, products_app
from entrygo.cli.migration import migrate
from entrygo.cli.projections import projections_app
from entrygo.cli.recipients import recipients_app
from entrygo.cli.reference import reference_app
from entrygo.cli.rest import RestError
from entrygo.cli.system import down, restart, status, up
from entrygo.cli.terminal import explain
from entrygo.cli.up.background import StartFailed
from entrygo.cli.up.home import AlreadyRunning
from entrygo.cli.up.ports import PortTaken
from entrygo.cli.up.postgres import PostgresFailed
from entrygo.cli.up.rolling import RestartFailed
from entrygo.domain.errors import EntryGoError
from entrygo.planning.reference.records import UnusableFile
from entrygo.postgres.logins import LoginRefused

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Sync, plan, execute and inspect exports."
)
for command in (up, down, restart, status, doctor, migrate, backup, restore, demo):
    app.command()(command)
app.add_typer(accounts_app, name="accounts")
app.add_typer(keys_app, name="keys")
app.add_typer(products_app, name="products")
app.add_typer(orders_app, name="orders")
app.add_typer(importers_app, name="importers")
app.add_typer(export_app, name="export")
app.add_typer(recipients_app, name="recipients")
app.add_typer(projections_app, name="projections")
app.add_typer(reference_app, name="reference")

# What a person can act upon; anything else is a fault of ours and keeps its traceback.
EXPECTED = (
    RestError,
    EntryGoError,
    NotConfigured,
    BackupExists,
    BackupUnusable,
    DocumentsDamaged,
    TargetNotEmpty,
    UnusableFile,
    AlreadyRunning,
    PortTaken,
    PostgresFailed,
    StartFailed,
    RestartFailed,
    LoginRefused,
    asyncpg.PostgresError,
    ConnectionError,
)


def main() -> None:
    try:
        app()
    except EXPECTED as error:
        explain(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
