"""Takes a backup while the system runs."""

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from entrygo.cli.archive.catalogue_store import wait_until_alone
from entrygo.cli.backup.manifest import (
    FORMAT,
    Dump,
    Manifest,
    digest_of,
    digests_of,
    files_in,
    write_manifest,
)
from entrygo.cli.backup.named_document_store import named_documents
from entrygo.cli.backup.programs import dump
from entrygo.cli.up.home import Home
from entrygo.postgres.standing import read_standing

# Who refers to others comes first: of databases that are dumped one after the other, the later ones hold all
# that the earlier ones name.
SCHEMAS = ("inspection", "execution", "planning", "sync", "identity")
# The read model is made anew from the others' logs. What else inspection keeps is in no log: webhooks, what
# they are still to be told, and the feed of events.
MADE_ANEW = tuple(
    f"inspection.{table}"
    for table in (
        "exports", "timeline", "customs_packages", "passed_events", "dead_letters", "consumer_positions",
        "reconciliations",
    )
)  # fmt: skip
SECRETS = ("state.json", "env")
ARTIFACTS = "artifacts"
HOME = "home"
# So many of those that are missing or altered are named one by one.
NAMED = 20


class BackupExists(Exception):
    """A backup never writes over another."""


class DocumentsDamaged(Exception):
    """The backup was taken, but some documents were not what they should be before."""


def take_backup(folder: Path, home: Home, url_of: Callable[[str], str], artifacts_url: str) -> Manifest:
    """Writes everything to `folder`, which must not be there yet.

    Documents are durable before the database names them and are never changed: copied after the database's
    snapshot, all that it names are among them. Raises BackupExists, PostgresFailed, DocumentsDamaged.
    """
    if folder.exists():
        raise BackupExists(f"{folder} is there already.")
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    taken_at = datetime.now(UTC)
    migrations = asyncio.run(_migrations(url_of))
    dumps = asyncio.run(_dump_all(unfinished, url_of))
    documents, damaged = folder_of(artifacts_url), list[str]()
    if documents is not None:
        damaged += asyncio.run(_missing(documents, url_of, migrations))
        damaged += _copy_documents(documents, unfinished)
    _copy_secrets(home, unfinished / HOME)
    manifest = Manifest(
        format=FORMAT,
        taken_at=taken_at,
        release=version("entrygo"),
        migrations=migrations,
        dumps=dumps,
        artifacts_url=artifacts_url if documents is None else "",
        files=digests_of(unfinished),
    )
    write_manifest(unfinished, manifest)
    os.sync()
    unfinished.rename(folder)
    if damaged:
        more = f" and {len(damaged) - NAMED} more" if len(damaged) > NAMED else ""
        names = ", ".join(damaged[:NAMED])
        raise DocumentsDamaged(f"Backed up as they are, but missing or altered: {names}{more}")
    return manifest


def folder_of(artifacts_url: str) -> Path | None:
    """Where a store on this machine keeps documents; None for one in a cloud, or without a URL."""
    parts = urlsplit(artifacts_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


async def _migrations(url_of: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    """The files applied to each schema."""
    applied = {}
    for schema in SCHEMAS:
        connection = await asyncpg.connect(url_of(schema), timeout=30)
        try:
            applied[schema] = tuple(sorted((await read_standing(connection, schema)).migrations))
        finally:
            await connection.close()
    return applied


async def _dump_all(folder: Path, url_of: Callable[[str], str]) -> tuple[Dump, ...]:
    """One snapshot a database, however many schemas it holds."""
    databases: dict[str, list[str]] = {}
    for schema in SCHEMAS:
        databases.setdefault(url_of(schema), []).append(schema)
    if len(databases) == 1:
        return _dump_each(folder, databases)
    # An export that goes into the archive or comes back between two dumps would be in one of them alone.
    connection = await asyncpg.connect(url_of("planning"), timeout=30)
    try:
        await wait_until_alone(connection)
        return await asyncio.to_thread(_dump_each, folder, databases)
    finally:
        await connection.close()


def _dump_each(folder: Path, databases: Mapping[str, Sequence[str]]) -> tuple[Dump, ...]:
    dumps = []
    for number, (url, schemas) in enumerate(databases.items(), start=1):
        file = folder / f"database-{number}.dump"
        dump(url, schemas, file, without_rows=MADE_ANEW)
        file.chmod(0o600)
        dumps.append(Dump(file=file.name, schemas=tuple(schemas)))
    return tuple(dumps)


async def _missing(
    source: Path, url_of: Callable[[str], str], migrations: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """What the databases name and the folder has not, as where its file system is not mounted."""
    names = named_documents(url_of, migrations)
    return sorted({name async for name in names if not (source / name).is_file()})


def _copy_documents(source: Path, folder: Path) -> list[str]:
    """The names of those whose bytes are not what their name says."""
    target, damaged = folder / ARTIFACTS, []
    target.mkdir(mode=0o700)
    for path in files_in(source):
        name = path.relative_to(source)
        if name.parts[0].startswith("."):
            continue
        copy = target / name
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        if digest_of(copy) != path.name:
            damaged.append(str(name))
    return damaged


def _copy_secrets(home: Home, target: Path) -> None:
    target.mkdir(mode=0o700)
    for name in SECRETS:
        if (home.root / name).is_file():
            shutil.copyfile(home.root / name, target / name)
            (target / name).chmod(0o600)
