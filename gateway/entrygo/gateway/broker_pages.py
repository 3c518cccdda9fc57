"""The pages behind a broker's signed link: HTML without scripts. The token goes to execution, which decides.

Nothing here is part of the API for machines: there is no key, and errors are pages too.
"""

import re
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from entrygo.domain.errors import EntryGoError, Kind
from entrygo.gateway.broker_summaries import FIELDS, label_of, read_form
from entrygo.gateway.broker_view import broker_view
from entrygo.gateway.entry_numbers import entry_at, numbers_in
from entrygo.gateway.errors import STATUS_OF_KIND
from entrygo.gateway.link_pages import (
    Answer,
    LinkPages,
    LinkUnreadable,
    as_page,
    form_of,
    token_of,
)
from entrygo.gateway.routes.customs_packages import bytes_of, document_headers
from entrygo.gateway.services import Services
from entrygo.proto.execution.v1 import execution_pb2

PAGE = "/broker/{token}"
PACK = "/broker/{token}/pack.zip"
DOCUMENT = "/broker/{token}/documents/{filename}"
_NAMED_PROBLEMS = 5
_NUMBER = "entry_number"


class BrokerPages(LinkPages):
    """Four routes: the page, its forms, the ZIP of every document, and each document."""

    about = "Customs package for broker review"

    def __init__(self, services: Callable[[], Services], peer_of: Callable[[Request], str]) -> None:
        super().__init__(services, peer_of)
        self._page = self._environment.get_template("broker.html")

    def routes(self) -> dict[str, dict[str, Answer]]:
        """Path to method to answer, as the application lists its routes."""
        return {
            PAGE: {"GET": self.show, "POST": self.answer},
            PACK: {"GET": self.pack},
            DOCUMENT: {"GET": self.document},
        }

    @as_page
    async def show(self, request: Request) -> Response:
        """GET: the page of one package, with a form while it can be answered."""
        token = token_of(request)
        link = await self._find_link(request, token)
        return self._package(token, link)

    @as_page
    async def answer(self, request: Request) -> Response:
        """POST: hands the form to execution; 303 to the page, or the page again with what is wrong."""
        token = token_of(request)
        fields = await form_of(request)
        try:
            services, asked = self._services(), _answer(token, fields)
            await services.write(services.execution.AnswerBrokerLink, asked, self._call(request))
        except EntryGoError as error:
            if error.error_kind not in (Kind.INVALID, Kind.CONFLICT):
                raise
            # What was typed stays, beside what is wrong with it.
            link = await self._find_link(request, token)
            return self._package(token, link, error=error, fields=fields)
        # A reload of what follows sends nothing again.
        return RedirectResponse(token, status_code=303, headers=self._headers)

    @as_page
    async def pack(self, request: Request) -> Response:
        """GET: every document of the package as one ZIP, streamed."""
        return await self._streamed(request, _find(token_of(request)))

    @as_page
    async def document(self, request: Request) -> Response:
        """GET: one document, streamed."""
        wanted = _find(token_of(request))
        wanted.filename = request.path_params["filename"]
        return await self._streamed(request, wanted)

    async def _streamed(self, request: Request, wanted: execution_pb2.FindBrokerLinkRequest) -> Response:
        services = self._services()
        chunks = services.document(services.execution.GetBrokerPack, wanted, self._call(request))
        first = await anext(chunks, None)
        if first is None or first.WhichOneof("part") != "artifact":
            await chunks.aclose()
            raise LinkUnreadable
        headers = document_headers(first.artifact) | self._headers
        if request.method == "HEAD":
            await chunks.aclose()
            return Response(headers=headers)
        return StreamingResponse(bytes_of(chunks), headers=headers)

    async def _find_link(self, request: Request, token: str) -> execution_pb2.BrokerLink:
        services = self._services()
        return await services.read(services.execution.FindBrokerLink, _find(token), self._call(request))

    def _package(
        self,
        token: str,
        link: execution_pb2.BrokerLink,
        *,
        error: EntryGoError | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Response:
        return self._html(
            self._page,
            status=200 if error is None else STATUS_OF_KIND[error.error_kind],
            token=token,
            link=broker_view(link),
            fields={"entry_number": "", "reason": "", **dict.fromkeys(FIELDS, ""), **(fields or {})},
            typed=fields or {},
            labels=FIELDS,
            wrong=None if error is None else _wrong(error, fields or {}),
        )


def _wrong(error: EntryGoError, fields: Mapping[str, str]) -> Mapping[str, object]:
    entry = _entry_of(error, fields)
    whose = "" if entry is None else f"Entry {entry}: "
    return {"field": error.field, "entry": entry, "message": f"{whose}{_problem(error)}"}


def _entry_of(error: EntryGoError, fields: Mapping[str, str]) -> int | None:
    """The entry whose number is wrong."""
    issues = (error.details or {}).get("issues") or []
    return entry_at(str(issues[0]["path"]), numbers_in(fields, _NUMBER)) if issues else None


def _problem(error: EntryGoError) -> str:
    issues = (error.details or {}).get("issues") or []
    if not issues:
        return error.message
    of_lines = [each for each in issues if str(each["path"]).startswith("lines.")]
    if not of_lines:
        return ": ".join(filter(None, (label_of(str(issues[0]["path"])), str(issues[0]["message"]))))
    return "; ".join(map(_problem_of_a_line, of_lines[:_NAMED_PROBLEMS]))


def _problem_of_a_line(issue: Mapping[str, object]) -> str:
    """`lines.1.htsCode` is the second row that was pasted, in the column `hts_code`."""
    _, position, *names = str(issue["path"]).split(".")
    if not position.isdigit():
        return str(issue["message"])
    column = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", ".".join(names)).lower()
    return ": ".join(filter(None, (f"Row {int(position) + 1}", column, str(issue["message"]))))


def _find(token: str) -> execution_pb2.FindBrokerLinkRequest:
    return execution_pb2.FindBrokerLinkRequest(token=token)


def _answer(token: str, fields: Mapping[str, str]) -> execution_pb2.AnswerBrokerLinkRequest:
    request = execution_pb2.AnswerBrokerLinkRequest(token=token)
    match fields.get("answer"):
        case "acknowledge":
            request.acknowledged.entry_number = fields.get("entry_number", "")
            for given in numbers_in(fields, _NUMBER):
                request.acknowledged.entry_numbers.add(entry=given.entry, entry_number=given.number)
        case "reject":
            request.rejected.reason = fields.get("reason", "")
        case "summary":
            request.summarized.CopyFrom(read_form(fields))
    return request
