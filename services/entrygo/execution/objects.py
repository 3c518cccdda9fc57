"""Bytes of documents and mails in an object store (a folder, S3, GCS or Azure), named by their SHA-256."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, from_url

from entrygo.domain.principal import Tenant

CHUNK_BYTES = 64 * 1024


class ObjectStore:
    """Content-addressed: writing the same bytes twice is harmless, and no name is ever reused for others."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._store = (
            LocalStore(Path(unquote(parts.path)), mkdir=True) if parts.scheme == "file" else from_url(url)
        )

    async def put(self, tenant: Tenant, content: bytes) -> str:
        """Stores the bytes and gives their SHA-256 in hex."""
        sha256 = hashlib.sha256(content).hexdigest()
        await obstore.put_async(self._store, _key(tenant, sha256), content)
        return sha256

    async def get(self, tenant: Tenant, sha256: str) -> bytes:
        result = await obstore.get_async(self._store, _key(tenant, sha256))
        return bytes(await result.bytes_async())

    async def stream(self, tenant: Tenant, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of at most CHUNK_BYTES; FileNotFoundError first when they are gone."""
        result = await obstore.get_async(self._store, _key(tenant, sha256))
        async for part in result.stream(min_chunk_size=CHUNK_BYTES):
            content = bytes(part)
            for start in range(0, len(content), CHUNK_BYTES):
                yield content[start : start + CHUNK_BYTES]


def _key(tenant: Tenant, sha256: str) -> str:
    return f"{tenant.mode}/{tenant.account_id}/{sha256[:2]}/{sha256}"
