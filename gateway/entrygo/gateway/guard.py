"""The HTTP/1.1 protocol with deadlines for the client and a cap on the head, which uvicorn does not have."""

import asyncio
import socket
from typing import Any

import orjson
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# What the kernel takes before it can send it. By itself it takes megabytes, and then a slow reader looks like
# one that reads nothing until a large part of them is gone.
NOT_SENT_BYTES = 128 * 1024

log = structlog.get_logger(__name__)


class GuardedProtocol(HttpToolsProtocol):
    """A client that is silent, trickles, sends an endless head or reads no answer loses its connection.

    An answer may take as long as it likes while bytes of it leave.

    The limits are attributes of a subclass that `guarded` makes, since uvicorn constructs the protocol.
    """

    header_seconds: float
    body_seconds: float
    answer_seconds: float
    max_header_bytes: int

    _deadline: asyncio.TimerHandle | None = None
    _look: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins the time in which the first head has to arrive."""
        super().connection_made(transport)
        _watch_every_byte(transport)
        self._set_deadline(self.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops every timer of the connection."""
        self._clear_deadline()
        self._look_no_more()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begins to watch whether the client reads."""
        super().pause_writing()
        self._look_again_at(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Everything was read: nothing to watch."""
        self._look_no_more()
        super().resume_writing()

    def on_message_begin(self) -> None:
        """Begins the time for the head of the next request."""
        super().on_message_begin()
        self._header_bytes = 0
        self._set_deadline(self.header_seconds)

    def on_url(self, url: bytes) -> None:
        """Counts the URL to the size of the head."""
        if self._fits(len(url)):
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Counts the header to the size of the head."""
        # 4 bytes: colon, space, line end.
        if self._fits(len(name) + len(value) + 4):
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Ends the time for the head and begins that for the body."""
        if self._header_bytes > self.max_header_bytes:
            return
        self._set_deadline(self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Drops the body of a refused request."""
        if self._header_bytes <= self.max_header_bytes:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete: from here on the answer takes as long as it takes."""
        self._clear_deadline()
        if self._header_bytes <= self.max_header_bytes:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answers what is not HTTP in the error shape."""
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

    def _look_again_at(self, waiting_bytes: int) -> None:
        self._look = self.loop.call_later(self.answer_seconds, self._check_reader, waiting_bytes)

    def _look_no_more(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _check_reader(self, waiting_before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting < waiting_before:
            self._look_again_at(waiting)
        else:
            log.debug("http.reads_nothing", client=self.client)
            # A close would wait for what is not read.
            self.transport.abort()

    def _give_up(self) -> None:
        log.debug("http.too_slow", client=self.client)
        if not self.transport.is_closing():
            self.transport.close()


def _watch_every_byte(transport: asyncio.Transport) -> None:
    """Makes the transport report every byte that waits, so that the last ones are watched too."""
    transport.set_write_buffer_limits(high=0)
    connection = transport.get_extra_info("socket")
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)


def guarded(
    *, header_seconds: float, body_seconds: float, answer_seconds: float, max_header_bytes: int
) -> type[GuardedProtocol]:
    """The protocol class with its limits, for uvicorn's `http` option."""
    limits: dict[str, Any] = {
        "header_seconds": header_seconds,
        "body_seconds": body_seconds,
        "answer_seconds": answer_seconds,
        "max_header_bytes": max_header_bytes,
    }
    return type("Guarded", (GuardedProtocol,), limits)
