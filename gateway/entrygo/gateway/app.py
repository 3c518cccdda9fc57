"""The ASGI application: middleware, routes and lifespan, listed in order."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from entrygo.domain.errors import MethodNotAllowed, NotFound
from entrygo.gateway.broker_pages import BrokerPages
from entrygo.gateway.clients import GrpcServices
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.errors import error_response
from entrygo.gateway.exchange import Exchange
from entrygo.gateway.metrics import Metrics
from entrygo.gateway.middleware import ConcurrencyLimit, ErrorBoundary, RequestContext
from entrygo.gateway.reference import Reference
from entrygo.gateway.routes import ENDPOINTS
from entrygo.gateway.routes.system import livez, readyz
from entrygo.gateway.services import Services
from entrygo.gateway.settings import GatewaySettings

Answer = Callable[[Request], Awaitable[Response]]


def create_app(
    settings: GatewaySettings, *, services: Services | None = None, metrics: Metrics | None = None
) -> Starlette:
    """The gateway. Without `services` it opens gRPC channels when it starts and closes them when it ends."""
    edge = Edge(settings, services)
    middleware = (
        # Every answer has an id, also that of an error.
        Middleware(
            RequestContext,
            new_request_id=lambda: f"req_{secrets.token_hex(12)}",
            metrics=metrics or Metrics(),
        ),
        # Whatever goes wrong further in is answered in the one shape.
        Middleware(ErrorBoundary),
        # Next to the work that it limits.
        Middleware(ConcurrencyLimit, limit=settings.max_concurrent_requests),
    )
    app = Starlette(
        routes=edge.routes(ENDPOINTS),
        middleware=middleware,
        exception_handlers={HTTPException: _no_such_path},
        lifespan=edge.lifespan,
    )
    app.router.redirect_slashes = False
    return app


class Edge:
    """Holds what handlers need, from the start of the process to its end."""

    def __init__(self, settings: GatewaySettings, services: Services | None) -> None:
        self._settings = settings
        self._services = services

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Opens the channels in the server's event loop and closes them when it ends."""
        if self._services is not None:
            yield
            return
        # Channels belong to the event loop, so they are opened inside it.
        services = GrpcServices(self._settings)
        self._services = services
        try:
            yield
        finally:
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
            "/docs/api/openapi": {"GET": Reference(endpoints).answer},
            **BrokerPages(lambda: self.services).routes(),
        }
        for endpoint in endpoints:
            paths.setdefault(endpoint.path, {})[endpoint.method] = self._answer(endpoint)
        return [
            Route(path, PathApp(path, paths[path])) for path in sorted(paths, key=lambda path: "{" in path)
        ]

    async def _readyz(self, request: Request) -> Response:
        return await readyz(request, self.services)

    def _answer(self, endpoint: Endpoint) -> Answer:
        async def answer(request: Request) -> Response:
            limit = self._settings.max_body_bytes
            return await endpoint.handler(Exchange(request, self.services, max_body_bytes=limit))

        return answer


class PathApp:
    """All methods of one path: those it has, HEAD for GET, OPTIONS, and 405 for the rest."""

    def __init__(self, path: str, answers: Mapping[str, Answer]) -> None:
        self._path = path
        self._answers = {**answers, **({"HEAD": answers["GET"]} if "GET" in answers else {})}
        self._allow = ", ".join(sorted([*self._answers, "OPTIONS"]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["entrygo.route"] = self._path
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        if request.method in self._answers:
            return await self._answers[request.method](request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": self._allow})
        return error_response(MethodNotAllowed(), {"allow": self._allow})


async def _no_such_path(request: Request, error: Exception) -> Response:
    return error_response(NotFound("There is no such path; /docs/api/openapi lists them."))
