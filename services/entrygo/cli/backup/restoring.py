"""Brings a backup back to life in a home and databases that hold nothing yet."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from entrygo.cli.backup.going_back import UrlOf, go_on
from entrygo.cli.backup.manifest import BackupUnusable, Manifest, read_manifest
from entrygo.cli.backup.programs import load
from entrygo.cli.backup.taking import ARTIFACTS, HOME, SECRETS
from entrygo.cli.up.home import Home
from entrygo.cli.up.postgres import Postgres, PostgresFailed, group_of
from entrygo.cli.up.schemas import SCHEMAS, migrate_all, migrations_of
from entrygo.postgres.migrate import files_of
from entrygo.postgres.standing import read_standing

START_SECONDS = 60.0
ARTIFACT_MODE = 0o600


class TargetNotEmpty(Exception):
    """A restore never writes over data."""


async def restore(
    folder: Path, home: Home, url_of: UrlOf | None, documents: Path | None = None, *, resend: bool
) -> Manifest:
    """Restores to the databases of `url_of`, or to an embedded one in the home; so, too, to `documents`.

    That folder may hold some of them already.
    Raises BackupUnusable before anything is touched, AlreadyRunning, TargetNotEmpty, PostgresFailed.
    What was on its way to a broker is held for a person unless `resend`.
    """
    manifest = await asyncio.to_thread(read_manifest, folder)
    _check_readable(manifest)
    home.prepare()
    with home.lock():
        _check_empty(home, is_embedded=url_of is None)
        if url_of is not None:
            await _check_schemas_empty(url_of)
        _bring_back_files(folder, home, documents or home.artifacts)
        if url_of is not None:
            await _restore_databases(folder, manifest, url_of, resend=resend)
        else:
            async with _embedded(home) as url:
                await _restore_databases(folder, manifest, lambda _: url, resend=resend)
        await asyncio.to_thread(os.sync)
    return manifest


def _check_readable(manifest: Manifest) -> None:
    """A release reads what it has the migrations for, and what earlier ones made."""
    for schema, applied in manifest.migrations.items():
        unknown = sorted(set(applied) - {name for name, _ in files_of(migrations_of(schema))})
        if unknown:
            raise BackupUnusable(
                f"The backup was taken by a newer release ({manifest.release}): this one does not know"
                f" {unknown[0]} of {schema}. Restore with that release or a later one."
            )


def _check_empty(home: Home, *, is_embedded: bool) -> None:
    occupied = [home.artifacts] if any(home.artifacts.iterdir()) else []
    if is_embedded:
        occupied += [path for path in (home.postgres_data, home.state_file) if path.exists()]
    if occupied:
        raise TargetNotEmpty(f"{occupied[0]} is there already; restore into another ENTRYGO_HOME.")


async def _check_schemas_empty(url_of: UrlOf) -> None:
    for schema in SCHEMAS:
        connection = await asyncpg.connect(url_of(schema), timeout=START_SECONDS)
        try:
            standing = await read_standing(connection, schema)
        finally:
            await connection.close()
        if standing.migrations:
            raise TargetNotEmpty(f"The schema {schema} is there already; restore into another database.")


def _bring_back_files(folder: Path, home: Home, documents: Path) -> None:
    """Secrets and documents, for their owner alone."""
    for name in SECRETS:
        if (folder / HOME / name).is_file():
            shutil.copyfile(folder / HOME / name, home.root / name)
            (home.root / name).chmod(0o600)
    if (folder / ARTIFACTS).is_dir():
        shutil.copytree(folder / ARTIFACTS, documents, copy_function=_copy_private, dirs_exist_ok=True)


def _copy_private(source: str, target: str) -> None:
    """What is there already has the same name, which is its digest."""
    if Path(target).exists():
        return
    shutil.copyfile(source, target)
    Path(target).chmod(ARTIFACT_MODE)


async def _restore_databases(folder: Path, manifest: Manifest, url_of: UrlOf, *, resend: bool) -> None:
    for dump in manifest.dumps:
        await asyncio.to_thread(load, url_of(dump.schemas[0]), folder / dump.file)
    async for _ in migrate_all(url_of):
        pass
    for dump in manifest.dumps:
        await _analyze(url_of(dump.schemas[0]))
    await go_on(url_of, [schema for dump in manifest.dumps for schema in dump.schemas], resend=resend)
    await _analyze(url_of("inspection"))


async def _analyze(url: str) -> None:
    """Lets PostgreSQL look at its tables: of those that were just filled it thinks that they are small, and
    that any index is as good as another, until autovacuum comes by."""
    connection = await asyncpg.connect(url, timeout=START_SECONDS)
    try:
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


@asynccontextmanager
async def _embedded(home: Home) -> AsyncIterator[str]:
    """The home's own PostgreSQL, for as long as it is restored to."""
    state = home.load_state()
    postgres = Postgres(home, state.postgres_password)
    postgres.prepare()
    home.save_state(state.model_copy(update={"database_url": postgres.url}))
    with (home.logs / "postgres.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: ASYNC220
            postgres.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
            user=postgres.user, group=group_of(postgres.user), extra_groups=[] if postgres.user else None,
            env=postgres.environment(),
        )  # fmt: skip
    try:
        await _until_ready(postgres, server)
        yield postgres.url
    finally:
        server.send_signal(signal.SIGINT)
        await asyncio.to_thread(server.wait)


async def _until_ready(postgres: Postgres, server: "subprocess.Popen[bytes]") -> None:
    async with asyncio.timeout(START_SECONDS):
        while not await postgres.is_ready():
            if server.poll() is not None:
                raise PostgresFailed("The embedded PostgreSQL ended; its log is in the home.")
            await asyncio.sleep(0.05)
