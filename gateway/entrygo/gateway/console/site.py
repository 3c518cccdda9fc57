"""The console as routes: for browsers alone, each page behind session, door and check of origin."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from entrygo.domain.errors import EntryGoError, Kind, NotFound
from entrygo.gateway.console.addresses import page_of
from entrygo.gateway.console.cookies import drop_session, session_of
from entrygo.gateway.console.files.reading import ReadFile
from entrygo.gateway.console.origin import check_origin
from entrygo.gateway.console.pages import PAGES
from entrygo.gateway.console.screens import ASSETS_PATH, Screens
from entrygo.gateway.console.sign_in import LOGIN, LOGOUT, SignIn
from entrygo.gateway.console.visit import Page, Visit, problem
from entrygo.gateway.door.door import Admitted, Door
from entrygo.gateway.door.receiving import received
from entrygo.gateway.errors import RETRY_AFTER_SECONDS, STATUS_OF_KIND
from entrygo.gateway.identities import ask_identity
from entrygo.gateway.services import Call, Services
from entrygo.process.logging import bind_account
from entrygo.proto.identity.v1 import identity_pb2

MAX_FORM_BYTES = 64 * 1024
NO_SUCH_PATH = "There is no such path; /docs/api/openapi lists them."

Answer = Callable[[Request], Awaitable[Response]]
Open = Callable[[Request, Services], Awaitable[Response]]


class Console:
    """Its routes, over the services that the gateway has."""

    def __init__(
        self, door: Door, services: Callable[[], Services], *, max_file_bytes: int, read_file: ReadFile
    ) -> None:
        self._door = door
        self._services = services
        self._max_file_bytes = max_file_bytes
        self._read_file = read_file
        self._screens = Screens()

    def routes(self) -> dict[str, dict[str, Answer]]:
        """Path to method to answer, as the application lists its routes."""
        sign_in = SignIn(self._door, self._screens)
        paths: dict[str, dict[str, Answer]] = {
            LOGIN: {"GET": self._open(sign_in.show), "POST": self._open(sign_in.answer)},
            LOGOUT: {"POST": self._open(sign_in.leave)},
            ASSETS_PATH: {"GET": self._asset},
        }
        for page in PAGES:
            paths.setdefault(page.path, {})[page.method] = self._signed_in(page)
        return paths

    async def _asset(self, request: Request) -> Response:
        return self._screens.asset(request.path_params["digest"], request.path_params["name"])

    def _open(self, handler: Open) -> Answer:
        """A page for everybody: each peer has so many a second."""

        async def answer(request: Request) -> Response:
            _check_browser(request)
            try:
                self._door.admit_link(request)
                return await handler(request, self._services())
            except EntryGoError as error:
                return self._failed(request, error)

        return answer

    def _signed_in(self, page: Page) -> Answer:
        async def answer(request: Request) -> Response:
            secret = session_of(request, is_https=self._door.is_https(request.scope))
            has_session = secret.isascii() and secret.isprintable() and secret != ""
            if not (page.is_file and has_session):
                _check_browser(request)
            if not has_session:
                return _to_sign_in(request)
            call = self._door.call(request, secret)
            try:
                if page.method != "GET":
                    check_origin(request)
                return await self._visit(page, request, call)
            except EntryGoError as error:
                if error.error_kind is not Kind.UNAUTHENTICATED:
                    return self._failed(request, error)
                response = _to_sign_in(request, ended=True)
                drop_session(response, is_https=self._door.is_https(request.scope))
                return response

        return answer

    async def _visit(self, page: Page, request: Request, call: Call) -> Response:
        services = self._services()
        admitted = await self._door.admit(call)
        bind_account(admitted.account)
        if page.streams:
            self._door.take_download(admitted, request.scope["entrygo.ends"])
        if page.stays_open:
            await self._door.take_stream(admitted, request.scope["entrygo.ends"])
        turn = nullcontext() if page.stays_open else self._door.slots.hold(admitted.account)
        async with self._content(page, request, admitted) as content, turn:
            who = await ask_identity(services, lambda stub: stub.WhoAmI, identity_pb2.WhoAmIRequest(), call)
            visit = Visit(
                request,
                services,
                call,
                admitted=admitted,
                who=who,
                screens=self._screens,
                read_file=self._read_file,
                content=content,
            )
            response = await page.handler(visit)
            self._door.hold_answer(admitted, response, request.scope["entrygo.ends"])
            return response

    @asynccontextmanager
    async def _content(self, page: Page, request: Request, admitted: Admitted) -> AsyncIterator[bytes]:
        if page.method == "GET":
            yield b""
            return
        limit = self._max_file_bytes if page.takes_files else MAX_FORM_BYTES
        bodies, refused = self._door.bodies, self._door.refused_bytes
        who, account = admitted.key, admitted.account
        async with received(request, who, account, limit=limit, budget=bodies, refused=refused) as content:
            yield bytes(content)

    def _failed(self, request: Request, error: EntryGoError) -> Response:
        """A page that says what is wrong and how to go on."""
        if request.method == "GET" and "hx-request" in request.headers:
            # The part that was asked for stays as it is, with the time that it is of.
            return Response(status_code=204)
        status = STATUS_OF_KIND[error.error_kind]
        standing = {} if request.method == "GET" else {"stands_at": page_of(request.url.path)}
        response = self._screens.html("failed.html", status=status, error=problem(error), path="", **standing)
        if error.error_kind in RETRY_AFTER_SECONDS:
            response.headers["retry-after"] = str(RETRY_AFTER_SECONDS[error.error_kind])
        return response


def no_such_page() -> Response:
    """What is answered to a browser at a path that there is not."""
    error = problem(NotFound("There is no such page."))
    return Screens().html("failed.html", status=404, error=error, path="")


def _check_browser(request: Request) -> None:
    """404 for clients that do not accept HTML."""
    if "text/html" not in request.headers.get("accept", ""):
        raise NotFound(NO_SUCH_PATH)


def _to_sign_in(request: Request, *, ended: bool = False) -> Response:
    """The form for a key, which leads on to the page that was asked for or has the form that was sent."""
    is_form = request.method != "GET"
    page = page_of(request.url.path) if is_form else request.url.path
    marks = [f"next={quote(page)}"] if page != "/" else []
    if is_form:
        marks.append("ended=form")
    elif ended:
        marks.append("ended")
    address = f"{LOGIN}?{'&'.join(marks)}" if marks else LOGIN
    if "hx-request" in request.headers:
        # A part of a page: the whole page has to go.
        return Response(status_code=204, headers={"hx-redirect": address})
    return RedirectResponse(address, status_code=303)
