"""What the pages behind signed links have in common: no scripts, no key, and errors that people can read."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from importlib.resources import files
from typing import Any, ClassVar, TypeVar

from jinja2 import Template
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, Kind, PayloadTooLarge, UnsupportedMediaType
from entrygo.gateway.errors import RETRY_AFTER_SECONDS, STATUS_OF_KIND
from entrygo.gateway.forms import PLEASE, is_form, read_form
from entrygo.gateway.html_pages import html_environment
from entrygo.gateway.services import Call, Services

MAX_FORM_BYTES = 16 * 1024
# An entry number for each of fifty entries, and the other fields.
MAX_FORM_FIELDS = 70
# What mail programs take for a part of the address when it ends a sentence.
_AFTER_LINK = ".,;:!?)>]'\""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,400}\.[A-Za-z0-9_-]{1,100}")

Answer = Callable[[Request], Awaitable[Response]]


class LinkUnreadable(EntryGoError):
    """This link is not valid. Please use the link in the newest mail about this package."""

    code = "LINK_NOT_VALID"
    kind = Kind.NOT_FOUND


class LinkPages:
    """The frame of such pages: their style, their headers, and the page of an error."""

    about: ClassVar[str]

    def __init__(self, services: Callable[[], Services], peer_of: Callable[[Request], str]) -> None:
        self._services = services
        self._peer_of = peer_of
        self._environment = html_environment()
        self._error = self._environment.get_template("link_error.html")
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

    def error(self, error: EntryGoError) -> Response:
        """A page that says what is wrong, with the status of the error."""
        headers = dict(self._headers)
        if error.error_kind in RETRY_AFTER_SECONDS:
            headers["retry-after"] = str(RETRY_AFTER_SECONDS[error.error_kind])
        content = self._error.render(style=self._style, about=self.about, message=error.message)
        status = STATUS_OF_KIND[error.error_kind]
        return Response(content, status_code=status, headers=headers, media_type="text/html")

    def _call(self, request: Request) -> Call:
        """A call without a key: the token is the credential, and what it holds counts for the peer."""
        return Call("", request.scope["entrygo.request_id"], self._peer_of(request))

    def _html(self, template: Template, *, status: int = 200, **shown: Any) -> Response:
        content = template.render(style=self._style, **shown)
        return Response(content, status_code=status, headers=self._headers, media_type="text/html")


P = TypeVar("P", bound=LinkPages)


def as_page(
    answer: Callable[[P, Request], Awaitable[Response]],
) -> Callable[[P, Request], Awaitable[Response]]:
    """Turns an error into a page that its reader understands."""

    @wraps(answer)
    async def answered(pages: P, request: Request) -> Response:
        try:
            return await answer(pages, request)
        except EntryGoError as error:
            return pages.error(error)

    return answered


def token_of(request: Request) -> str:
    """The token in the address; LinkUnreadable for what cannot be one."""
    token = str(request.path_params["token"]).rstrip(_AFTER_LINK)
    if not _TOKEN.fullmatch(token):
        raise LinkUnreadable
    return token


async def form_of(request: Request) -> Mapping[str, str]:
    """The first value of each field. Errors are EntryGoErrors."""
    if not is_form(request.headers.get("content-type", "")):
        raise UnsupportedMediaType(PLEASE)
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_FORM_BYTES:
            raise PayloadTooLarge("That is more text than we can take here.")
    return read_form(content, max_fields=MAX_FORM_FIELDS)
