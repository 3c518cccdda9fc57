"""The page behind the link that asks a recipient whether it takes an account's mail.

Opening it answers nothing: scanners of mail open links before anybody reads them. The form does.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from entrygo.domain.errors import ValidationFailed
from entrygo.gateway.link_pages import Answer, LinkPages, as_page, form_of, token_of
from entrygo.gateway.services import Services
from entrygo.proto.execution.v1 import execution_pb2

PAGE = "/recipient/{token}"
_ANSWERS = {"yes": True, "no": False}


class RecipientPages(LinkPages):
    """One route: the question and its form."""

    about = "Customs packages by e-mail"

    def __init__(self, services: Callable[[], Services], peer_of: Callable[[Request], str]) -> None:
        super().__init__(services, peer_of)
        self._page = self._environment.get_template("recipient.html")

    def routes(self) -> dict[str, dict[str, Answer]]:
        """Path to method to answer, as the application lists its routes."""
        return {PAGE: {"GET": self.show, "POST": self.answer}}

    @as_page
    async def show(self, request: Request) -> Response:
        """GET: the question, and what was answered so far."""
        services, wanted = self._services(), execution_pb2.FindMailRecipientRequest(token=token_of(request))
        found = await services.read(services.execution.FindMailRecipient, wanted, self._call(request))
        return self._html(self._page, recipient=found)

    @as_page
    async def answer(self, request: Request) -> Response:
        """POST: hands the answer to execution; 303 to the page."""
        token, services = token_of(request), self._services()
        takes_mail = _ANSWERS.get((await form_of(request)).get("answer", ""))
        if takes_mail is None:
            raise ValidationFailed.of([("answer", "Please choose one of the two", "invalid_type")])
        given = execution_pb2.AnswerMailRecipientRequest(token=token, takes_mail=takes_mail)
        await services.write(services.execution.AnswerMailRecipient, given, self._call(request))
        return RedirectResponse(token, status_code=303, headers=self._headers)
