"""The transport of a connection: it reports every byte that waits, and an answer may close it late."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

# What the kernel takes before it can send it. By itself it takes megabytes, and then a slow reader looks like
# one that reads nothing until a large part of them is gone.
NOT_SENT_BYTES = 128 * 1024


class Outgoing:
    """What a connection sends: the head of an answer and what follows in the same turn of the loop leave
    together, as each piece would be a call of the kernel and a packet of its own."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = None

    def write_head(self, content: bytes) -> None:
        """Sends a head, at the latest in the next turn of the loop."""
        self.flush()
        self._head = content
        asyncio.get_running_loop().call_soon(self.flush)

    def write(self, content: bytes) -> None:
        """Sends content, behind the head if one waits."""
        if self._head is None:
            self._transport.write(content)
        else:
            pieces, self._head = (self._head, content), None
            self._transport.writelines(pieces)

    def flush(self) -> None:
        """Sends the head by itself, if one waits."""
        head, self._head = self._head, None
        if head is not None and not self._transport.is_closing():
            self._transport.write(head)


class Answering:
    """The transport as an answer has it; `has_body`: something follows the head."""

    def __init__(
        self, transport: asyncio.Transport, outgoing: Outgoing, close: Callable[[], None], *, has_body: bool
    ) -> None:
        self._transport = transport
        self._outgoing = outgoing
        self._close = close
        self._is_head = has_body

    def write(self, content: bytes) -> None:
        """Sends the next piece of the answer."""
        if self._is_head:
            self._is_head = False
            self._outgoing.write_head(content)
        else:
            self._outgoing.write(content)

    def close(self) -> None:
        """Sends what waits, then closes as an answer does."""
        self._outgoing.flush()
        self._close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def watch_every_byte(transport: asyncio.Transport) -> None:
    """Makes the transport report every byte that waits, so that the last ones are watched too."""
    # Under TLS the mark itself is already too much: at 0 it would wait for ever, with nothing left to send.
    is_tls = transport.get_extra_info("sslcontext") is not None
    transport.set_write_buffer_limits(high=1 if is_tls else 0, low=0)
    connection = transport.get_extra_info("socket")
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)
