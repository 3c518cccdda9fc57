"""A new export of orders that a page names: the form, and the plan."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, ValidationFailed
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.files.carried import MAX_BYTES, packed, unpacked
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.forms import PLEASE
from entrygo.gateway.mapping import exports as mapping
from entrygo.gateway.schemas.exports import PlanBody
from entrygo.proto.sync.v1 import sync_pb2

LISTED = 200
MAX_ORDERS_BYTES = 4 * MAX_BYTES


async def planning(visit: Visit, order_names: Sequence[str]) -> Mapping[str, Any]:
    """What the form shows: the orders, by their external ids, and from where and by whom they may go."""
    listed = sync_pb2.ListRequest(limit=LISTED)
    warehouses, brokers = await asyncio.gather(
        visit.read(visit.services.sync.ListWarehouses, listed),
        visit.read(visit.services.sync.ListBrokers, listed),
    )
    return {
        "orders": packed(orjson.dumps(list(order_names))),
        "order_count": len(order_names),
        "warehouses": warehouses.data,
        "brokers": brokers.data,
        "typed": defaultdict(str, visit.form),
    }


async def plan(visit: Visit) -> Response:
    """POST /plan: plans the orders of the form and goes to their export."""
    names = _names(visit.form.get("orders", ""))
    try:
        body = validated(
            PlanBody,
            {
                "accountId": visit.account_id,
                "externalOrderIds": names,
                **visit.given("warehouseId", "brokerId", "entryDate"),
                "idempotencyKey": visit.form.get("key", ""),
            },
        )
        reply = await visit.write(visit.services.planning.PlanExport, mapping.plan_request(body))
    except EntryGoError as error:
        if error.error_kind not in EXPLAINED:
            raise
        return visit.page("new_plan.html", error=error, **await planning(visit, names))
    return visit.go(f"/exports/{reply.message.export_id}")


def _names(field: str) -> list[str]:
    content = unpacked(field, MAX_ORDERS_BYTES)
    try:
        names = orjson.loads(content)
    except orjson.JSONDecodeError:
        names = None
    if not isinstance(names, list):
        raise ValidationFailed.of([("orders", PLEASE, "invalid_type")])
    return names


PAGES = (Page("POST", "/plan", plan, takes_files=True),)
