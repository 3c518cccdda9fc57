"""Bytes in S3, GCS or Azure. Credentials, endpoint and region come from the cloud's usual variables."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from entrygo.execution.objects.place import NothingThere, PlaceUnavailable, Stored

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig, RetryConfig

PART_BYTES = 64 * 1024
# A package has some fifteen documents; more at once would take the connections of other packages.
PUTS_AT_ONCE = 6
# Silence of the store, and of the way to it. There is no bound on a whole download: its reader may be slow.
CONNECT_TIMEOUT = timedelta(seconds=3)
SILENCE_TIMEOUT = timedelta(seconds=20)
DOWNLOAD_TIMEOUT = timedelta(hours=1)
# Rides out a blip. The library's three minutes would outlast every caller: an execute is resumed instead.
RETRY_FOR = timedelta(seconds=8)
MAX_RETRIES = 6
MAX_BACKOFF = timedelta(seconds=2)
# Beside the accounts' bytes; always the same few bytes.
TRIAL_NAME = "trial"
TRIAL = b"EntryGo sees whether it can write here.\n"
# How S3, Azure and GCS call a bucket that is not there; without it, a 404 is about the object.
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "bucket does not exist")


class CloudObjects:
    """A Place whose service acknowledges a write only once it is durable."""

    def __init__(self, url: str, *, allow_http: bool) -> None:
        self._store = from_url(url, client_options=_client(allow_http=allow_http), retry_config=_retry())

    async def write_all(self, contents: Mapping[str, bytes]) -> None:
        """A few at a time; the first error ends the others and is raised."""
        slots = asyncio.Semaphore(PUTS_AT_ONCE)

        async def put(name: str, content: bytes) -> None:
            async with slots:
                await self._put(name, content)

        try:
            async with asyncio.TaskGroup() as group:
                for name, content in contents.items():
                    group.create_task(put(name, content))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Stored]:
        with _translated():
            result = await obstore.get_async(self._store, name)
        yield Stored(result.meta["size"], _parts(result))

    async def try_to_write(self) -> None:
        await self._put(TRIAL_NAME, TRIAL)

    async def _put(self, name: str, content: bytes) -> None:
        try:
            with _translated():
                await obstore.put_async(self._store, name, content)
        except NothingThere as error:
            # Nothing can be missing but the bucket.
            raise PlaceUnavailable(str(error)) from error


async def _parts(result: "GetResult") -> AsyncIterator[bytes]:
    with _translated():
        async for part in result.stream(min_chunk_size=PART_BYTES):
            yield bytes(part)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        said = str(error)
        if isinstance(error, FileNotFoundError) and not any(name in said for name in _NO_BUCKET):
            raise NothingThere(said) from error
        raise PlaceUnavailable(said) from error


def _client(*, allow_http: bool) -> "ClientConfig":
    return {
        "allow_http": allow_http,
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": SILENCE_TIMEOUT,
        "timeout": DOWNLOAD_TIMEOUT,
    }


def _retry() -> "RetryConfig":
    return {
        "max_retries": MAX_RETRIES,
        "retry_timeout": RETRY_FOR,
        "backoff": {"max_backoff": MAX_BACKOFF},
    }
