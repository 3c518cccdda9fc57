"""Setup: who ships, who files, what the account asks of its plans, and how current the lists are."""

import asyncio

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.missing import or_none
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.mapping.coverage import coverage
from entrygo.gateway.routes.policies import set_policy_request
from entrygo.gateway.routes.setup import with_email_states
from entrygo.gateway.schemas.export_views import LoadedList
from entrygo.gateway.schemas.policy import PolicyBody
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2

LISTED = 200


async def show(visit: Visit) -> Response:
    """GET /setup."""
    return await _page(visit)


async def _page(visit: Visit, error: EntryGoError | None = None) -> Response:
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
        error=error,
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


async def set_policy(visit: Visit) -> Response:
    """POST /setup/policy: named approvals and agents; the rest of the policy stays as it is."""
    try:
        found = await visit.read(visit.services.planning.GetPolicy, planning_pb2.GetPolicyRequest())
        body = validated(
            PolicyBody,
            {
                "accountId": visit.account_id,
                "severities": dict(found.severities),
                "codesWithoutApproval": list(found.codes_without_approval),
                "approvalRequired": "approvalRequired" in visit.form,
                "agentsMayAct": "agentsMayAct" in visit.form,
                "savingsBasis": found.savings_basis or None,
                "idempotencyKey": visit.form.get("key", ""),
            },
        )
        await visit.write(visit.services.planning.SetPolicy, set_policy_request(body))
    except EntryGoError as error:
        if error.error_kind not in EXPLAINED:
            raise
        return await _page(visit, error)
    return visit.go("/setup?saved#policy")


PAGES = (Page("GET", "/setup", show), Page("POST", "/setup/policy", set_policy))
