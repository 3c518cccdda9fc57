"""Webhooks: where events are sent, and what became of each delivery."""

from starlette.responses import Response

from entrygo.domain.errors import NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.feed import CREATE_WEBHOOK_REQUEST
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.schemas import webhooks as views
from entrygo.gateway.schemas.webhooks import (
    CreateWebhookBody,
    DeliveryQuery,
    PatchWebhookBody,
    ReplayBody,
    RotateSecretBody,
)
from entrygo.proto.inspection.v1 import inspection_pb2

MISSING = "Webhook not found."
ID = {"id": "Webhook ID"}


async def create(exchange: Exchange) -> Response:
    """POST /api/webhooks: an endpoint for events; the secret that signs them is in this answer alone."""
    request = create_request(await exchange.body(CreateWebhookBody))
    reply = await exchange.write(exchange.services.webhooks.CreateWebhook, request)
    return json_answer(_with_secret(reply.message), replayed=reply.replayed)


def create_request(body: CreateWebhookBody) -> inspection_pb2.CreateWebhookRequest:
    """POST /api/webhooks: body to message."""
    return inspection_pb2.CreateWebhookRequest(
        account_id=body.account_id,
        url=body.url,
        events=body.events or (),
        description=body.description or "",
        notify_email=body.notify_email or "",
        idempotency_key=body.idempotency_key or "",
    )


async def list_all(exchange: Exchange) -> Response:
    """GET /api/webhooks: every endpoint that the key reaches, oldest first, on one page."""
    request = inspection_pb2.ListWebhooksRequest()
    found = await exchange.read(exchange.services.webhooks.ListWebhooks, request)
    page: views.WebhookPage = {"data": list(map(_view, found.data)), "hasMore": False, "nextCursor": None}
    return json_answer(page)


async def get(exchange: Exchange) -> Response:
    """GET /api/webhooks/{id}: one endpoint, without its secret; 404 for one that the key does not reach."""
    return json_answer(_view(await exchange.read(exchange.services.webhooks.GetWebhook, _request(exchange))))


async def patch(exchange: Exchange) -> Response:
    """PATCH /api/webhooks/{id}: changes the fields that are given; `status` enables and disables it."""
    webhook_id = exchange.path_id(MISSING)
    request = patch_request(webhook_id, await exchange.body(PatchWebhookBody))
    reply = await exchange.write(exchange.services.webhooks.UpdateWebhook, request)
    return json_answer(_view(reply.message), replayed=reply.replayed)


def patch_request(webhook_id: str, body: PatchWebhookBody) -> inspection_pb2.UpdateWebhookRequest:
    """PATCH /api/webhooks/{id}: body to message."""
    return inspection_pb2.UpdateWebhookRequest(
        id=webhook_id,
        url=body.url,
        events=None if body.events is None else inspection_pb2.WebhookEvents(types=body.events),
        description=body.description,
        notify_email=body.notify_email,
        status=body.status,
        idempotency_key=body.idempotency_key or "",
    )


async def delete(exchange: Exchange) -> Response:
    """DELETE /api/webhooks/{id}: ends the endpoint; nothing more is sent there."""
    reply = await exchange.write(exchange.services.webhooks.DeleteWebhook, _request(exchange))
    answer: views.DeletedWebhook = {"id": reply.message.id, "deleted": True}
    return json_answer(answer)


async def rotate(exchange: Exchange) -> Response:
    """POST /api/webhooks/{id}/rotate: a new secret; the old one signs too for the overlap, in hours."""
    webhook_id = exchange.path_id(MISSING)
    request = rotate_request(webhook_id, await exchange.body(RotateSecretBody))
    reply = await exchange.write(exchange.services.webhooks.RotateWebhookSecret, request)
    return json_answer(_with_secret(reply.message), replayed=reply.replayed)


def rotate_request(webhook_id: str, body: RotateSecretBody) -> inspection_pb2.RotateWebhookSecretRequest:
    """POST /api/webhooks/{id}/rotate: body to message."""
    return inspection_pb2.RotateWebhookSecretRequest(
        id=webhook_id,
        overlap_hours=None if body.overlap_hours is None else int(body.overlap_hours),
        idempotency_key=body.idempotency_key or "",
    )


async def list_deliveries(exchange: Exchange) -> Response:
    """GET /api/webhooks/{id}/deliveries: a page of attempts to deliver, newest first, with what came back."""
    webhook_id = exchange.path_id(MISSING)
    query = exchange.query(DeliveryQuery)
    request = inspection_pb2.ListDeliveriesRequest(
        id=webhook_id, limit=query.limit or 0, cursor=query.cursor or "", status=query.status or ""
    )
    found = await exchange.read(exchange.services.webhooks.ListDeliveries, request)
    page: views.DeliveryPage = {
        "data": list(map(_delivery, found.data)),
        "hasMore": found.has_more,
        "nextCursor": found.next_cursor or None,
    }
    return json_answer(page)


async def replay(exchange: Exchange) -> Response:
    """POST /api/webhooks/{id}/replay: queues one event again, or those of a span; answers how many."""
    webhook_id = exchange.path_id(MISSING)
    request = replay_request(webhook_id, await exchange.body(ReplayBody))
    reply = await exchange.write(exchange.services.webhooks.ReplayDeliveries, request)
    answer: views.ReplayAnswer = {"queued": reply.message.queued}
    return json_answer(answer, replayed=reply.replayed)


