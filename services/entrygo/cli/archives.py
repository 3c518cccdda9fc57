"""Commands for the operator: exports that are closed and old leave the databases for files, and come back."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from entrygo.cli.archive.archiving import Archive
from entrygo.cli.archive.catalogue_store import Archived, archived_exports, due_exports, limit
from entrygo.cli.archive.databases import open_databases
from entrygo.cli.archive.documents_store import check_store
from entrygo.cli.connection import current_home
from entrygo.cli.options import Json
from entrygo.cli.readable import table_of
from entrygo.cli.remembered import fill_environment
from entrygo.cli.terminal import err, out, print_done, print_json
from entrygo.domain.errors import NotFound
from entrygo.domain.time import rfc3339
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.settings import StorageSettings

archive_app = typer.Typer(no_args_is_help=True, help="Old, closed exports as files.")

# 19 CFR 163.4: records of an entry are kept for five years from the date of entry. A year more than that.
DEFAULT_DAYS = 6 * 366

T = TypeVar("T")

ExportId = Annotated[str, typer.Argument(help="The export's id.")]


@archive_app.callback()
def archive() -> None:
    """Exports that are closed and old, as files in the store of documents."""


@archive_app.command("run")
def run_command(
    days: Annotated[
        int,
        typer.Option(
            "--closed-for-days",
            envvar="ENTRYGO_ARCHIVE_AFTER_DAYS",
            min=0,
            help="Minimum time since the last event of an export.",
        ),
    ] = DEFAULT_DAYS,
    only: Annotated[list[str] | None, typer.Option("--export", help="Only these exports, by id.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be archived.")] = False,
    as_json: Json = False,
) -> None:
    """Move closed exports out of the databases, with their orders. Goes on with what a crash has left."""

    async def work(archive: Archive) -> list[dict[str, str]]:
        before = await limit(archive.databases.planning, days)
        if dry_run:
            due = [each async for each in due_exports(archive.databases.planning, before, only or ())]
            return [{"exportId": each.key[2], "state": each.state} for each in due]
        await check_store(archive.databases, archive.store)
        moved = []
        async for due_export, sha256 in archive.run(before, only or ()):
            moved.append({"exportId": due_export.key[2], "state": due_export.state, "sha256": sha256})
            err.print(f"archived {due_export.key[2]}")
        return moved

    found = _with_archive(work)
    if as_json:
        print_json({"archived": [] if dry_run else found, "due": found if dry_run else []})
    else:
        out.print(f"{len(found)} exports {'would be archived' if dry_run else 'archived'}")


@archive_app.command("list")
def list_command(as_json: Json = False) -> None:
    """Show what is in the archive, of every account."""

    async def work(archive: Archive) -> list[Archived]:
        return [each async for each in archived_exports(archive.databases.planning)]

    found = _with_archive(work)
    if as_json:
        print_json({"data": [_as_json(each) for each in found]})
    else:
        out.print(_table(found))


@archive_app.command("show")
def show_command(export_id: ExportId) -> None:
    """Print an archived export: a JSON object a line, its plans and events readable."""

    async def work(archive: Archive) -> bytes:
        archived = await _find(archive, export_id)
        return (await archive.load(archived)).to_lines()

    sys.stdout.buffer.write(_with_archive(work))


@archive_app.command("restore")
def restore_command(export_id: ExportId, as_json: Json = False) -> None:
    """Bring an archived export back, as it was; it is left alone for 30 days."""

    async def work(archive: Archive) -> None:
        await archive.restore(await _find(archive, export_id))

    _with_archive(work)
    print_done({"restored": export_id}, f"restored {export_id}", as_json=as_json)


async def _find(archive: Archive, export_id: str) -> Archived:
    async for each in archived_exports(archive.databases.planning, only=[export_id]):
        return each
    raise NotFound(f"No archived export {export_id}.")


def _with_archive(work: Callable[[Archive], Awaitable[T]]) -> T:
    fill_environment(current_home())
    storage = StorageSettings()
    store = ObjectStore(storage.url, allow_http=storage.artifacts_allow_http)

    async def run() -> T:
        async with open_databases() as databases:
            return await work(Archive(databases, store))

    return asyncio.run(run())


def _as_json(each: Archived) -> dict[str, str | bool]:
    return {
        "accountId": each.key[0],
        "mode": each.key[1],
        "exportId": each.key[2],
        "warehouseId": each.warehouse_id,
        "state": each.state,
        "createdAt": rfc3339(each.created_at),
        "closedAt": rfc3339(each.closed_at),
        "archivedAt": rfc3339(each.archived_at),
        "sha256": each.sha256,
        "isMoved": each.is_moved,
    }


def _table(found: Sequence[Archived]) -> Table:
    table = table_of("account", "mode", "export", "state", "closed", "archived", "file")
    for each in found:
        closed, archived_at = rfc3339(each.closed_at), rfc3339(each.archived_at)
        table.add_row(*each.key, each.state, closed, archived_at, each.sha256)
    return table
