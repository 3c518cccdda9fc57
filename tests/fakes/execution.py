"""The part of the fake services that executes: one document, and a submission that is sent at once."""

import hashlib
from collections.abc import AsyncGenerator

from entrygo.domain.errors import (
    InvalidExportState,
    NotFound,
)
from entrygo.gateway.services import Call, Reply
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.planning.v1 import planning_pb2
from tests.fakes.broker_links import check_numbers
from tests.fakes.memory import EXECUTED_AT, Memory

MANIFEST = b'{"manifest":true}'
COSTS = b'"package_number"\r\n'


class FakeExecution(Memory):
    """Executes what is planned, once."""

    def __init__(self) -> None:
        super().__init__()
        # Of documents that are something else than the manifest, by their filename.
        self.contents: dict[str, bytes] = {}
        self.trial_outcome = "sent"

    async def FindCustomsPackages(
        self, request: execution_pb2.FindCustomsPackagesRequest, call: Call
    ) -> execution_pb2.FindCustomsPackagesResponse:
        account = self._account(call)
        found = [
            execution_pb2.FindCustomsPackagesResponse.Package(
                id=export.customs_package.id,
                package_number=export.customs_package.package_number,
                export_id=export.export_id,
                entry_numbers=[each.entry_number for each in export.broker_submissions if each.entry_number],
            )
            for (owner, _), export in self._exports.items()
            if owner == account and export.customs_package.id
        ]
        return execution_pb2.FindCustomsPackagesResponse(
            data=[each for each in found if request.number in (each.package_number, *each.entry_numbers)]
        )

    async def ExecuteExport(
        self, request: execution_pb2.ExecuteExportRequest, call: Call
    ) -> Reply[execution_pb2.ExecuteExportResponse]:
        account = self._enter(request, call, request.account_id)
        return self._once(account, "execute", request, lambda: self._execute(account, request))

    def _execute(
        self, account: str, request: execution_pb2.ExecuteExportRequest
    ) -> execution_pb2.ExecuteExportResponse:
        export = self._export(account, request.batch_id)
        self._advance(export, "COMPLETED", "export.executed")
        export.executed_at = EXECUTED_AT
        artifact = events_pb2.Artifact(
            artifact_type="manifest",
            filename="manifest.json",
            generated_at=EXECUTED_AT,
            media_type="application/json",
            size_bytes=len(MANIFEST),
            sha256=hashlib.sha256(MANIFEST).hexdigest(),
        )
        export.customs_package.CopyFrom(
            events_pb2.CustomsPackage(
                id=self._new("cp"),
                export_batch_id=export.export_id,
                package_number="cp_ch100001",
                state="sent_to_broker",
                created_at=EXECUTED_AT,
                artifacts=[artifact],
            )
        )
        for recipient, channel in (("broker", "EMAIL"), ("warehouse", "LIFECYCLE_EVENT")):
            export.notifications.add(
                id=self._new("notif"),
                channel=channel,
                status="sent",
                recipient=recipient,
                created_at=EXECUTED_AT,
            )
        export.broker_submissions.append(self._submission(""))
        return execution_pb2.ExecuteExportResponse(
            export_id=export.export_id,
            status="COMPLETED",
            customs_package_id=export.customs_package.id,
            plan_hash=export.plan.plan_hash,
            artifacts=[artifact],
            notification_ids=[found.id for found in export.notifications],
            execution_timestamp=EXECUTED_AT,
            broker_submission=export.broker_submissions[-1],
        )

    async def ResubmitToBroker(
        self, request: execution_pb2.ResubmitToBrokerRequest, call: Call
    ) -> Reply[execution_pb2.ResubmitToBrokerResponse]:
        export = self._export(self._enter(request, call), request.export_id)
        if export.state != "COMPLETED":
            raise InvalidExportState(details={"currentState": export.state})
        export.broker_submissions.append(self._submission(request.reason))
        answer = execution_pb2.ResubmitToBrokerResponse(broker_submission=export.broker_submissions[-1])
        return Reply(answer)

    async def NoteBrokerAnswer(
        self, request: execution_pb2.NoteBrokerAnswerRequest, call: Call
    ) -> Reply[execution_pb2.NoteBrokerAnswerResponse]:
        export = self._export(self._enter(request, call), request.export_id)
        if export.state != "COMPLETED":
            raise InvalidExportState(details={"currentState": export.state})
        check_numbers(request.entry_numbers)
        submission = export.broker_submissions[-1]
        submission.entry_numbers.extend(request.entry_numbers)
        statuses = {"arrived": "sent", "not_arrived": "failed"}
        submission.status = statuses.get(request.outcome, request.outcome)
        submission.noted_by, submission.note = request.noted_by, request.note
        if request.entry_number:
            submission.entry_number = request.entry_number
        return Reply(execution_pb2.NoteBrokerAnswerResponse(broker_submission=submission))

    async def WithdrawExport(
        self, request: execution_pb2.WithdrawExportRequest, call: Call
    ) -> Reply[execution_pb2.WithdrawExportResponse]:
        account = self._enter(request, call)
        return self._once(account, "withdraw", request, lambda: self._withdraw(account, request))

    def _withdraw(
        self, account: str, request: execution_pb2.WithdrawExportRequest
    ) -> execution_pb2.WithdrawExportResponse:
        export = self._export(account, request.export_id)
        if export.state != "COMPLETED":
            raise InvalidExportState(details={"currentState": export.state})
        answer = execution_pb2.WithdrawExportResponse(
            export_id=export.export_id,
            status="DRY_RUN",
            customs_package_id=export.customs_package.id,
            reason=request.reason,
            orders=len(export.plan.included_order_ids),
            broker_told=True,
        )
        if request.dry_run:
            return answer
        self._advance(export, "WITHDRAWN", "export.withdrawn")
        export.customs_package.state = "withdrawn"
        export.withdrawal.withdrawn_at, export.withdrawal.reason = EXECUTED_AT, request.reason
        notice = self._submission(request.reason)
        notice.kind = "withdrawal"
        export.broker_submissions.append(notice)
        answer.status, answer.withdrawn_at = "WITHDRAWN", EXECUTED_AT
        answer.broker_notices.append(notice)
        return answer

    async def AmendExport(
        self, request: execution_pb2.AmendExportRequest, call: Call
    ) -> Reply[planning_pb2.PlanExportResponse]:
        account = self._enter(request, call)
        return self._once(account, "amend", request, lambda: self._amend(account, request))

    def _amend(
        self, account: str, request: execution_pb2.AmendExportRequest
    ) -> planning_pb2.PlanExportResponse:
        export = self._export(account, request.export_id)
        if export.state != "COMPLETED":
            raise InvalidExportState(details={"currentState": export.state})
        plan = events_pb2.Plan()
        plan.CopyFrom(export.plan)
        left_out = [*request.leave_out_order_ids, *request.leave_out_external_order_ids]
        kept = [each for each in plan.included_order_ids if each not in left_out]
        plan.included_order_ids[:] = [*kept, *request.add_order_ids, *request.add_external_order_ids]
        return planning_pb2.PlanExportResponse(
            export_id="" if request.dry_run else self._new("batch"),
            status="DRY_RUN" if request.dry_run else "BATCHED",
            revision=1,
            plan=plan,
            supersedes=export.export_id,
            changes=[f"Order {each}: left out." for each in left_out],
        )

    async def PreviewBrokerTemplate(
        self, request: execution_pb2.PreviewBrokerTemplateRequest, call: Call
    ) -> execution_pb2.BrokerTemplatePreview:
        self._enter(request, call)
        columns = request.template.columns
        cells = [column.constant or f"<{column.field}>" for column in columns]
        return execution_pb2.BrokerTemplatePreview(
            filename="broker_template.csv",
            media_type="text/csv",
            content=b"x",
            header=[column.header for column in columns],
            rows=[execution_pb2.BrokerTemplateRow(cells=cells)],
            row_count=1,
            source=request.export_id or "sample",
        )

    async def TestBroker(
        self, request: execution_pb2.TestBrokerRequest, call: Call
    ) -> Reply[execution_pb2.BrokerTrial]:
        account = self._enter(request, call)
        if ("broker", account, request.broker_id) not in self._facts:
            raise NotFound("Broker not found.")
        trial = execution_pb2.BrokerTrial(
            broker_id=request.broker_id,
            channel="email",
            destination="broker@example.com",
            outcome=self.trial_outcome,
            message="250 OK",
            made_at=EXECUTED_AT,
        )
        return self._once(account, "test_broker", request, lambda: trial)

    async def RecordEntrySummary(
        self, request: execution_pb2.RecordEntrySummaryRequest, call: Call
    ) -> Reply[execution_pb2.EntryReconciliation]:
        account = self._enter(request, call)
        return self._once(account, "record", request, lambda: self._record(account, request))

    def _record(
        self, account: str, request: execution_pb2.RecordEntrySummaryRequest
    ) -> execution_pb2.EntryReconciliation:
        export = self._export(account, request.export_id)
        outcome = events_pb2.EntryOutcome(
            entry=request.entry,
            entry_number=request.summary.entry_number,
            revision=1,
            state="differs",
            recorded_at=EXECUTED_AT,
            given_by="api",
            duty_usd=request.summary.duty_usd or None,
            lines=len(request.summary.lines),
            open_tasks=1,
            reasons=["DUTY_DIFFERS"],
        )
        export.entry_outcomes.append(outcome)
        found = execution_pb2.EntryReconciliation(
            export_id=export.export_id,
            customs_package_id=export.customs_package.id,
            package_number=export.customs_package.package_number,
            outcome=outcome,
            summary=request.summary,
        )
        found.tasks.add(id="etk_1", code="DUTY_DIFFERS", place="entry", state="open", opened_at=EXECUTED_AT)
        self.reconciliations.setdefault(account, []).append(found)
        return found

    async def CloseEntryTask(
        self, request: execution_pb2.CloseEntryTaskRequest, call: Call
    ) -> Reply[execution_pb2.EntryReconciliation]:
        account = self._enter(request, call)
        for found in self.reconciliations.get(account, []):
            for task in found.tasks:
                if (found.export_id, task.id) == (request.export_id, request.task_id):
                    task.state, task.note, task.closed_at = "closed", request.note, EXECUTED_AT
                    return Reply(found)
        raise NotFound("This entry has no such task.")

    async def ListEntrySummaries(
        self, request: execution_pb2.ListEntrySummariesRequest, call: Call
    ) -> execution_pb2.ListEntrySummariesResponse:
        data = self.reconciliations.get(self._enter(request, call), [])
        wanted = [each for each in data if request.export_id in ("", each.export_id)]
        return execution_pb2.ListEntrySummariesResponse(data=wanted)

    async def GetActualCosts(
        self, request: execution_pb2.GetActualCostsRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        export = self._export(self._enter(request, call), request.export_id)
        artifact = events_pb2.Artifact(
            artifact_type="actual_landed_costs",
            filename=f"{export.customs_package.package_number}_actual-landed-costs.csv",
            generated_at=EXECUTED_AT,
            media_type="text/csv; charset=utf-8",
            size_bytes=len(COSTS),
            sha256=hashlib.sha256(COSTS).hexdigest(),
        )
        yield execution_pb2.ArtifactChunk(artifact=artifact)
        yield execution_pb2.ArtifactChunk(content=COSTS)

    async def GetArtifact(
        self, request: execution_pb2.GetArtifactRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        package = self._package(self._enter(request, call), request.customs_package_id)
        artifact = next((one for one in package.artifacts if one.filename == request.filename), None)
        if artifact is None:
            raise NotFound("Artifact not found.")
        yield execution_pb2.ArtifactChunk(artifact=artifact)
        content = self.contents.get(request.filename, MANIFEST)
        for start in range(0, len(content), 8):
            yield execution_pb2.ArtifactChunk(content=content[start : start + 8])

    def _submission(self, reason: str) -> events_pb2.BrokerSubmission:
        return events_pb2.BrokerSubmission(
            id=self._new("bes"),
            submission_type="EMAIL",
            status="sent",
            recipient_email="broker@example.com",
            subject="EntryGo broker submission cp_ch100001",
            sent_at=EXECUTED_AT,
            attempts=1,
            created_at=EXECUTED_AT,
            reason=reason,
        )
