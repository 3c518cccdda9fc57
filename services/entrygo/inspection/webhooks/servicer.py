"""The gRPC edge of webhooks: proto in, use case, proto out."""

from typing import Any

import grpc

from entrygo.domain.principal import ScopeName
from entrygo.domain.time import rfc3339
from entrygo.identity.current import check_account, principal
from entrygo.inspection.webhooks.records import Delivery
from entrygo.inspection.webhooks.requests import (
    read_create,
    read_page,
    read_replay,
    read_rotate,
    read_update,
)
from entrygo.inspection.webhooks.use_cases import Webhooks, endpoint_message
from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from entrygo.requests.pages import encode_cursor
from entrygo.rpc.answers import answered
from entrygo.rpc.interceptors.auth import RequiredScopes

Context = grpc.aio.ServicerContext[Any, Any]

SERVICE_NAME = inspection_pb2.DESCRIPTOR.services_by_name["Webhooks"].full_name
REQUIRED_SCOPES: RequiredScopes = {
    f"/{SERVICE_NAME}/CreateWebhook": ScopeName.SETUP,
    f"/{SERVICE_NAME}/ListWebhooks": ScopeName.READ,
    f"/{SERVICE_NAME}/GetWebhook": ScopeName.READ,
    f"/{SERVICE_NAME}/UpdateWebhook": ScopeName.SETUP,
    f"/{SERVICE_NAME}/DeleteWebhook": ScopeName.SETUP,
    f"/{SERVICE_NAME}/RotateWebhookSecret": ScopeName.SETUP,
    f"/{SERVICE_NAME}/ListDeliveries": ScopeName.READ,
    f"/{SERVICE_NAME}/ReplayDeliveries": ScopeName.SETUP,
    f"/{SERVICE_NAME}/SendTestEvent": ScopeName.SETUP,
}


class WebhooksServicer(inspection_pb2_grpc.WebhooksServicer):
    """Webhooks over gRPC."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def CreateWebhook(
        self, request: inspection_pb2.CreateWebhookRequest, context: Context
    ) -> inspection_pb2.Webhook:
        """Stores an endpoint; its secret is in this answer alone."""
        command = read_create(request)
        check_account(request.account_id)
        reply = await self._webhooks.create(principal().visible, command)
        return answered(reply, inspection_pb2.Webhook, context)

    async def ListWebhooks(
        self, request: inspection_pb2.ListWebhooksRequest, context: Context
    ) -> inspection_pb2.ListWebhooksResponse:
        """Every endpoint that the key reaches, oldest first, without secrets."""
        found = await self._webhooks.all(principal().visible)
        return inspection_pb2.ListWebhooksResponse(data=map(endpoint_message, found))

    async def GetWebhook(
        self, request: inspection_pb2.WebhookRequest, context: Context
    ) -> inspection_pb2.Webhook:
        """One endpoint, without its secret; NotFound where the key does not reach it."""
        return endpoint_message(await self._webhooks.get(principal().visible, request.id))

    async def UpdateWebhook(
        self, request: inspection_pb2.UpdateWebhookRequest, context: Context
    ) -> inspection_pb2.Webhook:
        """Changes the fields that were given, and answers the endpoint. NotFound, ValidationFailed."""
        reply = await self._webhooks.update(principal().visible, read_update(request))
        return answered(reply, inspection_pb2.Webhook, context)

    async def DeleteWebhook(
        self, request: inspection_pb2.WebhookRequest, context: Context
    ) -> inspection_pb2.DeleteWebhookResponse:
        """Removes an endpoint and what waits for it."""
        await self._webhooks.delete(principal().visible, request.id)
        return inspection_pb2.DeleteWebhookResponse(id=request.id)

    async def RotateWebhookSecret(
        self, request: inspection_pb2.RotateWebhookSecretRequest, context: Context
    ) -> inspection_pb2.Webhook:
        """Gives an endpoint a new secret; the one before also signs for a while."""
        reply = await self._webhooks.rotate(principal().visible, read_rotate(request))
        return answered(reply, inspection_pb2.Webhook, context)

    async def ListDeliveries(
        self, request: inspection_pb2.ListDeliveriesRequest, context: Context
    ) -> inspection_pb2.ListDeliveriesResponse:
        """A page of deliveries to an endpoint, newest first."""
        page, has_more = await self._webhooks.deliveries(principal().visible, request.id, read_page(request))
        return inspection_pb2.ListDeliveriesResponse(
            data=map(_delivery_message, page),
            has_more=has_more,
            next_cursor=encode_cursor(str(page[-1].position)) if has_more else "",
        )

    async def ReplayDeliveries(
        self, request: inspection_pb2.ReplayDeliveriesRequest, context: Context
    ) -> inspection_pb2.ReplayDeliveriesResponse:
        """Queues one event again, or those of a span and status; answers how many they are."""
        reply = await self._webhooks.replay(principal().visible, request.id, read_replay(request))
        return answered(reply, inspection_pb2.ReplayDeliveriesResponse, context)

    async def SendTestEvent(
        self, request: inspection_pb2.WebhookRequest, context: Context
    ) -> inspection_pb2.Delivery:
        """Queues a test event for an endpoint."""
        return _delivery_message(await self._webhooks.send_test(principal().visible, request.id))


def _delivery_message(delivery: Delivery) -> inspection_pb2.Delivery:
    is_about_export = delivery.export_id != delivery.event_id
    return inspection_pb2.Delivery(
        event_id=delivery.event_id,
        type=delivery.event_type,
        export_id=delivery.export_id if is_about_export else "",
        status=delivery.status,
        attempts=delivery.attempts,
        response_status=delivery.response_status,
        error=delivery.error,
        created_at=rfc3339(delivery.created_at),
        attempted_at=rfc3339(delivery.attempted_at) if delivery.attempted_at else "",
        delivered_at=rfc3339(delivery.delivered_at) if delivery.delivered_at else "",
        position=delivery.position,
    )
