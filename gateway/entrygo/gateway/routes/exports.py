"""Exports: plan, execute, inspect, list, compare; what is done to one afterwards is in `export_changes`."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial

from starlette.responses import Response

from entrygo.domain.errors import (
    ExportNotFound,
    InvalidExportState,
    InvalidOrderReference,
    NotFound,
    PlanHashMismatch,
    ReferenceOutsideAccount,
    TripIncomplete,
)
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples import exports as examples
from entrygo.gateway.exchange import Exchange, is_not_modified, json_answer, written_answer
from entrygo.gateway.mapping import exports as mapping
from entrygo.gateway.mapping.findings import IN_LOOP
from entrygo.gateway.mapping.included import plan_pieces
from entrygo.gateway.mapping.inspection import inspect_pieces
from entrygo.gateway.mapping.plan_diff import diff_answer, diff_request
from entrygo.gateway.mapping.plan_issues import issues_answer
from entrygo.gateway.schemas import export_views as views
from entrygo.gateway.schemas import plan_views
from entrygo.gateway.schemas.exports import (
    DiffQuery,
    ExecuteBody,
    ExportQuery,
    PlanBody,
)
from entrygo.gateway.schemas.plan_diff import PlanDiffAnswer
from entrygo.gateway.schemas.plan_issues import IssuesAnswer
from entrygo.gateway.schemas.plan_views import PlanAnswer
from entrygo.gateway.services import Reply
from entrygo.gateway.waiting import EndOfStream, wait_asked
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2

MISSING = ExportNotFound().message


async def plan(exchange: Exchange) -> Response:
    """POST /api/exports/plan: decides what goes; a key that is known gets its first answer."""
    body = await exchange.body(PlanBody)
    reply = await exchange.write(exchange.services.planning.PlanExport, mapping.plan_request(body))
    return await planned(exchange, reply, mapping.plan_answer, body.include or ())


async def planned(
    exchange: Exchange,
    reply: Reply[planning_pb2.PlanExportResponse],
    answer_of: Callable[[planning_pb2.PlanExportResponse], PlanAnswer],
    included: Collection[str],
) -> Response:
    """The answer of a plan, with what `include` of the request names."""
    message = reply.message
    pieces = await exchange.worked_out(
        partial(plan_pieces, answer_of, message, included),
        is_large=len(message.plan.validation_messages) > IN_LOOP,
    )
    return written_answer(pieces, replayed=reply.replayed)


async def issues(exchange: Exchange) -> Response:
    """GET /api/exports/{id}/issues: the findings of the plan, by what to mend first."""
    found = await _inspected(exchange)
    return json_answer(issues_answer(found))


async def plan_diff(exchange: Exchange) -> Response:
    """GET /api/exports/{id}/plan-diff: what changed between two plans of an export."""
    query = exchange.query(DiffQuery)
    export_id = exchange.path_id(MISSING)
    found = await exchange.read(exchange.services.planning.DiffPlans, diff_request(export_id, query))
    return json_answer(diff_answer(found))


async def execute(exchange: Exchange) -> Response:
    """POST /api/exports/execute: carries out the plan with the hash that is expected, once."""
    body = await exchange.body(ExecuteBody)
    reply = await exchange.write(exchange.services.execution.ExecuteExport, mapping.execute_request(body))
    return json_answer(mapping.execute_answer(reply.message), replayed=reply.replayed)


async def _inspected(exchange: Exchange) -> inspection_pb2.Export:
    export_id = exchange.path_id(MISSING)
    request = inspection_pb2.InspectExportRequest(export_id=export_id)
    return await exchange.read(exchange.services.inspection.InspectExport, request)


async def inspect(exchange: Exchange) -> Response:
    """GET /api/exports/{id}; 304 when If-None-Match names the current version, with Prefer after a wait."""
    found = await _inspected(exchange)
    headers: dict[str, str] = {}
    seconds = wait_asked(exchange.request)
    if seconds is not None and _is_known(exchange, found):
        # Whoever waits keeps its version alone: an export has megabytes.
        found = _version_of(found)
        found = await _changed(exchange, found, seconds) if seconds else found
        headers["preference-applied"] = f"wait={seconds}"
    if found.stale:
        # Newer facts may exist, so the version proves nothing.
        return await _shown(exchange, found, headers)
    headers["etag"] = _etag(found)
    if _is_known(exchange, found):
        return Response(status_code=304, headers=headers)
    return await _shown(exchange, found, headers)


async def _shown(exchange: Exchange, found: inspection_pb2.Export, headers: Mapping[str, str]) -> Response:
    pieces = await exchange.worked_out(
        partial(inspect_pieces, found), is_large=len(found.plan.validation_messages) > IN_LOOP
    )
    return written_answer(pieces, headers=headers)


async def _changed(exchange: Exchange, known: inspection_pb2.Export, seconds: float) -> inspection_pb2.Export:
    """The export once it is another than the caller knows, or as it is when the time is over."""
    ends_at = asyncio.get_running_loop().time() + seconds
    request = inspection_pb2.InspectExportRequest(export_id=known.export_id)
    reader = await exchange.live(exchange.services.inspection.WatchExport, request)
    found = known
    try:
        while _is_known(exchange, found):
            newer = await reader.next(max(ends_at - asyncio.get_running_loop().time(), 0))
            if newer is None:
                break
            found = _version_of(newer) if _is_known(exchange, newer) else newer
            del newer
    except EndOfStream:
        pass
    finally:
        await reader.close()
    return found


def _version_of(found: inspection_pb2.Export) -> inspection_pb2.Export:
    return inspection_pb2.Export(export_id=found.export_id, version=found.version)


def _is_known(exchange: Exchange, found: inspection_pb2.Export) -> bool:
    return not found.stale and is_not_modified(exchange.request, _etag(found))


def _etag(found: inspection_pb2.Export) -> str:
    return f'"{found.version}"'


async def list_exports(exchange: Exchange) -> Response:
    """GET /api/exports: a page of exports, the latest first."""
    query = exchange.query(ExportQuery)
    found = await exchange.read(exchange.services.inspection.ListExports, mapping.list_request(query))
    return json_answer(mapping.export_page(found))


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/exports/plan",
        handler=plan,
        tag="Lifecycle",
        name="planExport",
        summary="Plan an export",
        description="Evaluates readiness and returns a deterministic plan; executes nothing. "
        "Read readinessState and validationMessages before executing. "
        'include: ["issuesByProduct"] adds what to fix, once a product, and how many orders wait for it; '
        '"entries" adds the entries that the broker files, several where its limits ask for it, '
        "with importer, duty and fees as an estimate; "
        '"bonds" adds what the bond of each importer must cover; '
        '"savings" adds what the saving is measured against, as the account\'s policy chooses; '
        '"coverage" adds which lists are loaded, and what each code was checked for.',
        body=PlanBody,
        answer=plan_views.PlanAnswer,
        errors=(InvalidOrderReference, ReferenceOutsideAccount, NotFound, InvalidExportState),
        request_example=examples.PLAN_REQUEST,
        answer_example=examples.PLAN_ANSWER,
    ),
    Endpoint(
        method="POST",
        path="/api/exports/execute",
        handler=execute,
        tag="Lifecycle",
        name="executeExport",
        summary="Execute a planned export",
        description="Creates customs package, documents, notifications and the broker submission. "
        "Retry with the same Idempotency-Key. Read brokerSubmission.status: 200 does not mean sent.",
        body=ExecuteBody,
        answer=views.ExecuteAnswer,
        is_patient=True,
        errors=(NotFound, InvalidExportState, PlanHashMismatch, TripIncomplete),
        request_example=examples.EXECUTE_REQUEST,
        answer_example=examples.EXECUTE_ANSWER,
    ),
    Endpoint(
        method="GET",
        path="/api/exports/{id}",
        handler=inspect,
        tag="Lifecycle",
        name="inspectExport",
        summary="Inspect an export",
        description="The canonical current state. Poll with If-None-Match: 304 until something changed; with"
        " `Prefer: wait=N` the answer waits up to N seconds (25 at most) for that.",
        answer=views.InspectAnswer,
        has_etag=True,
        may_wait=True,
        errors=(NotFound,),
        answer_example=examples.INSPECT_ANSWER,
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="GET",
        path="/api/exports",
        handler=list_exports,
        tag="Exports",
        name="listExports",
        summary="List exports",
        description="Newest first, page by page.",
        query=ExportQuery,
        answer=views.ExportPage,
    ),
    Endpoint(
        method="GET",
        path="/api/exports/{id}/issues",
        handler=issues,
        tag="Exports",
        name="listExportIssues",
        summary="List what to fix in a plan",
        description="The messages of the current plan gathered by product and by code, most orders blocked "
        "first. For a plan that is not stored, ask the plan to include them.",
        answer=IssuesAnswer,
        errors=(NotFound,),
        answer_example=examples.ISSUES_ANSWER,
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="GET",
        path="/api/exports/{id}/plan-diff",
        handler=plan_diff,
        tag="Exports",
        name="diffPlans",
        summary="Compare two plans of an export",
        description="Compares the facts and findings of an earlier plan of this export with those of the "
        "current one. Counts are of all; the lists hold the first of each.",
        query=DiffQuery,
        answer=PlanDiffAnswer,
        errors=(NotFound,),
        answer_example=examples.PLAN_DIFF_ANSWER,
        path_parameters={"id": "Export batch ID"},
    ),
)
