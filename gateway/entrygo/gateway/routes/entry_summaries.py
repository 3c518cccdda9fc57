"""What brokers entered: given back, compared with the estimate, and what orders cost in the end."""

from starlette.responses import Response, StreamingResponse

from entrygo.domain.errors import (
    ExportNotFound,
    InvalidExportState,
    NotFound,
    RevisionLimitReached,
    TaskNotOpen,
)
from entrygo.domain.ids import is_valid_id
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples import entries
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.mapping import entry_summaries as mapping
from entrygo.gateway.routes.customs_packages import bytes_of, described, document_headers
from entrygo.gateway.schemas import entry_summaries as views
from entrygo.proto.execution.v1 import execution_pb2

MISSING = ExportNotFound().message
MISSING_ENTRY = "This export has no such entry."
MISSING_TASK = "This entry has no such task."
MAX_ENTRY_DIGITS = 3


async def record(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/entries/{n}/summary: keeps what was entered, answers how it differs.

    Money in USD. A later summary of the same entry takes the place of the one before; 404 for an entry that
    the plan has not.
    """
    export_id, entry = exchange.path_id(MISSING), _entry(exchange)
    body = await exchange.body(views.EntrySummaryBody)
    request = mapping.record_request(export_id, entry, body)
    reply = await exchange.write(exchange.services.execution.RecordEntrySummary, request)
    return json_answer(mapping.reconciliation(reply.message), replayed=reply.replayed)


async def close_task(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/entries/{n}/tasks/{task}: ends the question about a difference, with a note."""
    export_id, entry = exchange.path_id(MISSING), _entry(exchange)
    task_id: str = exchange.request.path_params["task"]
    if not is_valid_id(task_id):
        raise NotFound(MISSING_TASK)
    body = await exchange.body(views.CloseTaskBody)
    request = mapping.close_request(export_id, entry, task_id, body)
    reply = await exchange.write(exchange.services.execution.CloseEntryTask, request)
    return json_answer(mapping.reconciliation(reply.message), replayed=reply.replayed)


async def list_summaries(exchange: Exchange) -> Response:
    """GET /api/entry-summaries: a page of those that the filters let through."""
    query = exchange.query(views.EntrySummaryQuery)
    found = await exchange.read(exchange.services.execution.ListEntrySummaries, mapping.list_request(query))
    return json_answer(mapping.summary_page(found))


async def actual_costs(exchange: Exchange) -> Response:
    """GET /api/exports/{id}/actual-landed-costs.csv: what each order cost in the end, in USD, streamed."""
    export_id = exchange.path_id(MISSING)
    request = execution_pb2.GetActualCostsRequest(export_id=export_id)
    chunks = exchange.document(exchange.services.execution.GetActualCosts, request)
    headers = document_headers(await described(chunks))
    if exchange.request.method == "HEAD":
        await chunks.aclose()
        return Response(headers=headers)
    return StreamingResponse(bytes_of(chunks), headers=headers)


def _entry(exchange: Exchange) -> int:
    text: str = exchange.request.path_params["n"]
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_ENTRY_DIGITS and int(text)):
        raise NotFound(MISSING_ENTRY)
    return int(text)


_PATH = {"id": "Export batch ID", "n": "The entry, as the plan numbers it; 1 where there is only one"}

ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/exports/{id}/entries/{n}/summary",
        handler=record,
        tag="Entries",
        name="recordEntrySummary",
        summary="Give back what the broker entered",
        description="Compared with the estimate of the executed plan, line by line; what differs by more than"
        " a dollar and half a percent becomes a task. Given again it takes the place of the one before, which"
        " is kept; the same again changes nothing. The broker may do the same behind the signed link.",
        body=views.EntrySummaryBody,
        answer=views.EntryReconciliation,
        errors=(NotFound, InvalidExportState, RevisionLimitReached),
        request_example=entries.ENTRY_SUMMARY_REQUEST,
        answer_example=entries.ENTRY_RECONCILIATION,
        path_parameters=_PATH,
    ),
    Endpoint(
        method="POST",
        path="/api/exports/{id}/entries/{n}/tasks/{task}",
        handler=close_task,
        tag="Entries",
        name="closeEntryTask",
        summary="Close a task with a note",
        description="Somebody has looked at a difference. It stays closed while the difference is the same.",
        body=views.CloseTaskBody,
        answer=views.EntryReconciliation,
        errors=(NotFound, TaskNotOpen),
        request_example={"note": "The broker corrected our tariff number; the product is mended."},
        answer_example=entries.ENTRY_RECONCILIATION,
        path_parameters={**_PATH, "task": "Its id"},
    ),
    Endpoint(
        method="GET",
        path="/api/entry-summaries",
        handler=list_summaries,
        tag="Entries",
        name="listEntrySummaries",
        summary="List what brokers entered",
        description="The latest summary of each entry with its tasks, in the order in which they were given.",
        query=views.EntrySummaryQuery,
        answer=views.EntrySummaryPage,
    ),
    Endpoint(
        method="GET",
        path="/api/exports/{id}/actual-landed-costs.csv",
        handler=actual_costs,
        tag="Entries",
        name="getActualLandedCosts",
        summary="Download what each order cost landed",
        description="CSV: the estimate, and the duty and fees that were entered or liquidated, divided over"
        " the orders to the cent. What was not given back is blank.",
        media_type="text/csv; charset=utf-8",
        errors=(NotFound, InvalidExportState),
        path_parameters={"id": "Export batch ID"},
    ),
)
