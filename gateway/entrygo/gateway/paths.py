"""Which path answers: one of fixed words is looked up, one with an id in it is found among the others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from entrygo.domain.errors import MethodNotAllowed, NotFound
from entrygo.gateway.errors import error_response
from entrygo.gateway.html_pages import is_of_a_browser

# Up to this size an answer is not counted while it waits for its reader.
SMALL_ANSWER_BYTES = 64 * 1024

Answer = Callable[[Request], Awaitable[Response]]


class Gateway(Starlette):
    """Starlette with our middleware alone: its own two answer errors, which ErrorBoundary does."""

    def __init__(
        self,
        routes: Sequence[Route],
        middleware: Sequence[Middleware],
        lifespan: "Lifespan[Starlette]",
        no_such_page: Callable[[], Response],
    ) -> None:
        """`no_such_page`: what a browser is shown at a path that there is not; programs have JSON."""
        super().__init__(routes=routes, middleware=middleware, lifespan=lifespan)
        self.router.redirect_slashes = False
        self.router.default = partial(_no_such_path, no_such_page)

    def build_middleware_stack(self) -> ASGIApp:
        """The paths within what was listed."""
        app: ASGIApp = FixedFirst(self.router)
        for middleware, arguments, options in reversed(self.user_middleware):
            app = middleware(app, *arguments, **options)
        return app


class FixedFirst:
    """Hands a path of fixed words to its route at once; a router holds it against each in turn."""

    def __init__(self, router: Router) -> None:
        self._router = router
        routes = [route for route in router.routes if isinstance(route, Route)]
        self._fixed = {route.path: route.app for route in routes if not route.param_convertors}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._fixed.get(scope["path"]) if scope["type"] == "http" else None
        await (app or self._router)(scope, receive, send)


class PathApp:
    """All methods of one path: those it has, HEAD for GET, OPTIONS, and 405 for the rest."""

    def __init__(self, path: str, answers: Mapping[str, Answer]) -> None:
        self._path = path
        self._answers = {**answers, **({"HEAD": answers["GET"]} if "GET" in answers else {})}
        self._allow = ", ".join(sorted([*self._answers, "OPTIONS"]))

    @property
    def methods(self) -> frozenset[str]:
        """Those that have an answer of their own."""
        return frozenset(self._answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["entrygo.route"] = self._path
        with ExitStack() as ends:
            # What is held until the last byte of the answer has left.
            scope["entrygo.ends"] = ends
            response = await self._response(Request(scope, receive))
            await response(scope, receive, partial(_send_and_wait, send))

    async def _response(self, request: Request) -> Response:
        if request.method in self._answers:
            return await self._answers[request.method](request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": self._allow})
        return error_response(MethodNotAllowed(), {"allow": self._allow})


async def _send_and_wait(send: Send, message: Message) -> None:
    """As `send`; what ends a large answer waits until the rest of it was taken: the server would note it at
    once, and keep it for as long as the client does not read."""
    if len(message.get("body", b"")) > SMALL_ANSWER_BYTES and not message.get("more_body", False):
        await send({**message, "more_body": True})
        message = {"type": message["type"]}
    await send(message)


async def _no_such_path(page: Callable[[], Response], scope: Scope, receive: Receive, send: Send) -> None:
    is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    if is_read and is_of_a_browser(Request(scope)):
        response = page()
    else:
        response = error_response(NotFound("There is no such path; /docs/api/openapi lists them."))
    await response(scope, receive, send)
