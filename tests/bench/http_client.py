"""A small HTTP/1.1 client on asyncio streams: the load must cost less than what it measures."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import orjson

# A call that has waited long for an execute gets 503, and 409 with this code its key while it goes on.
IN_PROGRESS = b"IDEMPOTENCY_IN_PROGRESS"
RETRY_SECONDS = 0.2


class HttpClient:
    """One kept connection; one request at a time."""

    def __init__(self, base_url: str, api_key: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = f"host: {parts.netloc}\r\nauthorization: Bearer {api_key}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request_patiently(self, method: str, path: str, body: object, key: str) -> Any:
        """As `request`, and again with the same key for as long as the first call is under way."""
        while True:
            try:
                status, answer = await self.exchange(method, path, body, key)
            except asyncio.IncompleteReadError:
                self._streams = None  # it was kept for too long; the key makes a second try harmless
                continue
            if status != 503 and IN_PROGRESS not in answer:
                return parsed(method, path, status, answer)
            await asyncio.sleep(RETRY_SECONDS)

    async def request(self, method: str, path: str, body: object = None, key: str = "") -> Any:
        """The parsed answer; RuntimeError for anything but 200."""
        return parsed(method, path, *await self.exchange(method, path, body, key))

    async def exchange(self, method: str, path: str, body: object, key: str) -> tuple[int, bytes]:
        """The status and the bytes of the answer, once the last of them is here."""
        reader, writer = self._streams or await asyncio.open_connection(self._host, self._port, limit=2**26)
        self._streams = (reader, writer)
        content = orjson.dumps(body) if body is not None else b""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}content-length: {len(content)}\r\n"
        if content:
            head += "content-type: application/json\r\n"
        if key:
            head += f"idempotency-key: {key}\r\n"
        writer.write(head.encode() + b"\r\n" + content)
        return await _read(reader)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


def parsed(method: str, path: str, status: int, answer: bytes) -> Any:
    """What an answer says; RuntimeError for anything but 200."""
    if status != 200:
        raise RuntimeError(f"{method} {path}: {status} {answer[:500]!r}")
    return orjson.loads(answer)


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    for line in head.split("\r\n"):
        if line.startswith("content-length:"):
            return status, await reader.readexactly(int(line.partition(":")[2]))
    raise RuntimeError("an answer without a length")
