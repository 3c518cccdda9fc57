"""One visit of a page: who is there, what the form says, and the page that is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from entrygo.domain.errors import EntryGoError, UnsupportedMediaType, ValidationFailed
from entrygo.domain.plan_words import titled
from entrygo.gateway.console.addresses import page_of
from entrygo.gateway.console.files.reading import Read, ReadFile, Wanted
from entrygo.gateway.console.screens import Screens
from entrygo.gateway.door.door import Admitted
from entrygo.gateway.errors import STATUS_OF_KIND
from entrygo.gateway.exchange import Exchange
from entrygo.gateway.forms import PLEASE, is_form, read_form
from entrygo.gateway.services import Call, Services
from entrygo.imports.suggesting import spelled
from entrygo.proto.identity.v1 import identity_pb2

# A form that asks what each column of a file is has one field a column.
MAX_FIELDS = 400

# For people, instead of the sentence for programs; what is wrong follows.
NOT_TAKEN = "This cannot be taken as it is:"

Handler = Callable[["Visit"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """One method of one path. `takes_files`: its form may be as large as a request of the API.

    `streams`: the answer is a document, and counts as a download as it does on REST.
    `stays_open`: it is a stream of events, which holds nobody else's turn.
    `is_file`: it is a picture or a download, which a browser with a session asks for without a word of HTML.
    """

    method: str
    path: str
    handler: Handler
    takes_files: bool = False
    streams: bool = False
    stays_open: bool = False
    is_file: bool = False


class Visit(Exchange):
    """A request of somebody who is signed in, on its way through one page."""

    def __init__(
        self,
        request: Request,
        services: Services,
        call: Call,
        *,
        admitted: Admitted,
        who: identity_pb2.WhoAmIResponse,
        screens: Screens,
        read_file: ReadFile,
        content: bytes = b"",
    ) -> None:
        super().__init__(request, services, call, admitted=admitted, content=content)
        self.who = who
        self.content = content
        self._screens = screens
        self._read_file = read_file

    @property
    def account_id(self) -> str:
        """The account that is signed in."""
        return self.who.account_id

    async def admitted_with(self, secret: str) -> Call:
        """A call with a key that was typed, let in through the door as every key is. Raises InvalidApiKey."""
        call = self._admitted.door.call(self.request, secret)
        await self._admitted.door.admit(call)
        return call

    async def read_file(self, wanted: Wanted) -> Read:
        """What a file of this account holds, in turn with others; errors as of `reading.read`."""
        return await self._read_file(self._admitted.account, wanted)

    def may(self, scope: str) -> bool:
        """Whether the key has a scope: what it has not is not offered. The services decide."""
        return scope in self.who.scopes

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of the form that was sent, without blanks around them. Errors are EntryGoErrors."""
        if not is_form(self.request.headers.get("content-type", "")):
            raise UnsupportedMediaType(PLEASE)
        fields = read_form(self.content, max_fields=MAX_FIELDS)
        return {name: text.strip() for name, text in fields.items()}

    def given(self, *names: str) -> dict[str, str]:
        """The fields of the form that are not empty, of these names."""
        return {name: self.form[name] for name in names if self.form.get(name)}

    def page(
        self,
        template: str,
        *,
        error: EntryGoError | None = None,
        is_kept: bool = False,
        stands_at: str = "",
        **shown: Any,
    ) -> Response:
        """A page; with the status of `error`, if there is one, which the page has to show.

        `is_kept`: what it shows is nowhere but in its tab, which shows it again to the same key.
        `stands_at`: where a reload of what a form is answered leads, if not to the page of the form.
        """
        status = 200 if error is None else STATUS_OF_KIND[error.error_kind]
        path = self.request.url.path
        frame = {"who": self.who, "path": path, "may": self.may, "error": problem(error)}
        if is_kept:
            frame["kept_for"] = self.who.key_id
        if self.request.method != "GET":
            frame["stands_at"] = stands_at or page_of(path)
        return self._screens.html(template, status=status, **frame, **shown)

    def go(self, path: str) -> Response:
        """303: a reload of what follows sends nothing again."""
        return RedirectResponse(path, status_code=303)


def problem(error: EntryGoError | None) -> dict[str, Any] | None:
    """An error as pages show it: a sentence, and what is wrong in particular."""
    if error is None:
        return None
    details = error.details or {}
    issues = [f"{_named(each['path'])}: {each['message']}" for each in details.get("issues", ())]
    message = NOT_TAKEN if error.error_code == ValidationFailed.code else error.message
    if "requiredScope" in details:
        issues = [f"Your key lacks the scope {details['requiredScope']}."]
    return {"message": message, "issues": issues, "code": error.error_code}


def _named(path: str) -> str:
    """The field of a form that a path of REST leads to, as people write it: Bond: valid to."""
    parts = (part for part in path.split(".") if not part.isdecimal() and part != "items")
    return titled(".".join(map(spelled, parts)))
