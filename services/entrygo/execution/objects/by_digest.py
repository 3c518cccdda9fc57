"""Content-addressed bytes of accounts: written durably, checked against their name whenever they are read.

Whatever the place does becomes one of two errors: it is away, or it does not have the bytes.
"""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog

from entrygo.domain.errors import InternalError, ServiceUnavailable
from entrygo.domain.principal import Tenant
from entrygo.execution.objects.cloud import CloudObjects
from entrygo.execution.objects.folder import FolderObjects
from entrygo.execution.objects.place import NothingThere, Place, PlaceUnavailable, Stored
from entrygo.execution.objects.watch import Trouble, Watch

CHUNK_BYTES = 64 * 1024
# Up to this size a document is checked whole before its first byte leaves.
CHECKED_FIRST_BYTES = 1024 * 1024
_DETAIL_LENGTH = 1500  # characters of a store's own words that are logged

log = structlog.get_logger(__name__)


class StoreUnavailable(ServiceUnavailable):
    """The store of documents is not available right now; retry with the same idempotency key."""


class BytesMissing(InternalError):
    """The store of documents has lost these bytes, or holds others under their name."""


class ObjectStore:
    """Writing the same bytes twice is harmless, and no name is ever reused for others."""

    def __init__(self, url: str, *, allow_http: bool = False) -> None:
        parts = urlsplit(url)
        self._place: Place = (
            FolderObjects(Path(unquote(parts.path)))
            if parts.scheme == "file"
            else CloudObjects(url, allow_http=allow_http)
        )
        self._watch = Watch(self._place, self._is_whole)

    async def is_sound(self) -> bool:
        """Whether the place takes writes and, as far as is known, gives back what was stored."""
        return await self._watch.is_sound()

    def noted_elsewhere(self, *, takes_writes: bool) -> None:
        """What a process of ours met when it wrote to the same place."""
        if takes_writes:
            self._watch.write_succeeded()
        else:
            self._watch.failed("put")

    async def put(self, tenant: Tenant, content: bytes) -> str:
        """Stores the bytes durably and gives their SHA-256 in hex."""
        [sha256] = await self.put_all(tenant, [content])
        return sha256

    async def put_all(self, tenant: Tenant, contents: Sequence[bytes]) -> list[str]:
        """Stores several durably and gives their SHA-256 in hex; raises when one of them could not be."""
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        await self.put_named(tenant, dict(zip(digests, contents, strict=True)))
        return digests

    async def put_named(self, tenant: Tenant, contents: Mapping[str, bytes]) -> None:
        """Stores several durably under their SHA-256 in hex, which the caller has just worked out."""
        with self._translated("put", ""):
            await self._place.write_all(
                {key_of(tenant, sha256): content for sha256, content in contents.items()}
            )
        self._watch.write_succeeded()

    async def get(self, tenant: Tenant, sha256: str) -> bytes:
        """The bytes, checked against their name. Raises BytesMissing."""
        key = key_of(tenant, sha256)
        async with self._open(key) as stored:
            return await self._whole(stored, key, sha256)

    async def holds(self, tenant: Tenant, sha256: str) -> bool:
        """Whether anything has that name; its bytes are not looked at. Raises StoreUnavailable."""
        key = key_of(tenant, sha256)
        with self._translated("get", key):
            try:
                async with self._place.open(key):
                    return True
            except NothingThere:
                return False

    async def stream(self, tenant: Tenant, sha256: str, size: int) -> AsyncIterator[bytes]:
        """The bytes in chunks of at most CHUNK_BYTES.

        BytesMissing comes before the first chunk when they are gone or of another size, or altered and no
        more than CHECKED_FIRST_BYTES. Of larger ones that are altered the last chunk is never given out.
        """
        key = key_of(tenant, sha256)
        async with self._open(key) as stored:
            if stored.size != size:
                raise self._damaged(Trouble.ALTERED, key)
            if size <= CHECKED_FIRST_BYTES:
                content = await self._whole(stored, key, sha256)
                for start in range(0, len(content), CHUNK_BYTES):
                    yield content[start : start + CHUNK_BYTES]
                return
            async with aclosing(self._checked(stored, key, sha256)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _checked(self, stored: Stored, key: str, sha256: str) -> AsyncGenerator[bytes, None]:
        """One chunk behind what is read, so that the last one leaves only when all are known to be right."""
        digest, held = hashlib.sha256(), b""
        async for part in stored.parts:
            for start in range(0, len(part), CHUNK_BYTES):
                if held:
                    yield held
                held = part[start : start + CHUNK_BYTES]
                digest.update(held)
        if digest.hexdigest() != sha256:
            raise self._damaged(Trouble.ALTERED, key)
        self._watch.found_whole(key)
        yield held

    async def _whole(self, stored: Stored, key: str, sha256: str) -> bytes:
        content = b"".join([part async for part in stored.parts])
        if hashlib.sha256(content).hexdigest() != sha256:
            raise self._damaged(Trouble.ALTERED, key)
        self._watch.found_whole(key)
        return content

    @asynccontextmanager
    async def _open(self, key: str) -> AsyncIterator[Stored]:
        with self._translated("get", key):
            async with self._place.open(key) as stored:
                yield stored

    @contextmanager
    def _translated(self, operation: str, key: str) -> Iterator[None]:
        """Turns a failure of the place into ours; its own words go to the log, for the operator."""
        try:
            yield
        except NothingThere as error:
            raise self._damaged(Trouble.MISSING, key) from error
        except PlaceUnavailable as error:
            detail = " ".join(str(error).split())[:_DETAIL_LENGTH]
            log.error("objects.unavailable", operation=operation, name=key, error=detail)
            self._watch.failed(operation)
            raise StoreUnavailable from error

    def _damaged(self, trouble: Trouble, key: str) -> BytesMissing:
        log.error(f"objects.{trouble}", name=key)
        self._watch.found_damaged(trouble, key)
        return BytesMissing()

    async def _is_whole(self, key: str) -> bool:
        """Whether what was found damaged has been brought back."""
        digest = hashlib.sha256()
        async with self._place.open(key) as stored:
            async for part in stored.parts:
                digest.update(part)
        return digest.hexdigest() == key.rpartition("/")[2]


def key_of(tenant: Tenant, sha256: str) -> str:
    """The name of an account's bytes in its place."""
    return f"{tenant.mode}/{tenant.account_id}/{sha256[:2]}/{sha256}"
