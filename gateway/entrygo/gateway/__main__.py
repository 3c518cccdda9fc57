"""The gateway process: `python -m entrygo.gateway`."""

import asyncio
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email.utils import formatdate

import structlog
import uvicorn
from uvicorn.server import ServerState

from entrygo.gateway.app import create_app
from entrygo.gateway.guard import guarded
from entrygo.gateway.settings import GatewaySettings
from entrygo.process.logging import bind_process
from entrygo.process.refusals import read_or_exit
from entrygo.process.runtime import run
from entrygo.process.tls import read_pair
from entrygo.rpc.local.channel import Neighbours

log = structlog.get_logger(__name__)


NOT_BUILT = "The gateway could not be put together: the log says before why."


class NotListening(Exception):
    """Its address is not to be had, or its application failed; uvicorn has logged why."""


class Dated(ServerState):
    """The state of a uvicorn whose answers get their `Date` when they are made, once a second at most."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._second = 0

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """Of each answer."""
        now = int(self._clock())
        if now != self._second:
            self._second, self._headers = now, [(b"date", formatdate(now, usegmt=True).encode())]
        return self._headers

    @default_headers.setter
    def default_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        """uvicorn's own are as old as its last tick."""


class Server(uvicorn.Server):
    """uvicorn that says when it listens, leaves signals to the runtime, and never wakes by itself."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state = Dated()
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """Ends `serve` once the requests under way have their time."""
        self.should_exit = True
        self._leaving.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen, and logs where. Raises NotListening: uvicorn's own way out of the process leaves
        others in it no time to end."""
        try:
            await super().startup(sockets)
        except SystemExit as error:
            if self.lifespan.should_exit:
                raise NotListening(NOT_BUILT) from error
            where = f"{self.config.host}:{self.config.port}"
            raise NotListening(f"The gateway cannot listen on {where}.") from error
        if self.lifespan.should_exit:
            raise NotListening(NOT_BUILT)
        is_tls = self.config.is_ssl
        log.info("gateway.listening", host=self.config.host, port=self.config.port, tls=is_tls)

    async def main_loop(self) -> None:
        """Until `leave`; uvicorn's own looks every tenth of a second whether it is to end."""
        await self._leaving.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Captures none: the runtime sets the stop event."""
        yield


async def serve(
    settings: GatewaySettings, stop: asyncio.Event, *, neighbours: Neighbours | None = None
) -> None:
    """Serves until `stop` and a little longer, so that its callers turn to another gateway before this one
    refuses them; then requests under way get the grace time. `neighbours` are services of its own process."""
    bind_process("gateway")
    server = Server(_config(settings, stop, neighbours))
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait((serving,), timeout=settings.stop.drain_seconds)
    server.leave()
    stopping.cancel()
    await serving
    # The requests that uvicorn gave up answer that the gateway stops, in their own words.
    await asyncio.gather(*server.server_state.tasks, return_exceptions=True)


def _config(settings: GatewaySettings, stop: asyncio.Event, neighbours: Neighbours | None) -> uvicorn.Config:
    # Refused here in words that name the file, rather than by OpenSSL's.
    read_pair(settings.tls)
    return uvicorn.Config(
        create_app(settings, stop=stop, neighbours=neighbours),
        host=settings.gateway_host,
        port=settings.gateway_port,
        http=guarded(settings),
        ssl_certfile=settings.tls.cert_file,
        ssl_keyfile=settings.tls.key_file,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.door.idle_timeout_seconds,
        timeout_graceful_shutdown=settings.stop.stop_grace_seconds,
        backlog=1024,
    )


if __name__ == "__main__":
    SETTINGS = read_or_exit(GatewaySettings)
    run("gateway", SETTINGS, lambda stop: serve(SETTINGS, stop))
