"""The part of the fake services that answers what happened, and how the parts are doing."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime

from entrygo.domain.errors import NotFound
from entrygo.gateway.services import Call, Reply
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.fakes.memory import PLANNED_AT, Memory, start_of


class FakeInspection(Memory):
    """Reads what the others wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.down: set[str] = set()
        self.stale = False
        self.webhooks_of_all: list[inspection_pb2.Webhook] = []
        self.deliveries: list[inspection_pb2.Delivery] = []
        # What somebody who listens is sent, and that somebody does.
        self.moves: asyncio.Queue[inspection_pb2.FeedEvent] = asyncio.Queue()
        self.watched = asyncio.Event()

    async def InspectExport(
        self, request: inspection_pb2.InspectExportRequest, call: Call
    ) -> inspection_pb2.Export:
        found = inspection_pb2.Export()
        found.CopyFrom(self._export(self._account(call), request.export_id))
        found.stale = self.stale
        return found

    async def GetCustomsPackage(
        self, request: inspection_pb2.GetCustomsPackageRequest, call: Call
    ) -> events_pb2.CustomsPackage:
        return self._package(self._account(call), request.id)

    async def WatchEvents(
        self, request: inspection_pb2.WatchEventsRequest, call: Call
    ) -> AsyncGenerator[inspection_pb2.FeedEvent, None]:
        self._enter(request, call)
        self.watched.set()
        while True:
            yield await self.moves.get()

    async def ListExports(
        self, request: inspection_pb2.ListExportsRequest, call: Call
    ) -> inspection_pb2.ListExportsResponse:
        account = self._enter(request, call)
        summaries = [
            inspection_pb2.ExportSummary(
                export_id=export.export_id,
                state=export.state,
                readiness_state=export.plan.readiness_state,
                compliance_score=export.plan.compliance_score,
                plan_hash=export.plan.plan_hash,
                warehouse_id=export.plan.warehouse_id,
                broker_id=export.plan.broker_id,
                destination_country=export.plan.destination_country,
                estimated_savings_usd=export.plan.estimated_import_savings_usd,
                order_count=len(export.plan.included_order_ids),
                broker_submission_status="".join(one.status for one in export.broker_submissions[-1:]),
                created_at=export.created_at,
            )
            for (owner, _), export in self._exports.items()
            if owner == account and request.state in ("", export.state)
        ]
        start = start_of(request.cursor)
        end = start + (request.limit or 50)
        return inspection_pb2.ListExportsResponse(
            data=summaries[start:end],
            has_more=end < len(summaries),
            next_cursor=str(end) if end < len(summaries) else "",
        )

    async def CreateWebhook(
        self, request: inspection_pb2.CreateWebhookRequest, call: Call
    ) -> Reply[inspection_pb2.Webhook]:
        self._enter(request, call, request.account_id)
        made = inspection_pb2.Webhook(
            id=f"wh_{len(self.webhooks_of_all)}",
            url=request.url,
            events=request.events,
            description=request.description,
            notify_email=request.notify_email,
            status="enabled",
        )
        self.webhooks_of_all.append(made)
        shown = inspection_pb2.Webhook(secret="whsec_c2hvd24gb25jZQ==")
        shown.MergeFrom(made)
        return Reply(shown)

    async def GetWebhook(self, request: inspection_pb2.WebhookRequest, call: Call) -> inspection_pb2.Webhook:
        self._enter(request, call)
        found = [each for each in self.webhooks_of_all if each.id == request.id]
        if not found:
            raise NotFound("Webhook not found.")
        return found[0]

    async def UpdateWebhook(
        self, request: inspection_pb2.UpdateWebhookRequest, call: Call
    ) -> inspection_pb2.Webhook:
        found = await self.GetWebhook(inspection_pb2.WebhookRequest(id=request.id), call)
        for name in ("url", "description", "notify_email", "status"):
            if request.HasField(name):
                setattr(found, name, getattr(request, name))
        if request.HasField("events"):
            found.events[:] = request.events.types
        return found

    async def RotateWebhookSecret(
        self, request: inspection_pb2.RotateWebhookSecretRequest, call: Call
    ) -> Reply[inspection_pb2.Webhook]:
        account = self._enter(request, call)
        shown = inspection_pb2.Webhook(secret=f"whsec_{self._new('YW5v')}")
        shown.MergeFrom(await self.GetWebhook(inspection_pb2.WebhookRequest(id=request.id), call))
        return self._once(account, "RotateWebhookSecret", request, lambda: shown)

    async def DeleteWebhook(
        self, request: inspection_pb2.WebhookRequest, call: Call
    ) -> inspection_pb2.DeleteWebhookResponse:
        self.webhooks_of_all.remove(await self.GetWebhook(request, call))
        return inspection_pb2.DeleteWebhookResponse(id=request.id)

    async def SendTestEvent(
        self, request: inspection_pb2.WebhookRequest, call: Call
    ) -> inspection_pb2.Delivery:
        await self.GetWebhook(request, call)
        sent = inspection_pb2.Delivery(
            event_id=f"evt_{len(self.deliveries)}", type="test.event", status="failed", created_at=PLANNED_AT
        )
        self.deliveries.append(sent)
        return sent

    async def ListDeliveries(
        self, request: inspection_pb2.ListDeliveriesRequest, call: Call
    ) -> inspection_pb2.ListDeliveriesResponse:
        return inspection_pb2.ListDeliveriesResponse(data=self.deliveries[: request.limit])

    async def ReplayDeliveries(
        self, request: inspection_pb2.ReplayDeliveriesRequest, call: Call
    ) -> inspection_pb2.ReplayDeliveriesResponse:
        self._enter(request, call)
        states = (request.status,) if request.status else ("failed", "held")
        again = [
            each
            for each in self.deliveries
            if request.event_id in ("", each.event_id)
            and each.status in states
            and _is_within(each.created_at, request.queued_from, request.queued_until)
        ]
        return inspection_pb2.ReplayDeliveriesResponse(queued=len(again))

    async def ListWebhooks(
        self, request: inspection_pb2.ListWebhooksRequest, call: Call
    ) -> inspection_pb2.ListWebhooksResponse:
        self._account(call)
        return inspection_pb2.ListWebhooksResponse(data=self.webhooks_of_all)

    async def SystemHealth(
        self, request: inspection_pb2.SystemHealthRequest, call: Call
    ) -> inspection_pb2.SystemHealthResponse:
        self._account(call)
        part = inspection_pb2.ComponentHealth(name="planning", status="ok")
        return inspection_pb2.SystemHealthResponse(status="ok", components=[part])

    async def serving(self) -> dict[str, bool]:
        return {name: name not in self.down for name in ("sync", "planning", "execution", "inspection")}


def _is_within(moment: str, start: str, end: str) -> bool:
    at = datetime.fromisoformat(moment)
    return (not start or datetime.fromisoformat(start) <= at) and (
        not end or at < datetime.fromisoformat(end)
    )
