"""The part of the fake services that answers signed links: one submission behind one token."""

from collections.abc import AsyncGenerator, Iterable

from entrygo.domain.errors import EntryGoError, Kind, NotFound, ValidationFailed
from entrygo.gateway.services import Call, Reply
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2

TOKEN = "cGF5bG9hZA.c2lnbmF0dXJl"
PACK = b"PK\x03\x04 every document"


class Replaced(EntryGoError):
    """This package was sent again: only the link in the newest mail is valid."""

    code = "LINK_REPLACED"
    kind = Kind.NOT_FOUND


def make_link() -> execution_pb2.BrokerLink:
    digest = "ab" * 32
    return execution_pb2.BrokerLink(
        mode="live",
        export_id="batch_123",
        package_number="cp_ch100001",
        prepared_at="2026-03-11T16:10:00.000Z",
        sender="customs@northshore.example.com",
        artifacts=[
            events_pb2.Artifact(filename="commercial_customs_invoice.html", size_bytes=14_000, sha256=digest),
            events_pb2.Artifact(filename="manifest.json", size_bytes=900, sha256=digest),
        ],
        broker_submission=events_pb2.BrokerSubmission(id="bes_1", status="sent"),
        pack=events_pb2.Artifact(
            filename="cp_ch100001.zip",
            media_type="application/zip",
            size_bytes=len(PACK),
            sha256=digest,
        ),
        expires_at="2026-06-09T16:10:00.000Z",
        summary=execution_pb2.BrokerLink.Summary(
            shipper="North Shore Goods",
            shipper_place="Richmond, BC, CA",
            contact="Dana Lee, +1 604 555 0100",
            port="Blaine, WA, 3004",
            arrives_on="2026-03-12",
            orders=2,
            value_usd="290",
            entries=[
                execution_pb2.BrokerLink.EntrySummary(
                    number=1, importer="Alder Inc", orders=1, lines=2, value_usd="180", entry_type="11"
                ),
                execution_pb2.BrokerLink.EntrySummary(
                    number=2, importer="Birch LLC", orders=1, lines=1, value_usd="110", entry_type="11"
                ),
            ],
        ),
    )


class FakeBrokerLinks:
    """Records answers as execution does, and refuses every other token."""

    def __init__(self) -> None:
        super().__init__()
        self.link = make_link()
        self.recipient = execution_pb2.MailRecipient(
            address="asked@broker.example", state="unconfirmed", account_id="acc_123"
        )
        self.summarized = execution_pb2.AnswerBrokerLinkRequest.Summarized()
        self.link_failure: Exception | None = None
        self.link_calls: list[Call] = []

    async def FindBrokerLink(
        self, request: execution_pb2.FindBrokerLinkRequest, call: Call
    ) -> execution_pb2.BrokerLink:
        return self._linked(request.token, call)

    async def AnswerBrokerLink(
        self, request: execution_pb2.AnswerBrokerLinkRequest, call: Call
    ) -> Reply[execution_pb2.BrokerLink]:
        submission = self._linked(request.token, call).broker_submission
        match request.WhichOneof("answer"):
            case "acknowledged":
                number = request.acknowledged.entry_number
                if number and "-" not in number:
                    raise ValidationFailed.of([("entryNumber", "Not an entry number", "invalid_string")])
                check_numbers(request.acknowledged.entry_numbers)
                submission.status, submission.entry_number = "acknowledged", number
                submission.entry_numbers.extend(
                    each for each in request.acknowledged.entry_numbers if each.entry_number
                )
            case "rejected":
                if not request.rejected.reason:
                    raise ValidationFailed.of([("reason", "Please say why", "invalid_type")])
                submission.status, submission.broker_reason = "rejected", request.rejected.reason
            case "summarized":
                given = request.summarized.summary
                submission.status, submission.entry_number = "acknowledged", given.entry_number
                self.link.entries.add(
                    entry=request.summarized.entry,
                    entry_number=given.entry_number,
                    duty_usd=given.duty_usd,
                    recorded_at="2026-03-12T09:30:00.000Z",
                )
                self.summarized = request.summarized
            case _:
                raise ValidationFailed.of([("answer", "Required", "invalid_type")])
        submission.answered_at = "2026-03-12T09:30:00.000Z"
        return Reply(self.link)

    async def FindMailRecipient(
        self, request: execution_pb2.FindMailRecipientRequest, call: Call
    ) -> execution_pb2.MailRecipient:
        return self._recipient(request.token, call)

    async def AnswerMailRecipient(
        self, request: execution_pb2.AnswerMailRecipientRequest, call: Call
    ) -> Reply[execution_pb2.MailRecipient]:
        recipient = self._recipient(request.token, call)
        recipient.state = "confirmed" if request.takes_mail else "refused"
        return Reply(recipient)

    async def ListMailRecipients(
        self, request: execution_pb2.ListMailRecipientsRequest, call: Call
    ) -> execution_pb2.ListMailRecipientsResponse:
        if self.link_failure is not None:
            raise self.link_failure
        states = {self.recipient.address: self.recipient.state}
        return execution_pb2.ListMailRecipientsResponse(
            data=[
                execution_pb2.MailRecipient(address=each, state=states.get(each, "allowed"))
                for each in request.addresses
            ]
        )

    async def GetBrokerPack(
        self, request: execution_pb2.FindBrokerLinkRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        link = self._linked(request.token, call)
        if request.filename:
            found = [each for each in link.artifacts if each.filename == request.filename]
            if not found:
                raise NotFound("This package has no such document.")
            yield execution_pb2.ArtifactChunk(artifact=found[0])
            yield execution_pb2.ArtifactChunk(content=request.filename.encode())
            return
        yield execution_pb2.ArtifactChunk(artifact=link.pack)
        yield execution_pb2.ArtifactChunk(content=PACK[:5])
        yield execution_pb2.ArtifactChunk(content=PACK[5:])

    def _recipient(self, token: str, call: Call) -> execution_pb2.MailRecipient:
        self._linked(token, call)
        return self.recipient

    def _linked(self, token: str, call: Call) -> execution_pb2.BrokerLink:
        self.link_calls.append(call)
        if self.link_failure is not None:
            raise self.link_failure
        if token != TOKEN:
            raise Replaced
        return self.link


def check_numbers(given: Iterable[events_pb2.EntryNumber]) -> None:
    """ValidationFailed, by its place, for what has no dash."""
    for place, each in enumerate(given):
        if each.entry_number and "-" not in each.entry_number:
            path = f"entryNumbers.{place}.entryNumber"
            raise ValidationFailed.of([(path, "Not an entry number", "invalid_string")])
