"""The gRPC edge of execution: messages in, use case, messages out. Decides nothing."""

import re
from collections.abc import AsyncIterator
from typing import Any

import grpc

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import ScopeName, Tenant
from entrygo.domain.time import parse_rfc3339, rfc3339
from entrygo.execution.broker_answers import read_answer
from entrygo.execution.broker_links import BrokerLinks, LinkedSubmission
from entrygo.execution.events import artifact_message, submission_message
from entrygo.execution.execution_steps import OPERATION, ExecutionSteps
from entrygo.execution.read_shipment import Issues, normalised, read_shipment
from entrygo.execution.records import Artifact
from entrygo.execution.resubmission import RESUBMIT_OPERATION, ResubmitCommand, resubmit
from entrygo.execution.store import PackageStore
from entrygo.execution.sync_client import Brokers
from entrygo.execution.use_cases import ExecuteCommand, Executions, find_artifact
from entrygo.identity.current import check_account, principal
from entrygo.messaging.event_log import events_after, replay
from entrygo.postgres.idempotency import fingerprint
from entrygo.postgres.pool import transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.rpc.interceptors.auth import Access
from entrygo.rpc.replay import mark_replayed

SERVICE_NAME = execution_pb2.DESCRIPTOR.services_by_name["Execution"].full_name
REQUIRED_SCOPES: dict[str, ScopeName | Access] = {
    f"/{SERVICE_NAME}/ExecuteExport": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/ResubmitToBroker": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/GetArtifact": ScopeName.READ,
    # The signed token in the request is the credential.
    f"/{SERVICE_NAME}/FindBrokerLink": Access.OPEN,
    f"/{SERVICE_NAME}/AnswerBrokerLink": Access.OPEN,
    f"/{SERVICE_NAME}/GetBrokerPack": Access.OPEN,
    f"/{SERVICE_NAME}/EventsAfter": ScopeName.READ,
    f"/{SERVICE_NAME}/ReplayEvents": Access.SERVICE_ONLY,
}

_PLAN_HASH = re.compile(r"[A-Za-z0-9_-]{1,128}")
MAX_KEY_LENGTH = 255
MAX_REASON_LENGTH = 500

Context = grpc.aio.ServicerContext[Any, Any]


