"""Setup: who ships, who files, what the account asks of its plans, and how current the lists are."""

import asyncio

from starlette.responses import Response

from entrygo.gateway.console.missing import or_none
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.mapping.coverage import coverage
from entrygo.gateway.routes.setup import with_email_states
from entrygo.gateway.schemas.plan_views import LoadedList
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2

LISTED = 200


async def show(visit: Visit) -> Response:
    """GET /setup: parties, policy, webhooks and loaded lists; a part that is away leaves its place empty."""
    services, listed = visit.services, sync_pb2.ListRequest(limit=LISTED)
    warehouses, brokers, importers, policy, webhooks, lists = await asyncio.gather(
        or_none(visit.read(services.sync.ListWarehouses, listed)),
        or_none(visit.read(services.sync.ListBrokers, listed)),
        or_none(visit.read(services.sync.ListImporters, listed)),
        or_none(visit.read(services.planning.GetPolicy, planning_pb2.GetPolicyRequest())),
        or_none(visit.read(services.webhooks.ListWebhooks, inspection_pb2.ListWebhooksRequest())),
        or_none(_lists(visit)),
    )
    if brokers is not None:
        await with_email_states(visit, brokers.data)
    return visit.page(
        "setup.html",
        warehouses=warehouses,
        brokers=brokers,
        importers=importers,
        policy=policy,
        webhooks=webhooks,
        lists=lists,
        is_saved="saved" in visit.request.query_params,
    )


async def _lists(visit: Visit) -> list[LoadedList]:
    """What the newest plan was checked against; empty before the first one."""
    inspection = visit.services.inspection
    newest = await visit.read(inspection.ListExports, inspection_pb2.ListExportsRequest(limit=1))
    if not newest.data:
        return []
    request = inspection_pb2.InspectExportRequest(export_id=newest.data[0].export_id)
    return coverage((await visit.read(inspection.InspectExport, request)).plan)["lists"]


PAGES = (Page("GET", "/setup", show),)
