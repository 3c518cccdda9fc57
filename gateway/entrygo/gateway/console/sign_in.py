"""Signing in with a key, and out: the one place where the console sees a key, for one request."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from entrygo.domain.errors import EntryGoError, Kind, UnsupportedMediaType
from entrygo.domain.time import parse_rfc3339
from entrygo.gateway.console.cookies import drop_session, keep_session, session_of
from entrygo.gateway.console.origin import check_origin
from entrygo.gateway.console.screens import Screens
from entrygo.gateway.console.visit import problem
from entrygo.gateway.door.door import Door
from entrygo.gateway.errors import STATUS_OF_KIND
from entrygo.gateway.exchange import KEY_TEXT
from entrygo.gateway.forms import PLEASE, is_form, read_form
from entrygo.gateway.identities import ask_identity
from entrygo.gateway.services import Services
from entrygo.process.clock import utc_now
from entrygo.proto.identity.v1 import identity_pb2

LOGIN, LOGOUT = "/login", "/logout"
MAX_SIGN_IN_BYTES = 4 * 1024
REFUSED = "No such key works here. It may be mistyped, expired or revoked."
_KEY = re.compile(KEY_TEXT)
# A path of this server and nothing that a browser could read as another one.
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}")


class SignIn:
    """The form for the key, and what becomes of it."""

    def __init__(self, door: Door, screens: Screens) -> None:
        self._door = door
        self._screens = screens

    async def show(self, request: Request, services: Services) -> Response:
        """GET /login: the form for a key; `next` is where to go after it, a path of ours only."""
        return self._form(
            target_of(request.query_params.get("next", "")), ended=request.query_params.get("ended")
        )

    async def answer(self, request: Request, services: Services) -> Response:
        """POST /login: a session for a good key; a bad one counts against the peer as it does on REST."""
        check_origin(request)
        fields = read_form(await _content(request))
        target = target_of(fields.get("next", ""))
        key = fields.get("key", "").strip()
        call = self._door.call(request, key)
        try:
            if not is_sendable(key):
                raise self._door.refuse_nameless(request)
            await self._door.admit(call)
            opened = await ask_identity(
                services, lambda stub: stub.OpenSession, identity_pb2.OpenSessionRequest(), call
            )
        except EntryGoError as error:
            return self._form(target, error=error)
        response = RedirectResponse(target, status_code=303)
        lasts = parse_rfc3339(opened.expires_at) - utc_now()
        keep_session(
            response, opened.secret, int(lasts.total_seconds()), is_https=self._door.is_https(request.scope)
        )
        return response

    async def leave(self, request: Request, services: Services) -> Response:
        """POST /logout: the session is ended wherever it was copied to."""
        check_origin(request)
        is_https = self._door.is_https(request.scope)
        secret = session_of(request, is_https=is_https)
        if secret:
            call = self._door.call(request, secret)
            try:
                await ask_identity(
                    services, lambda stub: stub.EndSession, identity_pb2.EndSessionRequest(), call
                )
            except EntryGoError as error:
                if error.error_kind is not Kind.UNAUTHENTICATED:
                    raise
        response = RedirectResponse(LOGIN, status_code=303)
        drop_session(response, is_https=is_https)
        return response

    def _form(self, target: str, *, error: EntryGoError | None = None, ended: str | None = None) -> Response:
        shown = problem(error)
        if error is not None and shown is not None and error.error_kind is Kind.UNAUTHENTICATED:
            shown["message"] = REFUSED
        status = 200 if error is None else STATUS_OF_KIND[error.error_kind]
        refused = {} if error is None else {"stands_at": f"{LOGIN}?next={quote(target)}"}
        return self._screens.html(
            "login.html", status=status, target=target, error=shown, ended=ended, path=LOGIN, **refused
        )


async def _content(request: Request) -> bytes:
    if not is_form(request.headers.get("content-type", "")):
        raise UnsupportedMediaType(PLEASE)
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_SIGN_IN_BYTES:
            raise UnsupportedMediaType(PLEASE)
    return content


def is_sendable(key: str) -> bool:
    """Whether a text can be sent on as a key at all."""
    return _KEY.fullmatch(key) is not None


def target_of(path: str) -> str:
    """Where to go after signing in: a page of this console, whatever a link asked for."""
    return path if _OWN_PATH.fullmatch(path) else "/"