class ExecutionServicer(execution_pb2_grpc.ExecutionServicer):
    def __init__(
        self, steps: ExecutionSteps, executions: Executions, links: BrokerLinks, brokers: Brokers
    ) -> None:
        self._steps = steps
        self._brokers = brokers
        self._executions = executions
        self._links = links

    async def ExecuteExport(
        self, request: execution_pb2.ExecuteExportRequest, context: Context
    ) -> execution_pb2.ExecuteExportResponse:
        command = _execute_command(request)
        reply = await self._executions.execute(command)
        if reply.replayed:
            mark_replayed(context)
        return execution_pb2.ExecuteExportResponse.FromString(reply.body)

    async def ResubmitToBroker(
        self, request: execution_pb2.ResubmitToBrokerRequest, context: Context
    ) -> execution_pb2.ResubmitToBrokerResponse:
        _raise_if(
            [
                *_id_issues("exportId", request.export_id),
                *_reason_issues(request.reason),
                *_key_issues(request.idempotency_key),
            ]
        )
        command = ResubmitCommand(
            tenant=principal().tenant,
            export_id=request.export_id,
            reason=request.reason.strip(),
            key=request.idempotency_key,
            fingerprint=fingerprint(RESUBMIT_OPERATION, request),
        )
        reply = await resubmit(self._steps, self._brokers, command)
        if reply.replayed:
            mark_replayed(context)
        return execution_pb2.ResubmitToBrokerResponse.FromString(reply.body)

    async def GetArtifact(
        self, request: execution_pb2.GetArtifactRequest, _context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        tenant = principal().tenant
        artifact = await find_artifact(self._steps, tenant, request.customs_package_id, request.filename)
        async for chunk in self._document(tenant, artifact):
            yield chunk

    async def FindBrokerLink(
        self, request: execution_pb2.FindBrokerLinkRequest, _context: Context
    ) -> execution_pb2.BrokerLink:
        return link_message(await self._links.find(request.token))

    async def AnswerBrokerLink(
        self, request: execution_pb2.AnswerBrokerLinkRequest, _context: Context
    ) -> execution_pb2.BrokerLink:
        # A holder of a token learns what is wrong with an answer, others only that the token is.
        await self._links.find(request.token)
        return link_message(await self._links.answer(request.token, read_answer(request)))

    async def GetBrokerPack(
        self, request: execution_pb2.FindBrokerLinkRequest, _context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        found = await self._links.find(request.token)
        async for chunk in self._document(found.submission.tenant, found.pack):
            yield chunk

    async def _document(
        self, tenant: Tenant, artifact: Artifact
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        """The head follows the first bytes: once it is out, an error can only cut the body short."""
        contents = self._steps.preparation.objects.stream(tenant, artifact.sha256)
        first = await anext(contents, b"")
        yield execution_pb2.ArtifactChunk(artifact=artifact_message(artifact))
        yield execution_pb2.ArtifactChunk(content=first)
        async for content in contents:
            yield execution_pb2.ArtifactChunk(content=content)

    async def EventsAfter(
        self, request: events_pb2.EventsAfterRequest, _context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        tenant = principal().tenant
        async with transaction(self._steps.pool, tenant) as connection:
            stream_id = request.stream_id
            if not stream_id and is_valid_id(request.customs_package_id):
                package = await PackageStore(connection, tenant).find(request.customs_package_id)
                stream_id = package.export_id if package is not None else ""
            if not is_valid_id(stream_id):
                return
            events = await events_after(connection, tenant, stream_id, request.after_sequence)
        for event in events:
            yield event

    async def ReplayEvents(
        self, request: events_pb2.ReplayEventsRequest, _context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        try:
            since = parse_rfc3339(request.recorded_since) if request.recorded_since else None
        except ValueError as error:
            raise ValidationFailed.of([("recordedSince", str(error), "invalid_string")]) from error
        async for event in replay(self._steps.pool, since):
            yield event


def _execute_command(request: execution_pb2.ExecuteExportRequest) -> ExecuteCommand:
    """ValidationFailed with every issue of the request; Forbidden for an account that is not the caller's."""
    issues = [
        *([] if request.account_id else [("accountId", "Required", "invalid_type")]),
        *_id_issues("batchId", request.batch_id),
        *_key_issues(request.idempotency_key),
        *_plan_hash_issues(request.expected_plan_hash),
    ]
    shipment = read_shipment(request.shipment, issues)
    _raise_if(issues)
    return ExecuteCommand(
        tenant=check_account(request.account_id),
        export_id=request.batch_id,
        expected_plan_hash=request.expected_plan_hash,
        key=request.idempotency_key,
        fingerprint=fingerprint(OPERATION, normalised(request, shipment)),
        shipment=shipment,
    )


def link_message(found: LinkedSubmission) -> execution_pb2.BrokerLink:
    submission, package = found.submission, found.package
    return execution_pb2.BrokerLink(
        mode=submission.tenant.mode,
        export_id=submission.export_id,
        package_number=package.number,
        prepared_at=rfc3339(package.generated_at),
        sender=submission.sender,
        artifacts=[artifact_message(each) for each in found.artifacts],
        broker_submission=submission_message(submission),
        pack=artifact_message(found.pack),
        expires_at=rfc3339(found.expires_at),
    )


def _raise_if(issues: Issues) -> None:
    if issues:
        raise ValidationFailed.of(issues)


def _id_issues(path: str, value: str) -> Issues:
    if not value:
        return [(path, "Required", "invalid_type")]
    return [] if is_valid_id(value) else [(path, "Not an id", "invalid_string")]


def _key_issues(key: str) -> Issues:
    if len(key) <= MAX_KEY_LENGTH and all("!" <= char <= "~" for char in key):
        return []
    return [("idempotencyKey", "Must be 1 to 255 visible ASCII characters", "invalid_string")]


def _plan_hash_issues(plan_hash: str) -> Issues:
    if not plan_hash or _PLAN_HASH.fullmatch(plan_hash):
        return []
    return [("expectedPlanHash", "Not a plan hash", "invalid_string")]


def _reason_issues(reason: str) -> Issues:
    if not reason.strip():
        return [("reason", "Required", "invalid_type")]
    if len(reason) > MAX_REASON_LENGTH or "\0" in reason:
        return [("reason", f"At most {MAX_REASON_LENGTH} characters of text", "too_big")]
    return []