def replay_request(webhook_id: str, body: ReplayBody) -> inspection_pb2.ReplayDeliveriesRequest:
    """POST /api/webhooks/{id}/replay: body to message."""
    return inspection_pb2.ReplayDeliveriesRequest(
        id=webhook_id,
        event_id=body.event_id or "",
        queued_from=body.queued_from or "",
        queued_until=body.queued_until or "",
        status=body.status or "",
        idempotency_key=body.idempotency_key or "",
    )


async def send_test(exchange: Exchange) -> Response:
    """POST /api/webhooks/{id}/test: queues an event of type webhook.test; answers its delivery."""
    reply = await exchange.write(exchange.services.webhooks.SendTestEvent, _request(exchange))
    return json_answer(_delivery(reply.message))


def _request(exchange: Exchange) -> inspection_pb2.WebhookRequest:
    return inspection_pb2.WebhookRequest(id=exchange.path_id(MISSING))


def _view(webhook: inspection_pb2.Webhook) -> views.WebhookView:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "description": webhook.description,
        "notifyEmail": webhook.notify_email or None,
        "warehouseId": webhook.warehouse_id or None,
        "status": webhook.status,
        "disabledReason": webhook.disabled_reason or None,
        "failingSince": webhook.failing_since or None,
        "previousSecretUntil": webhook.previous_secret_until or None,
        "createdAt": webhook.created_at,
        "updatedAt": webhook.updated_at,
    }


def _with_secret(webhook: inspection_pb2.Webhook) -> views.WebhookWithSecret:
    return {**_view(webhook), "secret": webhook.secret or None}


def _delivery(delivery: inspection_pb2.Delivery) -> views.DeliveryView:
    return {
        "eventId": delivery.event_id,
        "type": delivery.type,
        "exportId": delivery.export_id or None,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "responseStatus": delivery.response_status or None,
        "error": delivery.error or None,
        "createdAt": delivery.created_at,
        "attemptedAt": delivery.attempted_at or None,
        "deliveredAt": delivery.delivered_at or None,
    }


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/webhooks",
        handler=create,
        tag="Webhooks",
        name="createWebhook",
        summary="Add a webhook",
        description="Events are sent to the URL, signed as Standard Webhooks 1.0.0 says; those of one export"
        " in their order. This answer alone shows the secret. A key that is bound to a warehouse adds one"
        " for that warehouse's exports.",
        body=CreateWebhookBody,
        answer=views.WebhookWithSecret,
        request_example=CREATE_WEBHOOK_REQUEST,
    ),
    Endpoint(
        method="GET",
        path="/api/webhooks",
        handler=list_all,
        tag="Webhooks",
        name="listWebhooks",
        summary="List webhooks",
        answer=views.WebhookPage,
    ),
    Endpoint(
        method="GET",
        path="/api/webhooks/{id}",
        handler=get,
        tag="Webhooks",
        name="getWebhook",
        summary="Read one webhook",
        answer=views.WebhookView,
        errors=(NotFound,),
        path_parameters=ID,
    ),
    Endpoint(
        method="PATCH",
        path="/api/webhooks/{id}",
        handler=patch,
        tag="Webhooks",
        name="patchWebhook",
        summary="Change a webhook",
        description="An absent field keeps its value. Enabling one sends what happens from then on; what was"
        " held meanwhile is sent by a replay.",
        body=PatchWebhookBody,
        answer=views.WebhookView,
        errors=(NotFound,),
        request_example={"status": "enabled"},
        path_parameters=ID,
    ),
    Endpoint(
        method="DELETE",
        path="/api/webhooks/{id}",
        handler=delete,
        tag="Webhooks",
        name="deleteWebhook",
        summary="Remove a webhook",
        description="With its deliveries, also those that wait. Asked again, as after a lost answer,"
        " it is 404: the webhook is gone.",
        answer=views.DeletedWebhook,
        errors=(NotFound,),
        path_parameters=ID,
    ),
    Endpoint(
        method="POST",
        path="/api/webhooks/{id}/rotate",
        handler=rotate,
        tag="Webhooks",
        name="rotateWebhookSecret",
        summary="Give a webhook a new secret",
        description="Shown here alone. Until the overlap ends each event is signed with both secrets.",
        body=RotateSecretBody,
        answer=views.WebhookWithSecret,
        errors=(NotFound,),
        request_example={"overlapHours": 24},
        path_parameters=ID,
    ),
    Endpoint(
        method="GET",
        path="/api/webhooks/{id}/deliveries",
        handler=list_deliveries,
        tag="Webhooks",
        name="listWebhookDeliveries",
        summary="List a webhook's deliveries",
        description="Newest first, with what the receiver answered last.",
        query=DeliveryQuery,
        answer=views.DeliveryPage,
        errors=(NotFound,),
        path_parameters=ID,
    ),
    Endpoint(
        method="POST",
        path="/api/webhooks/{id}/replay",
        handler=replay,
        tag="Webhooks",
        name="replayWebhook",
        summary="Send events again",
        description="One event, or those of a time and state, with the ids they had. The body may be empty:"
        " everything that failed or was held.",
        body=ReplayBody,
        answer=views.ReplayAnswer,
        errors=(NotFound,),
        request_example={"status": "failed"},
        path_parameters=ID,
    ),
    Endpoint(
        method="POST",
        path="/api/webhooks/{id}/test",
        handler=send_test,
        tag="Webhooks",
        name="testWebhook",
        summary="Send a test event",
        description="Of type webhook.test, whatever types the webhook asks for.",
        answer=views.DeliveryView,
        errors=(NotFound,),
        path_parameters=ID,
    ),
)
