"""pg_dump, pg_restore and psql: those that came with the embedded PostgreSQL, else those of this machine."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from entrygo.cli.up.postgres import PostgresFailed, find_binaries

# Row level security lets background work see every account; only a superuser would pass it by.
ALL_ACCOUNTS = "-c entrygo.account_id=*"
_NEWER_SETTING = b"SET transaction_timeout = 0;\n"


def dump(url: str, schemas: Sequence[str], file: Path, *, without_rows: Sequence[str] = ()) -> None:
    """The schemas as one snapshot of the database sees them, while it is in use. Raises PostgresFailed.

    Of the tables `without_rows` that are among them, and of their partitions, it holds the definitions alone.
    """
    only = [f"--schema={schema}" for schema in schemas]
    only += [f"--exclude-table-data-and-children={table}" for table in without_rows]
    # Owners and rights are the target's: `entrygo migrate` gives them.
    own = ["--no-owner", "--no-privileges", "--enable-row-security", "--lock-wait-timeout=30s"]
    with _start("pg_dump", url, ["--format=custom", *own, *only, f"--file={file}"]) as running:
        _check("pg_dump", running)


def load(url: str, file: Path) -> None:
    """All of a dump or nothing. Raises PostgresFailed."""
    script = [_find("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    strict = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with (
        subprocess.Popen(script, stdout=subprocess.PIPE) as reading,
        _start("psql", url, strict, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as writing,
    ):
        assert reading.stdout is not None
        assert writing.stdin is not None
        with suppress(BrokenPipeError):  # psql says below why it ended
            _copy_without_newer_setting(reading.stdout, writing.stdin)
        # psql still waits for the end of its input: what a broken-off script has done is not committed.
        if reading.wait() != 0:
            writing.kill()
            raise PostgresFailed(f"pg_restore could not read {file}.")
        _check("psql", writing)


def _copy_without_newer_setting(script: IO[bytes], target: IO[bytes]) -> None:
    """Our pg_restore sets what servers before PostgreSQL 17 do not know, once, before all data."""
    for line in script:
        if line == _NEWER_SETTING:
            break
        target.write(line)
    shutil.copyfileobj(script, target)


def _start(program: str, url: str, arguments: Sequence[str], **streams: int) -> "subprocess.Popen[bytes]":
    """The password goes through the environment: arguments are seen by everybody on the machine."""
    parts = urlsplit(url)
    login, _, place = parts.netloc.rpartition("@")
    address = parts._replace(netloc=f"{login.partition(':')[0]}@{place}" if login else place).geturl()
    environment = {**os.environ, "PGOPTIONS": ALL_ACCOUNTS}
    if parts.password:
        environment["PGPASSWORD"] = unquote(parts.password)
    command = [_find(program), f"--dbname={address}", *arguments]
    return subprocess.Popen(
        command,
        env=environment,
        stdin=streams.get("stdin"),
        stdout=streams.get("stdout"),
        stderr=subprocess.PIPE,
    )


def _check(program: str, running: "subprocess.Popen[bytes]") -> None:
    _, said = running.communicate()
    if running.returncode != 0:
        raise PostgresFailed(f"{program} failed:\n{said.decode(errors='replace').strip()}")


def _find(program: str) -> str:
    try:
        embedded = find_binaries() / program
    except PostgresFailed:
        embedded = Path(program)
    found = str(embedded) if embedded.is_file() else shutil.which(program)
    if found is None:
        raise PostgresFailed(f"{program} is not installed.")
    return found
