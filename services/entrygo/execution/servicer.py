"""The gRPC edge of execution: messages in, use case, messages out. Decides nothing."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from entrygo.domain.principal import ScopeName
from entrygo.execution.broker.links import LinkedSubmission
from entrygo.execution.broker.messages import link_message, recipient_message
from entrygo.execution.package.sample_snapshot import SAMPLE
from entrygo.execution.requests.broker import (
    mail_addresses,
    note_command,
    preview_query,
    read_answer,
    resubmit_command,
    trial_command,
)
from entrygo.execution.requests.closing import check_amend, withdraw_command
from entrygo.execution.requests.execute import execute_command
from entrygo.execution.requests.notice import read_notice
from entrygo.execution.requests.reconciliation import (
    close_command,
    find_command,
    linked_command,
    list_command,
    record_command,
)
from entrygo.execution.state.events import artifact_message
from entrygo.execution.state.records import Artifact
from entrygo.execution.use_cases import ExecutionUseCases
from entrygo.identity.current import principal
from entrygo.messaging.event_log import recorded_since
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.rpc.answers import answered
from entrygo.rpc.interceptors.auth import Access, OnBehalf, RequiredScopes

SERVICE_NAME = execution_pb2.DESCRIPTOR.services_by_name["Execution"].full_name
REQUIRED_SCOPES: RequiredScopes = {
    f"/{SERVICE_NAME}/ExecuteExport": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/ResubmitToBroker": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/NoteBrokerAnswer": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/WithdrawExport": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/AmendExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/RecordEntrySummary": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/CloseEntryTask": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/ListEntrySummaries": ScopeName.READ,
    f"/{SERVICE_NAME}/FindCustomsPackages": ScopeName.READ,
    f"/{SERVICE_NAME}/GetActualCosts": ScopeName.READ,
    f"/{SERVICE_NAME}/GetArtifact": ScopeName.READ,
    f"/{SERVICE_NAME}/PreviewBrokerTemplate": ScopeName.READ,
    f"/{SERVICE_NAME}/TestBroker": ScopeName.SETUP,
    # The signed token in the request is the credential.
    f"/{SERVICE_NAME}/FindBrokerLink": Access.OPEN,
    f"/{SERVICE_NAME}/AnswerBrokerLink": Access.OPEN,
    f"/{SERVICE_NAME}/GetBrokerPack": Access.OPEN,
    f"/{SERVICE_NAME}/ListMailRecipients": ScopeName.READ,
    f"/{SERVICE_NAME}/FindMailRecipient": Access.OPEN,
    f"/{SERVICE_NAME}/AnswerMailRecipient": Access.OPEN,
    f"/{SERVICE_NAME}/MailWebhookNotice": OnBehalf(ScopeName.SETUP),
    f"/{SERVICE_NAME}/EventsAfter": ScopeName.READ,
    f"/{SERVICE_NAME}/ReplayEvents": Access.SERVICE_ONLY,
    f"/{SERVICE_NAME}/GetHistory": Access.SERVICE_ONLY,
}

CHUNK_BYTES = 256 * 1024

Context = grpc.aio.ServicerContext[Any, Any]


class ExecutionServicer(execution_pb2_grpc.ExecutionServicer):
    """Every RPC of execution. Errors leave as EntryGoError; the server's interceptor gives them a status."""

    def __init__(self, use_cases: ExecutionUseCases) -> None:
        self._executions = use_cases.executions
        self._resubmission = use_cases.resubmission
        self._noted_answers = use_cases.noted_answers
        self._withdrawals = use_cases.withdrawals
        self._amendments = use_cases.amendments
        self._reconciliations = use_cases.reconciliations
        self._entry_outcomes = use_cases.entry_outcomes
        self._packages = use_cases.packages
        self._links = use_cases.links
        self._recipients = use_cases.recipients
        self._notices = use_cases.notices
        self._template_previews = use_cases.template_previews
        self._trials = use_cases.trials

    async def ExecuteExport(
        self, request: execution_pb2.ExecuteExportRequest, context: Context
    ) -> execution_pb2.ExecuteExportResponse:
        """Executes an export, or answers as the first call with the key."""
        reply = await self._executions.execute(execute_command(request))
        return answered(reply, execution_pb2.ExecuteExportResponse, context)

    async def ResubmitToBroker(
        self, request: execution_pb2.ResubmitToBrokerRequest, context: Context
    ) -> execution_pb2.ResubmitToBrokerResponse:
        """Sends the package of an export to its broker again."""
        reply = await self._resubmission.resubmit(resubmit_command(request))
        return answered(reply, execution_pb2.ResubmitToBrokerResponse, context)

    async def NoteBrokerAnswer(
        self, request: execution_pb2.NoteBrokerAnswerRequest, context: Context
    ) -> execution_pb2.NoteBrokerAnswerResponse:
        """Records what the broker said outside of its link."""
        reply = await self._noted_answers.note(note_command(request))
        return answered(reply, execution_pb2.NoteBrokerAnswerResponse, context)

    async def WithdrawExport(
        self, request: execution_pb2.WithdrawExportRequest, context: Context
    ) -> execution_pb2.WithdrawExportResponse:
        """Takes an executed export back and asks the broker not to file."""
        reply = await self._withdrawals.withdraw(withdraw_command(request))
        return answered(reply, execution_pb2.WithdrawExportResponse, context)

    async def AmendExport(
        self, request: execution_pb2.AmendExportRequest, context: Context
    ) -> planning_pb2.PlanExportResponse:
        """Plans the successor of an executed export, with what is known of its entry."""
        check_amend(request)
        reply = await self._amendments.amend(principal().visible, request)
        return answered(reply, planning_pb2.PlanExportResponse, context)

    async def RecordEntrySummary(
        self, request: execution_pb2.RecordEntrySummaryRequest, context: Context
    ) -> execution_pb2.EntryReconciliation:
        """Stores what the broker entered and compares it with the estimate."""
        reply = await self._reconciliations.record(record_command(request))
        return answered(reply, execution_pb2.EntryReconciliation, context)

    async def CloseEntryTask(
        self, request: execution_pb2.CloseEntryTaskRequest, context: Context
    ) -> execution_pb2.EntryReconciliation:
        """Closes a difference with a note; answers the entry as it stands then. NotFound for no such task."""
        reply = await self._reconciliations.close_task(close_command(request))
        return answered(reply, execution_pb2.EntryReconciliation, context)

    async def ListEntrySummaries(
        self, request: execution_pb2.ListEntrySummariesRequest, _context: Context
    ) -> execution_pb2.ListEntrySummariesResponse:
        """A page of the entry summaries that the filters let through, and the cursor of the next."""
        wanted, export_id = list_command(request)
        return await self._entry_outcomes.page(principal().visible, wanted, export_id)

    async def FindCustomsPackages(
        self, request: execution_pb2.FindCustomsPackagesRequest, _context: Context
    ) -> execution_pb2.FindCustomsPackagesResponse:
        """Packages by their number, or by that of an entry."""
        return await self._entry_outcomes.find_packages(principal().visible, find_command(request))

    async def GetActualCosts(
        self, request: execution_pb2.GetActualCostsRequest, _context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        """The actual landed costs of an export as CSV, in chunks."""
        table = await self._entry_outcomes.costs(principal().visible, request.export_id)
        yield execution_pb2.ArtifactChunk(artifact=artifact_message(table.artifact))
        for start in range(0, len(table.content), CHUNK_BYTES):
            yield execution_pb2.ArtifactChunk(content=table.content[start : start + CHUNK_BYTES])

    async def GetArtifact(
        self, request: execution_pb2.GetArtifactRequest, _context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        """A document: its metadata, then its bytes in chunks."""
        visible = principal().visible
        artifact = await self._packages.artifact(visible, request.customs_package_id, request.filename)
        async for chunk in _document(artifact, self._packages.contents(visible.tenant, artifact)):
            yield chunk

    async def PreviewBrokerTemplate(
        self, request: execution_pb2.PreviewBrokerTemplateRequest, _context: Context
    ) -> execution_pb2.BrokerTemplatePreview:
        """The first rows in a broker's own layout, of a plan or of a made-up one."""
        shown = await self._template_previews.preview(preview_query(request))
        return execution_pb2.BrokerTemplatePreview(
            filename=shown.filename,
            media_type=shown.media_type,
            content=shown.content,
            header=shown.header,
            rows=[execution_pb2.BrokerTemplateRow(cells=row) for row in shown.rows],
            row_count=shown.row_count,
            source=request.export_id or SAMPLE,
        )

    async def TestBroker(
        self, request: execution_pb2.TestBrokerRequest, context: Context
    ) -> execution_pb2.BrokerTrial:
        """Tests the way to a broker."""
        reply = await self._trials.make(trial_command(request))
        return answered(reply, execution_pb2.BrokerTrial, context)

    async def FindBrokerLink(
        self, request: execution_pb2.FindBrokerLinkRequest, _context: Context
    ) -> execution_pb2.BrokerLink:
        """What the holder of a signed link may see."""
        return await self._link_message(await self._links.find(request.token))

    async def AnswerBrokerLink(
        self, request: execution_pb2.AnswerBrokerLinkRequest, _context: Context
    ) -> execution_pb2.BrokerLink:
        """Records the broker's answer, given by its signed link."""
        # A holder of a token learns what is wrong with an answer, others only that the token is.
        found = await self._links.find(request.token)
        if request.WhichOneof("answer") == "summarized":
            await self._reconciliations.record_linked(linked_command(found.submission, request.summarized))
            return await self._link_message(await self._links.find(request.token))
        return await self._link_message(await self._links.answer(request.token, read_answer(request)))

    async def GetBrokerPack(
        self, request: execution_pb2.FindBrokerLinkRequest, _context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        """Every document in one ZIP, for the holder of a signed link."""
        found = await self._links.find(request.token)
        wanted = found.document(request.filename) if request.filename else found.pack
        contents = self._packages.contents(found.submission.tenant, wanted)
        async for chunk in _document(wanted, contents):
            yield chunk

    async def _link_message(self, found: LinkedSubmission) -> execution_pb2.BrokerLink:
        submission = found.submission
        outcomes = await self._entry_outcomes.of_export(submission.visible, submission.export_id)
        return link_message(found, outcomes)

    async def ListMailRecipients(
        self, request: execution_pb2.ListMailRecipientsRequest, _context: Context
    ) -> execution_pb2.ListMailRecipientsResponse:
        """Of each address asked for, whether mail to it leaves: unconfirmed, confirmed, allowed …"""
        addresses = mail_addresses(request)
        states = await self._recipients.states(principal().visible, addresses)
        found = zip(addresses, states, strict=True)
        return execution_pb2.ListMailRecipientsResponse(
            data=[execution_pb2.MailRecipient(address=address, state=state) for address, state in found]
        )

    async def FindMailRecipient(
        self, request: execution_pb2.FindMailRecipientRequest, _context: Context
    ) -> execution_pb2.MailRecipient:
        """A recipient, for the holder of the recipient's link."""
        return recipient_message(await self._recipients.find(request.token))

    async def AnswerMailRecipient(
        self, request: execution_pb2.AnswerMailRecipientRequest, _context: Context
    ) -> execution_pb2.MailRecipient:
        """Records whether a recipient takes our mail."""
        return recipient_message(await self._recipients.answer(request.token, takes_mail=request.takes_mail))

    async def MailWebhookNotice(
        self, request: execution_pb2.MailWebhookNoticeRequest, _context: Context
    ) -> execution_pb2.MailWebhookNoticeResponse:
        """Queues the mail that a webhook was disabled."""
        await self._notices.queue(principal().visible, read_notice(request))
        return execution_pb2.MailWebhookNoticeResponse(id=request.id)

    async def EventsAfter(
        self, request: events_pb2.EventsAfterRequest, _context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        """Events of one export after a sequence."""
        events = await self._packages.events_after(
            principal().visible,
            export_id=request.stream_id,
            package_id=request.customs_package_id,
            sequence=request.after_sequence,
            event_id=request.after_event_id,
        )
        for event in events:
            yield event

    async def ReplayEvents(
        self, request: events_pb2.ReplayEventsRequest, _context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        """Events of every account, for a rebuild."""
        async for event in self._packages.every_event(recorded_since(request)):
            yield event

    async def GetHistory(
        self, _request: events_pb2.GetHistoryRequest, _context: Context
    ) -> events_pb2.History:
        """Which life of the database the events are of."""
        return await self._packages.history()


async def _document(
    artifact: Artifact, contents: AsyncIterator[bytes]
) -> AsyncIterator[execution_pb2.ArtifactChunk]:
    """The head follows the first bytes: once it is out, an error can only cut the body short."""
    first = await anext(contents, b"")
    yield execution_pb2.ArtifactChunk(artifact=artifact_message(artifact))
    yield execution_pb2.ArtifactChunk(content=first)
    async for content in contents:
        yield execution_pb2.ArtifactChunk(content=content)
