"""Bytes of documents and mails in an object store (a folder, S3, GCS or Azure), named by their SHA-256.

Whatever the store does becomes one of two errors: it is away, or it does not have the bytes.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from entrygo.domain.errors import InternalError, ServiceUnavailable
from entrygo.domain.principal import Tenant

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

CHUNK_BYTES = 64 * 1024
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
# How S3, Azure and GCS call a bucket that is not there; without it, a 404 is about the object.
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "bucket does not exist")
_DETAIL_LENGTH = 1500  # characters of a store's own words that are logged

log = structlog.get_logger(__name__)


class StoreUnavailable(ServiceUnavailable):
    """The store of documents is not available right now; retry with the same idempotency key."""


class BytesMissing(InternalError):
    """The store of documents has lost these bytes, or holds others under their name."""


class ObjectStore:
    """Content-addressed: writing the same bytes twice is harmless, and no name is ever reused for others.

    Credentials, endpoint and region of a cloud's store come from its usual environment variables.
    """

    def __init__(self, url: str, *, allow_http: bool = False) -> None:
        parts = urlsplit(url)
        self._store = (
            LocalStore(Path(unquote(parts.path)), mkdir=True)
            if parts.scheme == "file"
            else from_url(url, client_options=_client(allow_http=allow_http), retry_config=_retry())
        )

    async def put(self, tenant: Tenant, content: bytes) -> str:
        """Stores the bytes and gives their SHA-256 in hex."""
        sha256 = hashlib.sha256(content).hexdigest()
        with _told("put", sha256):
            try:
                await obstore.put_async(self._store, _key(tenant, sha256), content)
            except FileNotFoundError as error:
                # Nothing can be missing but the bucket.
                raise OSError(str(error)) from error
        return sha256

    async def put_all(self, tenant: Tenant, contents: Sequence[bytes]) -> None:
        """Stores several, a few at a time; the first error ends the others and is raised."""
        slots = asyncio.Semaphore(PUTS_AT_ONCE)

        async def put(content: bytes) -> None:
            async with slots:
                await self.put(tenant, content)

        try:
            async with asyncio.TaskGroup() as group:
                for content in contents:
                    group.create_task(put(content))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def get(self, tenant: Tenant, sha256: str) -> bytes:
        """The bytes, checked against their name. Raises BytesMissing."""
        with _told("get", sha256):
            result = await obstore.get_async(self._store, _key(tenant, sha256))
            content = bytes(await result.bytes_async())
        if hashlib.sha256(content).hexdigest() != sha256:
            log.error("objects.altered", sha256=sha256)
            raise BytesMissing
        return content

    async def stream(self, tenant: Tenant, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of at most CHUNK_BYTES; BytesMissing before the first when they are gone."""
        with _told("get", sha256):
            result = await obstore.get_async(self._store, _key(tenant, sha256))
            async for part in result.stream(min_chunk_size=CHUNK_BYTES):
                content = bytes(part)
                for start in range(0, len(content), CHUNK_BYTES):
                    yield content[start : start + CHUNK_BYTES]


def _key(tenant: Tenant, sha256: str) -> str:
    return f"{tenant.mode}/{tenant.account_id}/{sha256[:2]}/{sha256}"


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


@contextmanager
def _told(operation: str, sha256: str) -> Iterator[None]:
    """Turns a failure of the store into ours; its own words go to the log, for the operator."""
    try:
        yield
    except (BaseError, OSError) as error:
        detail = " ".join(str(error).split())[:_DETAIL_LENGTH]
        if isinstance(error, FileNotFoundError) and not any(name in detail for name in _NO_BUCKET):
            log.error("objects.missing", sha256=sha256)
            raise BytesMissing from error
        log.error("objects.unavailable", operation=operation, sha256=sha256, error=detail)
        raise StoreUnavailable from error
