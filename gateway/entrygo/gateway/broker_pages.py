"""The pages behind a broker's signed link: HTML without scripts. The token goes to execution, which decides.

Nothing here is part of the API for machines: there is no key, and errors are pages too.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from importlib.resources import files
from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from entrygo.domain.errors import EntryGoError, Kind, PayloadTooLarge, UnsupportedMediaType
from entrygo.gateway.broker_view import broker_view
from entrygo.gateway.errors import RETRY_AFTER_SECONDS, STATUS_OF_KIND
from entrygo.gateway.html_pages import html_environment
from entrygo.gateway.routes.customs_packages import bytes_of, document_headers
from entrygo.gateway.services import Call, Services
from entrygo.proto.execution.v1 import execution_pb2

PAGE = "/broker/{token}"
PACK = "/broker/{token}/pack.zip"
MAX_FORM_BYTES = 16 * 1024
_FORM = "application/x-www-form-urlencoded"
# What mail programs take for a part of the address when it ends a sentence.
_AFTER_LINK = ".,;:!?)>]'\""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,400}\.[A-Za-z0-9_-]{1,100}")

Answer = Callable[[Request], Awaitable[Response]]
PageAnswer = Callable[["BrokerPages", Request], Awaitable[Response]]


class LinkUnreadable(EntryGoError):
    """This link is not valid. Please use the link in the newest mail about this package."""

    code = "LINK_NOT_VALID"
    kind = Kind.NOT_FOUND


def _as_page(answer: PageAnswer) -> PageAnswer:
    """Turns an error into a page that its reader understands."""

    @wraps(answer)
    async def answered(pages: "BrokerPages", request: Request) -> Response:
        try:
            return await answer(pages, request)
        except EntryGoError as error:
            return pages.error(error)

    return answered


class BrokerPages:
    """Three routes: the page, its forms, and the ZIP of every document."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services
        environment = html_environment()
        self._page = environment.get_template("broker.html")
        self._error = environment.get_template("broker_error.html")
        style = files("entrygo.gateway").joinpath("templates", "broker.css").read_text(encoding="utf-8")
        self._style = Markup(style)  # noqa: S704 - our own file
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
        self._headers = {
            "content-security-policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
                " base-uri 'none'; frame-ancestors 'none'"
            ),
            # The address is the right to answer: it goes nowhere else.
            "referrer-policy": "no-referrer",
            "x-robots-tag": "noindex, nofollow",
        }

    def routes(self) -> dict[str, dict[str, Answer]]:
        """Path to method to answer, as the application lists its routes."""
        return {PAGE: {"GET": self.show, "POST": self.answer}, PACK: {"GET": self.pack}}

    @_as_page
    async def show(self, request: Request) -> Response:
        """GET: the page of one package, with a form while it can be answered."""
        token = _token(request)
        link = await self._find_link(request, token)
        return self._html(token, link)

    @_as_page
    async def answer(self, request: Request) -> Response:
        """POST: hands the form to execution; 303 to the page, or the page again with what is wrong."""
        token = _token(request)
        fields = await _form(request)
        try:
            services = self._services()
            await services.write(services.execution.AnswerBrokerLink, _answer(token, fields), _call(request))
        except EntryGoError as error:
            if error.error_kind not in (Kind.INVALID, Kind.CONFLICT):
                raise
            # What was typed stays, beside what is wrong with it.
            link = await self._find_link(request, token)
            return self._html(token, link, error=error, fields=fields)
        # A reload of what follows sends nothing again.
        return RedirectResponse(token, status_code=303, headers=self._headers)

    @_as_page
    async def pack(self, request: Request) -> Response:
        """GET: every document of the package as one ZIP, streamed."""
        services, wanted = self._services(), _find(_token(request))
        chunks = services.document(services.execution.GetBrokerPack, wanted, _call(request))
        first = await anext(chunks, None)
        if first is None or first.WhichOneof("part") != "artifact":
            raise LinkUnreadable
        headers = document_headers(first.artifact) | self._headers
        if request.method == "HEAD":
            await chunks.aclose()
            return Response(headers=headers)
        return StreamingResponse(bytes_of(chunks), headers=headers)

    async def _find_link(self, request: Request, token: str) -> execution_pb2.BrokerLink:
        services = self._services()
        return await services.read(services.execution.FindBrokerLink, _find(token), _call(request))

    def error(self, error: EntryGoError) -> Response:
        """A page that says what is wrong, with the status of the error."""
        content = self._error.render(style=self._style, message=error.message)
        headers = dict(self._headers)
        if error.error_kind in RETRY_AFTER_SECONDS:
            headers["retry-after"] = str(RETRY_AFTER_SECONDS[error.error_kind])
        status = STATUS_OF_KIND[error.error_kind]
        return Response(content, status_code=status, headers=headers, media_type="text/html")

    def _html(
        self,
        token: str,
        link: execution_pb2.BrokerLink,
        *,
        error: EntryGoError | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Response:
        content = self._page.render(
            style=self._style,
            token=token,
            link=broker_view(link),
            fields={"entry_number": "", "reason": "", **(fields or {})},
            wrong=None if error is None else {"field": error.field, "message": _problem(error)},
        )
        status = 200 if error is None else STATUS_OF_KIND[error.error_kind]
        return Response(content, status_code=status, headers=self._headers, media_type="text/html")


def _problem(error: EntryGoError) -> str:
    issues = (error.details or {}).get("issues") or []
    return str(issues[0]["message"]) if issues else error.message


def _token(request: Request) -> str:
    token = str(request.path_params["token"]).rstrip(_AFTER_LINK)
    if not _TOKEN.fullmatch(token):
        raise LinkUnreadable
    return token


def _call(request: Request) -> Call:
    return Call("", request.scope["entrygo.request_id"])


def _find(token: str) -> execution_pb2.FindBrokerLinkRequest:
    return execution_pb2.FindBrokerLinkRequest(token=token)


def _answer(token: str, fields: Mapping[str, str]) -> execution_pb2.AnswerBrokerLinkRequest:
    request = execution_pb2.AnswerBrokerLinkRequest(token=token)
    match fields.get("answer"):
        case "acknowledge":
            request.acknowledged.entry_number = fields.get("entry_number", "")
        case "reject":
            request.rejected.reason = fields.get("reason", "")
    return request


async def _form(request: Request) -> Mapping[str, str]:
    """The first value of each field. Errors are EntryGoErrors."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMediaType("Please use the form on the page.")
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_FORM_BYTES:
            raise PayloadTooLarge("That is more text than we can take here.")
    try:
        fields = parse_qs(content.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise UnsupportedMediaType("Please use the form on the page.") from error
    return {name: _storable(values[0]) for name, values in fields.items()}


def _storable(text: str) -> str:
    """Without what has no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
