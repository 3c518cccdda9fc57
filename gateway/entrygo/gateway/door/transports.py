"""The transport of a connection: it reports every byte that waits, and an answer may close it late."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

# What the kernel takes before it can send it. By itself it takes megabytes, and then a slow reader looks like
# one that reads nothing until a large part of them is gone.
NOT_SENT_BYTES = 128 * 1024


class Answering:
    """The transport as an answer has it."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close

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
