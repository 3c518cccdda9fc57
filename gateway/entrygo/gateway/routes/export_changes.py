"""Changes of an export that exists: cancel, send again, note the broker's answer, withdraw, amend."""

from starlette.responses import Response

from entrygo.domain.errors import (
    EntryFiled,
    InvalidExportState,
    InvalidOrderReference,
    NotFound,
    RevisionLimitReached,
)
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.mapping import exports as mapping
from entrygo.gateway.routes.exports import MISSING, planned
from entrygo.gateway.schemas import export_views as views
from entrygo.gateway.schemas import plan_views
from entrygo.gateway.schemas.exports import (
    AmendBody,
    CancelBody,
    NoteBrokerAnswerBody,
    ResubmitBody,
    WithdrawBody,
)
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.planning.v1 import planning_pb2


async def cancel(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/cancel: gives up an export that was not executed."""
    export_id = exchange.path_id(MISSING)
    body = await exchange.body(CancelBody)
    request = cancel_request(export_id, body)
    reply = await exchange.write(exchange.services.planning.CancelExport, request)
    answer: views.CancelAnswer = {
        "exportId": reply.message.export_id,
        "state": reply.message.state,
        "batch_id": reply.message.export_id,
        "status": reply.message.state,
        "cancelledAt": reply.message.cancelled_at,
    }
    return json_answer(answer, replayed=reply.replayed)


def cancel_request(export_id: str, body: CancelBody) -> planning_pb2.CancelExportRequest:
    """POST /api/exports/{id}/cancel: body to message."""
    return planning_pb2.CancelExportRequest(
        export_id=export_id, reason=body.reason or "", idempotency_key=body.idempotency_key or ""
    )


async def resubmit(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/broker-submissions: hands the package to the broker again."""
    export_id = exchange.path_id(MISSING)
    body = await exchange.body(ResubmitBody)
    request = resubmit_request(export_id, body)
    reply = await exchange.write(exchange.services.execution.ResubmitToBroker, request)
    submission = mapping.broker_submission(reply.message.broker_submission)
    answer: views.ResubmitAnswer = {"exportId": export_id, "brokerSubmission": submission}
    return json_answer(answer, replayed=reply.replayed)


def resubmit_request(export_id: str, body: ResubmitBody) -> execution_pb2.ResubmitToBrokerRequest:
    """POST /api/exports/{id}/broker-submissions: body to message."""
    return execution_pb2.ResubmitToBrokerRequest(
        export_id=export_id,
        reason=body.reason,
        idempotency_key=body.idempotency_key or "",
        entry=int(body.entry or 0),
    )


async def note_broker_answer(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/broker-answer: notes what the broker said, and who says so."""
    export_id = exchange.path_id(MISSING)
    request = note_request(export_id, await exchange.body(NoteBrokerAnswerBody))
    reply = await exchange.write(exchange.services.execution.NoteBrokerAnswer, request)
    submission = mapping.broker_submission(reply.message.broker_submission)
    answer: views.NoteBrokerAnswerAnswer = {"exportId": export_id, "brokerSubmission": submission}
    return json_answer(answer, replayed=reply.replayed)


def note_request(export_id: str, body: NoteBrokerAnswerBody) -> execution_pb2.NoteBrokerAnswerRequest:
    """POST /api/exports/{id}/broker-answer: body to message."""
    return execution_pb2.NoteBrokerAnswerRequest(
        export_id=export_id,
        outcome=body.outcome,
        entry_number=body.entry_number or "",
        entry_numbers=[
            events_pb2.EntryNumber(entry=int(each.entry), entry_number=each.entry_number)
            for each in body.entry_numbers or ()
        ],
        entry=int(body.entry or 0),
        reason=body.reason or "",
        noted_by=body.noted_by,
        note=body.note,
        idempotency_key=body.idempotency_key or "",
    )


async def withdraw(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/withdraw: takes an executed export back, and says so to the broker."""
    export_id = exchange.path_id(MISSING)
    body = await exchange.body(WithdrawBody)
    request = withdraw_request(export_id, body)
    reply = await exchange.write(exchange.services.execution.WithdrawExport, request)
    return json_answer(mapping.withdraw_answer(reply.message), replayed=reply.replayed)


def withdraw_request(export_id: str, body: WithdrawBody) -> execution_pb2.WithdrawExportRequest:
    """POST /api/exports/{id}/withdraw: body to message."""
    return execution_pb2.WithdrawExportRequest(
        export_id=export_id,
        reason=body.reason,
        dry_run=body.dry_run or False,
        idempotency_key=body.idempotency_key or "",
    )


async def amend(exchange: Exchange) -> Response:
    """POST /api/exports/{id}/amend: plans the successor of an executed export."""
    export_id = exchange.path_id(MISSING)
    body = await exchange.body(AmendBody)
    request = amend_request(export_id, body)
    reply = await exchange.write(exchange.services.execution.AmendExport, request)
    return await planned(exchange, reply, mapping.amend_answer, body.include or ())


def amend_request(export_id: str, body: AmendBody) -> execution_pb2.AmendExportRequest:
    """POST /api/exports/{id}/amend: body to message."""
    return execution_pb2.AmendExportRequest(
        export_id=export_id,
        reason=body.reason,
        leave_out_order_ids=body.leave_out_order_ids or (),
        add_order_ids=body.add_order_ids or (),
        leave_out_external_order_ids=body.leave_out_external_order_ids or (),
        add_external_order_ids=body.add_external_order_ids or (),
        entry_date=body.entry_date or "",
        on_blocked=body.on_blocked or "",
        after_entry=body.after_entry or False,
        dry_run=body.dry_run or False,
        idempotency_key=body.idempotency_key or "",
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/exports/{id}/cancel",
        handler=cancel,
        tag="Exports",
        name="cancelExport",
        summary="Cancel a planned export",
        description="Only a batch that was not executed; its orders are free again. The body may be empty.",
        body=CancelBody,
        answer=views.CancelAnswer,
        errors=(NotFound, InvalidExportState),
        request_example={"reason": "Replaced by a larger batch"},
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="POST",
        path="/api/exports/{id}/broker-submissions",
        handler=resubmit,
        tag="Exports",
        name="resubmitToBroker",
        summary="Send an executed package to the broker again",
        description="For a submission that failed, waits for another attempt, or whose outcome is unknown."
        " The same documents go to where the broker's record says by now; a new row of the ledger.",
        body=ResubmitBody,
        answer=views.ResubmitAnswer,
        errors=(NotFound, InvalidExportState),
        request_example={"reason": "The broker's mailbox was full"},
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="POST",
        path="/api/exports/{id}/broker-answer",
        handler=note_broker_answer,
        tag="Exports",
        name="noteBrokerAnswer",
        summary="Note what the broker said",
        description="What it said elsewhere than behind its link, of the newest submission: that one of"
        " unknown fate arrived or did not; that it acknowledges it, with the entry number, or rejects it."
        " Who notes it and how they know is kept.",
        body=NoteBrokerAnswerBody,
        answer=views.NoteBrokerAnswerAnswer,
        errors=(NotFound, InvalidExportState, RevisionLimitReached),
        request_example={
            "outcome": "acknowledged",
            "entryNumber": "ABC-1234567-6",
            "notedBy": "Dana Lee",
            "note": "Kim of the broker's desk, on the phone",
        },
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="POST",
        path="/api/exports/{id}/withdraw",
        handler=withdraw,
        tag="Exports",
        name="withdrawExport",
        summary="Withdraw an executed export",
        description="For a truck that does not go. The orders are free again, the package is withdrawn, and"
        " its broker hears it once, on the same channel, and on the link's page. dryRun: what would happen.",
        body=WithdrawBody,
        answer=views.WithdrawAnswer,
        errors=(NotFound, InvalidExportState),
        request_example={"reason": "The truck broke down before it was loaded"},
        path_parameters={"id": "Export batch ID"},
    ),
    Endpoint(
        method="POST",
        path="/api/exports/{id}/amend",
        handler=amend,
        tag="Exports",
        name="amendExport",
        summary="Plan what takes the place of an executed export",
        description="Answers as plan does: exportId is the successor, supersedes the export it follows."
        " Nothing else changes until that is executed; then its package replaces the other one. Once the"
        " broker gave an entry number, afterEntry is needed: the successor lists what to correct in it.",
        body=AmendBody,
        answer=plan_views.PlanAnswer,
        errors=(NotFound, InvalidExportState, InvalidOrderReference, EntryFiled),
        request_example={"reason": "One order was taken off the truck", "leaveOutOrderIds": ["ord_124"]},
        path_parameters={"id": "Export batch ID"},
    ),
)
