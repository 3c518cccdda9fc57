"""The HTTP/1.1 protocol with deadlines for receiving and a cap on the head, which uvicorn does not have."""

import asyncio
from typing import Any

import orjson
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger(__name__)


class GuardedProtocol(HttpToolsProtocol):
    """A client that is silent, trickles, or sends an endless head loses its connection.

    The limits are attributes of a subclass that `guarded` makes, since uvicorn constructs the protocol.
    """

    header_seconds: float
    body_seconds: float
    max_header_bytes: int

    _deadline: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline(self.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._set_deadline(self.header_seconds)

    def on_url(self, url: bytes) -> None:
        if self._fits(len(url)):
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # 4 bytes: colon, space, line end.
        if self._fits(len(name) + len(value) + 4):
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._header_bytes > self.max_header_bytes:
            return
        self._set_deadline(self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._header_bytes <= self.max_header_bytes:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._clear_deadline()
        if self._header_bytes <= self.max_header_bytes:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, b"Bad Request", "INVALID_REQUEST", msg)

    def _fits(self, size: int) -> bool:
        was_within = self._header_bytes <= self.max_header_bytes
        self._header_bytes += size
        is_within = self._header_bytes <= self.max_header_bytes
        if was_within and not is_within:
            message = f"The head of the request is larger than {self.max_header_bytes} bytes."
            self._refuse(431, b"Request Header Fields Too Large", "PAYLOAD_TOO_LARGE", message)
        return is_within

    def _refuse(self, status: int, reason: bytes, code: str, message: str) -> None:
        """Answers in the error shape without a request to hand to the application, and closes."""
        if self.transport.is_closing():
            return
        body = orjson.dumps({"errorCode": code, "message": message})
        head = b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n" % (
            status,
            reason,
            len(body),
        )
        self.transport.write(head + b"cache-control: no-store\r\nconnection: close\r\n\r\n" + body)
        self.transport.close()

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        log.debug("http.too_slow", client=self.client)
        if not self.transport.is_closing():
            self.transport.close()


def guarded(*, header_seconds: float, body_seconds: float, max_header_bytes: int) -> type[GuardedProtocol]:
    """The protocol class with its limits, for uvicorn's `http` option."""
    limits: dict[str, Any] = {
        "header_seconds": header_seconds,
        "body_seconds": body_seconds,
        "max_header_bytes": max_header_bytes,
    }
    return type("Guarded", (GuardedProtocol,), limits)
