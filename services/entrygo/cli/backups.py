"""Commands about the system's data as a whole: backup and restore."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from entrygo.cli.backup.going_back import hold as hold_what_was_sent
from entrygo.cli.backup.manifest import Manifest
from entrygo.cli.backup.restoring import restore as bring_back
from entrygo.cli.backup.taking import folder_of, take_backup
from entrygo.cli.connection import current_home, database_url
from entrygo.cli.migration import MigrationSettings, as_owner
from entrygo.cli.options import Json
from entrygo.cli.remembered import fill_environment
from entrygo.cli.terminal import err, out, print_done, print_json
from entrygo.cli.up.home import keep_files_private
from entrygo.cli.up.schemas import ensure_logins
from entrygo.cli.up.settings import UpSettings
from entrygo.domain.time import rfc3339


def backup(
    folder: Annotated[Path, typer.Argument(help="The folder to create; must not exist.")],
    as_json: Json = False,
) -> None:
    """Write databases, documents and secrets to a folder, while the system runs."""
    keep_files_private()
    home = current_home()
    # What `up` was given holds for its backup too, whatever this shell names.
    fill_environment(home)
    artifacts_url = UpSettings().artifacts_url or home.artifacts.as_uri()
    manifest = take_backup(folder, home, _owner_of(MigrationSettings()), artifacts_url)
    if as_json:
        print_json(_summary(folder, manifest))
        return
    out.print(f"backed up to {folder}: {len(manifest.files)} files, secrets among them: keep it private")
    if manifest.artifacts_url:
        out.print(f"documents are not in it; keep a copy of {manifest.artifacts_url}")


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup.")],
    resend: Annotated[
        bool, typer.Option("--resend", help="Also send mails that may have left after the backup.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring a backup back in an empty home, or in empty databases where their settings name some."""
    keep_files_private()
    settings = MigrationSettings()
    is_external = any(name.endswith("DATABASE_URL") and value for name, value in os.environ.items())
    url_of = _owner_of(settings) if is_external else None
    home, artifacts_url = current_home(), UpSettings().artifacts_url
    documents = folder_of(artifacts_url or "")
    manifest = asyncio.run(bring_back(folder, home, url_of, documents, resend=resend))
    if is_external and settings.migration_user:
        asyncio.run(_bring_back_logins(settings))
    text = f"restored to {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC; start it with `entrygo up`"
    print_done(_summary(folder, manifest), text, as_json=as_json)
    if artifacts_url and documents is None and not manifest.artifacts_url:
        err.print(f"documents are in {home.artifacts}; copy them to {artifacts_url}")


def hold(as_json: Json = False) -> None:
    """Hold what was being sent, in databases that lost what came last; no service may run meanwhile."""
    fill_environment(current_home())
    asyncio.run(hold_what_was_sent(_owner_of(MigrationSettings())))
    print_done({"held": True}, "held; start the services", as_json=as_json)


def _summary(folder: Path, manifest: Manifest) -> dict[str, str | int]:
    return {
        "folder": str(folder),
        "takenAt": rfc3339(manifest.taken_at),
        "files": len(manifest.files),
        "artifactsUrl": manifest.artifacts_url,
    }


def _owner_of(settings: MigrationSettings) -> Callable[[str], str]:
    """Each schema's database, under the login that owns the tables."""
    return lambda schema: as_owner(database_url(schema), settings)


async def _bring_back_logins(settings: MigrationSettings) -> None:
    """Logins are the cluster's, not the database's: no dump holds them."""
    async for schema in ensure_logins(_owner_of(settings), database_url):
        err.print(f"{schema:<11} login up to date")
