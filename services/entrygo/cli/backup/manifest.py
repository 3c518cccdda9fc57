"""What a backup holds: every file with its digest. Written last: a folder without one is no backup."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from entrygo.cli.up.home import write_private

NAME = "manifest.json"
FORMAT = 1
PART_BYTES = 1024 * 1024


class BackupUnusable(Exception):
    """The folder is no backup, or not the one that was taken."""


class Dump(BaseModel):
    """The schemas that lay in one database, in one snapshot of it."""

    model_config = ConfigDict(frozen=True)

    file: str
    schemas: tuple[str, ...]


class Manifest(BaseModel):
    """`files` are paths below the folder with their SHA-256 in hex; `taken_at` is UTC."""

    model_config = ConfigDict(frozen=True)

    format: int
    taken_at: datetime
    release: str = ""
    # The files applied to each schema: a release that knows fewer cannot read what they made.
    migrations: Mapping[str, tuple[str, ...]] = {}
    dumps: tuple[Dump, ...]
    # Where documents are, when that is no folder: they are not in the backup.
    artifacts_url: str = ""
    files: dict[str, str]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Readable by its owner alone, and whole or not there at all."""
    write_private(folder / NAME, manifest.model_dump_json(indent=2))


def read_manifest(folder: Path) -> Manifest:
    """The manifest, once every file is there and is what it was. Raises BackupUnusable."""
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError) as error:
        raise BackupUnusable(f"{folder} holds no complete backup: {NAME} cannot be read.") from error
    if manifest.format != FORMAT:
        raise BackupUnusable(f"{folder} has format {manifest.format}; this release reads {FORMAT}.")
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file() or digest_of(path) != digest:
            raise BackupUnusable(f"{path} is missing or altered.")
    return manifest


def digests_of(folder: Path) -> dict[str, str]:
    """Every file below the folder: its path relative to it, with the SHA-256 in hex."""
    return {str(path.relative_to(folder)): digest_of(path) for path in files_in(folder)}


def files_in(folder: Path) -> Iterator[Path]:
    """Every file below the folder, however deep, in a fixed order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def digest_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
