"""The HTTP/1.1 protocol with what uvicorn does not have: deadlines for the client, and caps for each peer."""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from entrygo.domain.errors import EntryGoError
from entrygo.gateway.door.peers import Peers
from entrygo.gateway.door.transports import Answering, Outgoing, watch_every_byte
from entrygo.gateway.errors import STATUS_OF_KIND
from entrygo.gateway.settings import GatewaySettings
from entrygo.requests.budget import Budget
from entrygo.requests.peers import peer_name
from entrygo.requests.rates import Buckets

# How often the pace of a body is looked at; less than the least rate over so long ends it.
PACE_SECONDS = 5.0
# For a client that has its answer and sends the rest of its body nevertheless: so long, and so much of it is
# read. A close with something unread may take the answer back before the client has looked at it.
LINGER_SECONDS = 2.0
LINGER_BYTES = 256 * 1024
# The whole rest of a longer one, so that its sender reads why it was refused; so much of them for everybody.
LONG_LINGER_SECONDS = 10.0
LONG_LINGER_BYTES = 32 * 1024 * 1024
LONG_LINGER_BYTES_PER_SECOND = 16 * 1024 * 1024

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
    min_body_bytes_per_second: int
    peers: Peers
    open_connections: Budget
    unfinished_requests: Budget
    lingering: Buckets

    _deadline: asyncio.TimerHandle | None = None
    _next_seconds: float | None = None  # of the deadline that begins once what has come was looked at
    _look: asyncio.TimerHandle | None = None
    _pace: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _body_bytes = 0
    _peer = ""
    _is_counted = False
    _is_unfinished = False
    # Nothing more of this connection is handed to the application.
    _is_refused = False
    # The request has its answer and sends on; so much of it is read.
    _is_answered = False
    _left_bytes = 0
    # An answer that comes before the rest of a long body closes the connection, and says so.
    _would_keep_alive = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins the time in which the first head has to arrive."""
        super().connection_made(transport)
        watch_every_byte(transport)
        self._outgoing = Outgoing(transport)
        address = self.client[0] if self.client else ""
        # Behind a listed proxy many clients share its address: the total counts, not the share of one.
        self._peer = f"{address} {id(self)}" if self.peers.is_proxy(address) else peer_name(address)
        if self._may_take(self.open_connections):
            self._is_counted = True
            self._set_deadline(self.header_seconds)
            self._begin_waiting()

    def data_received(self, data: bytes) -> None:
        """Begins the time for what is missing; a request that came whole needs no timer."""
        super().data_received(data)
        self._begin_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops every timer of the connection."""
        self._clear_deadline()
        self._look_no_more()
        self._finish()
        if self._is_counted:
            self._is_counted = False
            self.open_connections.give_back(self._peer)
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
        if self._is_refused or not self._may_take(self.unfinished_requests):
            return
        self._is_unfinished, self._is_answered = True, False
        self._set_deadline(self.body_seconds)
        self._body_bytes = 0
        super().on_headers_complete()
        # It needs no more of a transport than that.
        self.cycle.transport = Answering(  # type: ignore[assignment]
            self.transport, self._outgoing, self._close_when_read, has_body=self.scope["method"] != "HEAD"
        )
        self._would_keep_alive = self.cycle.keep_alive
        self.cycle.keep_alive &= self._is_short()

    def on_body(self, body: bytes) -> None:
        """Drops the body of a refused request."""
        self._body_bytes += len(body)
        if self._is_answered:
            self._left_bytes -= len(body)
            if self._left_bytes < 0:
                self.transport.pause_reading()
        elif not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete: from here on the answer takes as long as it takes."""
        self._clear_deadline()
        self._finish()
        if self._is_answered and not self.cycle.keep_alive:
            self.transport.close()
        elif not self._is_refused:
            self.cycle.keep_alive = self._would_keep_alive
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Gives a client that is still sending when it has its answer a moment to read it."""
        super().on_response_complete()
        # Not that of a request before it on the same connection.
        if self._is_unfinished and self.cycle.response_complete:
            rest = (self._announced() or 0) - self._body_bytes
            is_long = LINGER_BYTES < rest <= LONG_LINGER_BYTES and not self.lingering.wait_seconds("")
            if is_long:
                self.lingering.spend("", rest)
            self._is_answered, self._left_bytes = True, rest if is_long else LINGER_BYTES
            self._set_deadline(LONG_LINGER_SECONDS if is_long else LINGER_SECONDS)
            self._begin_waiting()

    def send_400_response(self, msg: str) -> None:
        """Answers what is not HTTP in the error shape."""
        self._refuse(400, b"Bad Request", "INVALID_REQUEST", msg)

    def _is_short(self) -> bool:
        """Whether the body is one that would be read after its answer, by what the client announced."""
        announced = self._announced()
        return announced is not None and announced <= LINGER_BYTES

    def _announced(self) -> int | None:
        """How long the body is to be; None when nobody knows."""
        sizes = [value for name, value in self.headers if name in (b"content-length", b"transfer-encoding")]
        if not sizes:
            return 0
        return int(sizes[0]) if sizes[0].isdigit() else None

    def _close_when_read(self) -> None:
        """At once, or after as much of the rest of the request as is read."""
        if not self._is_unfinished:
            self.transport.close()

    def _fits(self, size: int) -> bool:
        self._header_bytes += size
        if self._header_bytes > self.max_header_bytes and not self._is_refused:
            message = f"The head of the request is larger than {self.max_header_bytes} bytes."
            self._refuse(431, b"Request Header Fields Too Large", "PAYLOAD_TOO_LARGE", message)
        return not self._is_refused

    def _may_take(self, budget: Budget) -> bool:
        """Counts the connection or the request against its peer; refuses it when that has too many."""
        try:
            budget.take(self._peer)
        except EntryGoError as error:
            status = STATUS_OF_KIND[error.error_kind]
            reason = HTTPStatus(status).phrase.encode()
            self._refuse(status, reason, error.error_code, error.message, b"retry-after: 1\r\n")
            return False
        return True

    def _finish(self) -> None:
        """The request is complete, or never will be."""
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None
        if self._is_unfinished:
            self._is_unfinished = False
            self.unfinished_requests.give_back(self._peer)

    def _check_pace(self, bytes_before: int) -> None:
        if self._body_bytes - bytes_before < self.min_body_bytes_per_second * PACE_SECONDS:
            self._give_up()
        else:
            self._pace = self.loop.call_later(PACE_SECONDS, self._check_pace, self._body_bytes)

    def _refuse(self, status: int, reason: bytes, code: str, message: str, headers: bytes = b"") -> None:
        """Answers in the error shape without a request to hand to the application, and closes."""
        self._is_refused = True
        if self.transport.is_closing():
            return
        self._outgoing.flush()
        body = orjson.dumps({"errorCode": code, "message": message})
        head = b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n" % (
            status,
            reason,
            len(body),
        )
        head += headers + b"cache-control: no-store\r\nconnection: close\r\n\r\n"
        self.transport.write(head + body)
        self.transport.close()

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._next_seconds = seconds

    def _begin_waiting(self) -> None:
        seconds, self._next_seconds = self._next_seconds, None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self._give_up)
        if self._is_unfinished and self._pace is None:
            self._pace = self.loop.call_later(PACE_SECONDS, self._check_pace, 0)

    def _clear_deadline(self) -> None:
        self._next_seconds = None
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


def guarded(settings: GatewaySettings) -> type[GuardedProtocol]:
    """The protocol class with its limits, for uvicorn's `http` option; its connections count together."""
    door = settings.door
    limits: dict[str, Any] = {
        "header_seconds": settings.header_timeout_seconds,
        "body_seconds": settings.body_timeout_seconds,
        "answer_seconds": settings.answer_timeout_seconds,
        "max_header_bytes": settings.max_header_bytes,
        "min_body_bytes_per_second": door.min_body_bytes_per_second,
        "peers": Peers(door.trusted_proxies, door.forwarded_header),
        "open_connections": Budget(
            "connections", total=door.max_connections, each=door.max_connections_per_peer
        ),
        "unfinished_requests": Budget(
            "unfinished requests", total=door.max_connections, each=door.max_unfinished_per_peer
        ),
        "lingering": Buckets("bytes after an answer", LONG_LINGER_BYTES_PER_SECOND),
    }
    return type("Guarded", (GuardedProtocol,), limits)
