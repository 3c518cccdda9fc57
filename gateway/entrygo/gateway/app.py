"""The ASGI application: middleware, routes and lifespan, listed in order."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entrygo.domain.errors import RateLimited
from entrygo.gateway.api_page import ApiPage
from entrygo.gateway.broker_pages import BrokerPages
from entrygo.gateway.clients import GrpcServices
from entrygo.gateway.console.files.children import file_readers
from entrygo.gateway.console.files.reading import ReadFile
from entrygo.gateway.console.site import Console, no_such_page
from entrygo.gateway.docs.pages import Library
from entrygo.gateway.docs.site import ASYNCAPI, PAGES, ROOT, DocsSite
from entrygo.gateway.door.door import Admitted, Door
from entrygo.gateway.door.receiving import received
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.exchange import Exchange, authorization, check_head, refuse_query
from entrygo.gateway.json_reader import Marks
from entrygo.gateway.link_pages import LinkPages
from entrygo.gateway.metrics import watch_slots
from entrygo.gateway.middleware import ErrorBoundary, OneHost, RequestContext
from entrygo.gateway.paths import Answer, Gateway, PathApp
from entrygo.gateway.recipient_pages import RecipientPages
from entrygo.gateway.routes import ENDPOINTS
from entrygo.gateway.routes.system import livez, readyz
from entrygo.gateway.services import Call, Services
from entrygo.gateway.settings import GatewaySettings
from entrygo.gateway.waiting import wait_asked
from entrygo.process.logging import bind_account
from entrygo.rpc.local.channel import Neighbours


def create_app(
    settings: GatewaySettings,
    *,
    services: Services | None = None,
    stop: asyncio.Event | None = None,
    read_file: ReadFile | None = None,
    neighbours: Neighbours | None = None,
) -> Starlette:
    """The gateway. Without `services` it opens gRPC channels when it starts and closes them when it ends,
    but to the `neighbours` that share its process; without `read_file` it has processes of its own for the
    files that people drop.

    From `stop` on it says that it is not ready and keeps no connection beyond the answer under way.
    """
    stop = stop or asyncio.Event()
    edge = Edge(settings, services, stop, read_file, neighbours)
    middleware = (
        # Outermost, so that every answer has an id and a log line, also that of an error.
        Middleware(
            RequestContext,
            new_request_id=lambda: f"req_{secrets.token_hex(12)}",
            is_stopping=stop.is_set,
        ),
        # Around everything that may fail, so that all of it is answered in the one shape.
        Middleware(ErrorBoundary),
        # Before routing: proxies in front of us may have routed by the other Host.
        Middleware(OneHost),
    )
    return Gateway(edge.routes(ENDPOINTS), middleware, edge.lifespan, no_such_page)


class Edge:
    """Holds what handlers need, from the start of the process to its end."""

    def __init__(
        self,
        settings: GatewaySettings,
        services: Services | None,
        stop: asyncio.Event,
        read_file: ReadFile | None,
        neighbours: Neighbours | None,
    ) -> None:
        self._settings = settings
        self._neighbours = neighbours
        self._services = services
        self._stop = stop
        self._door = Door(settings, lambda: self.services, stop)
        watch_slots(self._door.slots, self._door.patient_slots)
        self._asking: asyncio.Task[dict[str, bool]] | None = None
        self._file_readers = file_readers(settings.log)
        self._read_file = read_file or self._file_readers.read

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Opens the channels in the server's event loop and closes them when it ends."""
        if self._services is not None:
            yield
            return
        # Channels belong to the event loop, so they are opened inside it.
        services = GrpcServices(self._settings, self._neighbours)
        self._services = services
        try:
            yield
        finally:
            self._file_readers.close()
            await services.close()

    @property
    def services(self) -> Services:
        """The services; only between start and end of the lifespan."""
        assert self._services is not None, "the lifespan has not started"
        return self._services

    def routes(self, endpoints: Sequence[Endpoint]) -> list[Route]:
        """One route a path; a path of fixed words wins over one with an id in the same place."""
        paths: dict[str, dict[str, Answer]] = {
            "/livez": {"GET": livez},
            "/readyz": {"GET": self._readyz},
            "/docs/api/openapi": {"GET": ApiPage(endpoints).answer},
            **self._pages(),
        }
        for endpoint in endpoints:
            paths.setdefault(endpoint.path, {})[endpoint.method] = self._answer(endpoint)
        paths |= self._docs()
        paths |= self._console()
        return [
            Route(path, PathApp(path, paths[path])) for path in sorted(paths, key=lambda path: "{" in path)
        ]

    def _docs(self) -> dict[str, dict[str, Answer]]:
        """The documentation. It has no key either, so that each peer may search so often a second."""
        site = DocsSite(Library(), self._door.admit_link, no_such_page)
        return {
            "/llms.txt": {"GET": site.llms},
            "/llms-full.txt": {"GET": site.llms_full},
            ASYNCAPI: {"GET": site.asyncapi},
            ROOT: {"GET": site.answer},
            PAGES: {"GET": site.answer},
        }

    def _console(self) -> dict[str, dict[str, Answer]]:
        """What people see. Its pages admit whoever has a session; signing in counts against the peer."""
        console = Console(
            self._door,
            lambda: self.services,
            max_file_bytes=self._settings.max_body_bytes,
            read_file=self._read_file,
        )
        return console.routes()

    async def _readyz(self, request: Request) -> Response:
        if self._stop.is_set():
            return readyz({"gateway": False})
        # One question at a time, however many ask: the path is open to everybody.
        if self._asking is None:
            self._asking = asyncio.create_task(self.services.serving())
            self._asking.add_done_callback(self._asked)
        return readyz(await asyncio.shield(self._asking))

    def _asked(self, task: "asyncio.Task[dict[str, bool]]") -> None:
        self._asking = None

    def _pages(self) -> dict[str, dict[str, Answer]]:
        """The pages behind signed links. They have no key, so that each peer has so many a second."""
        every_page = tuple(
            pages(lambda: self.services, self._door.peer_of) for pages in (BrokerPages, RecipientPages)
        )

        def limited(answer: Answer, pages: LinkPages) -> Answer:
            async def answered(request: Request) -> Response:
                try:
                    self._door.admit_link(request)
                except RateLimited as error:
                    return pages.error(error)
                return await answer(request)

            return answered

        return {
            path: {method: limited(answer, pages) for method, answer in answers.items()}
            for pages in every_page
            for path, answers in pages.routes().items()
        }

    def _answer(self, endpoint: Endpoint) -> Answer:
        async def answer(request: Request) -> Response:
            given = authorization(request)
            if given is None:
                raise self._door.refuse_nameless(request)
            call = Call(given, request.scope["entrygo.request_id"], self._door.peer_of(request))
            admitted = await self._door.admit(call)
            bind_account(admitted.account)
            if endpoint.query is None:
                refuse_query(request)
            slot = await self._slot(endpoint, request, admitted)
            if endpoint.answer is None and not endpoint.stays_open:
                self._door.take_download(admitted, request.scope["entrygo.ends"])
            # A bad key wins over a bad body.
            key = check_head(request) if endpoint.body is not None else None
            async with (
                self._content(endpoint, request, admitted) as content,
                # After the body, since a slot must not wait for what a client has yet to send.
                slot,
            ):
                exchange = Exchange(request, self.services, call, admitted=admitted, content=content, key=key)
                response = await endpoint.handler(exchange)
                self._door.hold_answer(admitted, response, request.scope["entrygo.ends"])
                return response

        return answer

    async def _slot(
        self, endpoint: Endpoint, request: Request, admitted: Admitted
    ) -> AbstractAsyncContextManager[None]:
        """A turn among the others; whoever stays is counted apart, and keeps nobody from acting."""
        if not endpoint.stays_open and not (endpoint.may_wait and wait_asked(request)):
            slots = self._door.patient_slots if endpoint.is_patient else self._door.slots
            return slots.hold(admitted.account)
        await self._door.take_stream(admitted, request.scope["entrygo.ends"])
        return nullcontext()

    def _content(
        self, endpoint: Endpoint, request: Request, admitted: Admitted
    ) -> AbstractAsyncContextManager[bytes | bytearray]:
        if endpoint.body is None:
            return nullcontext(b"")
        return received(
            request,
            admitted.key,
            admitted.account,
            limit=self._settings.max_body_bytes,
            budget=self._door.bodies,
            refused=self._door.refused_bytes,
            look=Marks().add,
        )
