"""Bytes in a folder of this machine, or of a file system that several share.

A file is there once its name is, so its bytes are made durable before it is named, and the name after:
temporary file, fdatasync, rename, fsync of the folder.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from entrygo.execution.objects.place import NothingThere, PlaceUnavailable, Stored

# A disk that hangs holds these threads and no others, such as those that render or look up names.
THREADS = 6
SILENCE_TIMEOUT = timedelta(seconds=20)
PART_BYTES = 1024 * 1024
# What a crash leaves here has no name yet and is nobody's. On the same file system as the rest.
UNFINISHED = ".unfinished"
# So many folders are remembered as durable, some megabytes: an account has hundreds, and accounts are many.
# One that is forgotten is made sure of again.
MAX_DURABLE = 20_000
# Nothing is written for so long; of file times, which a file system that is shared gives to all alike.
ABANDONED_SECONDS = 24 * 3600
MAX_SWEPT = 1_000  # at once
TRIAL_BYTES = 64 * 1024  # more than a full disk finds room for in what it has begun

T = TypeVar("T")


class FolderObjects:
    """A Place. Names are relative paths whose parts are ids and digests."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="artifacts")
        # Folders whose own name is known to be durable.
        self._durable: set[Path] = set()
        # Created at start only: recreating it later would hide an unmounted file system.
        with suppress(OSError):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def write_all(self, contents: Mapping[str, bytes]) -> None:
        await self._run(lambda: self._write_all(contents))

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Stored]:
        with await self._run(lambda: self._open(name)) as file:
            yield Stored(os.fstat(file.fileno()).st_size, self._parts(file))

    async def try_to_write(self) -> None:
        await self._run(self._try_to_write)

    async def _parts(self, file: BinaryIO) -> AsyncIterator[bytes]:
        while part := await self._run(lambda: file.read(PART_BYTES)):
            yield part

    async def _run(self, work: Callable[[], T]) -> T:
        """In a thread of ours. One that hangs is left behind: what it may still write is harmless."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            async with asyncio.timeout(SILENCE_TIMEOUT.total_seconds()):
                return await running
        except OSError as error:  # also the timeout
            raise PlaceUnavailable(str(error) or "The file system does not answer.") from error

    def _open(self, name: str) -> BinaryIO:
        try:
            return (self._root / name).open("rb")
        except FileNotFoundError as error:
            if self._root.is_dir():
                raise NothingThere(str(error)) from error
            raise

    def _write_all(self, contents: Mapping[str, bytes]) -> None:
        """Each step for all files before the next one: they then share the journal's commits."""
        with self._temporary_files(len(contents)) as files:
            for file, content in zip(files, contents.values(), strict=True):
                file.write(content)
                file.flush()
            for file in files:
                _sync_file(file)
            targets = [self._root / name for name in contents]
            folders = {target.parent for target in targets}
            self._make_durable(folders)
            for file, target in zip(files, targets, strict=True):
                Path(file.name).replace(target)
        for folder in folders:
            _sync_folder(folder)

    def _make_durable(self, folders: set[Path]) -> None:
        """Makes folders and those above them; another process may have made one and not synced it yet."""
        new = folders - self._durable - {self._root}
        if not new:
            return
        above = {folder.parent for folder in new}
        self._make_durable(above)
        for folder in new:
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in above:
            _sync_folder(folder)
        if len(self._durable) > MAX_DURABLE:
            self._durable.clear()
        self._durable |= new

    def _try_to_write(self) -> None:
        with self._temporary_files(1) as [file]:
            file.write(bytes(TRIAL_BYTES))
            file.flush()
            _sync_file(file)
            with suppress(OSError):
                _sweep(Path(file.name).parent, now=os.fstat(file.fileno()).st_mtime)

    @contextmanager
    def _temporary_files(self, number: int) -> Iterator[list[BinaryIO]]:
        """Files that are closed at the end, and gone unless they were given a name."""
        unfinished = self._root / UNFINISHED
        unfinished.mkdir(mode=0o700, exist_ok=True)
        files: list[BinaryIO] = []
        try:
            files.extend(_create(unfinished / secrets.token_hex(16)) for _ in range(number))
            yield files
        finally:
            for file in files:
                with suppress(OSError):
                    file.close()
                with suppress(OSError):
                    Path(file.name).unlink()


def _create(path: Path) -> BinaryIO:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _sweep(folder: Path, *, now: float) -> None:
    """Removes what killed processes left; another one may be doing the same."""
    with os.scandir(folder) as entries:
        old = (each for each in entries if now - each.stat().st_mtime > ABANDONED_SECONDS)
        for entry in islice(old, MAX_SWEPT):
            Path(entry.path).unlink(missing_ok=True)


def _sync_file(file: BinaryIO) -> None:
    """The bytes alone; with all that is known of them where the system knows no less, as macOS."""
    (os.fdatasync if hasattr(os, "fdatasync") else os.fsync)(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
