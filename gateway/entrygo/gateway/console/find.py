"""Find: one box for everything that has an id, ours or the caller's own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import Kind
from entrygo.domain.ids import is_valid_id
from entrygo.domain.submissions import worst
from entrygo.gateway.console.missing import AWAY_OR_GONE, or_none
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.console.words import counted, money, standing
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2

MAX_QUERY = 255
# Of each kind.
SHOWN = 5
# Exports whose plans are searched for a product.
BLOCKED = 10
# Nobody has it, or it is no name that the kind could have.
NOTHING = frozenset({Kind.NOT_FOUND, Kind.INVALID, Kind.UNAVAILABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was found: what it is, in a line, and its page if it has one."""

    kind: str
    name: str
    detail: str
    id: str
    path: str = ""
    # The exports that it leads to, each in a word or two.
    exports: Sequence[tuple[str, str]] = ()


async def show(visit: Visit) -> Response:
    """GET /find?q=…: what has this id, SKU or number; goes straight there where it is one thing."""
    query = visit.request.query_params.get("q", "").strip()[:MAX_QUERY]
    hits = await _search(visit, query) if query else []
    if len(hits) == 1 and hits[0].path:
        return visit.go(hits[0].path)
    return visit.page("find.html", query=query, hits=hits)


async def _search(visit: Visit, query: str) -> list[Hit]:
    """What is called so: an id of ours or the caller's, a SKU, the number of a package, entry or shipment."""
    searches: list[Callable[[Visit, str], Awaitable[Sequence[Hit]]]] = [
        _numbers, _control_numbers, _orders, _products, _by_sku,
    ]  # fmt: skip
    if is_valid_id(query):
        searches = [_export, _package, _order, _product, *searches]
    answers = await asyncio.gather(*(or_none(search(visit, query), NOTHING) for search in searches))
    unique = {hit.id: hit for hits in answers for hit in hits or ()}
    return list(unique.values())


async def _export(visit: Visit, query: str) -> Sequence[Hit]:
    found = await _inspected(visit, query)
    orders = counted(len(found.plan.included_order_ids), "order")
    path = f"/exports/{found.export_id}"
    return [Hit(kind="Export", name=orders, detail=_stands(found), id=query, path=path)]


async def _inspected(visit: Visit, export_id: str) -> inspection_pb2.Export:
    request = inspection_pb2.InspectExportRequest(export_id=export_id)
    return await visit.read(visit.services.inspection.InspectExport, request)


def _stands(export: inspection_pb2.Export) -> str:
    """How an inspected export stands, in a word."""
    submission = worst(export.broker_submissions)
    return standing(export.state, export.plan.readiness_state, submission.status if submission else "").word


async def _package(visit: Visit, query: str) -> Sequence[Hit]:
    request = inspection_pb2.GetCustomsPackageRequest(id=query)
    found = await visit.read(visit.services.inspection.GetCustomsPackage, request)
    path = f"/exports/{found.export_batch_id}#documents"
    return [Hit(kind="Package", name=found.package_number, detail=found.state, id=found.id, path=path)]


async def _numbers(visit: Visit, query: str) -> Sequence[Hit]:
    request = execution_pb2.FindCustomsPackagesRequest(number=query)
    found = await visit.read(visit.services.execution.FindCustomsPackages, request)
    return [
        Hit(
            kind="Package",
            name=each.package_number,
            detail=f"Entry {', '.join(each.entry_numbers)}" if each.entry_numbers else "no entry number yet",
            id=each.id,
            path=f"/exports/{each.export_id}#documents",
        )
        for each in found.data
    ]


async def _control_numbers(visit: Visit, query: str) -> Sequence[Hit]:
    """The export whose truck has this shipment control number."""
    request = planning_pb2.ListOrderExportsRequest(control_number=query.upper())
    found = await visit.read(visit.services.planning.ListOrderExports, request)
    return [hit for each in found.data for hit in await _export(visit, each.export_id)]


async def _order(visit: Visit, query: str) -> Sequence[Hit]:
    found = await visit.read(visit.services.sync.GetOrder, sync_pb2.GetRequest(id=query))
    return [await _order_hit(visit, found)]


async def _product(visit: Visit, query: str) -> Sequence[Hit]:
    found = await visit.read(visit.services.sync.GetProduct, sync_pb2.GetRequest(id=query))
    return await _product_hits(visit, [found])


async def _orders(visit: Visit, query: str) -> Sequence[Hit]:
    """The order with this external id: at most one, as an account has each of them once."""
    found = await visit.read(visit.services.sync.ListOrders, _named(query))
    return await asyncio.gather(*(_order_hit(visit, order) for order in found.data))


async def _products(visit: Visit, query: str) -> Sequence[Hit]:
    found = await visit.read(visit.services.sync.ListProducts, _named(query))
    return await _product_hits(visit, found.data)


async def _by_sku(visit: Visit, query: str) -> Sequence[Hit]:
    request = sync_pb2.ListRequest(limit=SHOWN, sku=query)
    found = await visit.read(visit.services.sync.ListProducts, request)
    return await _product_hits(visit, found.data)


def _named(query: str) -> Any:
    return sync_pb2.ListRequest(limit=SHOWN, external_id=query)


async def _order_hit(visit: Visit, order: sync_pb2.Order) -> Hit:
    place = " ".join(filter(None, (order.destination_region, order.destination_country)))
    detail = f"{counted(len(order.items), 'line')}, {money(order.total_value_usd)}, to {place}"
    request = planning_pb2.ListOrderExportsRequest(order_id=order.id)
    found = await or_none(visit.read(visit.services.planning.ListOrderExports, request))
    exports = () if found is None else found.data
    # Whether the broker has an executed one, planning does not know.
    words = await asyncio.gather(*(_word(visit, each) for each in exports))
    return Hit(
        kind="Order",
        name=order.external_id,
        detail=detail,
        id=order.id,
        exports=[(each.export_id, word) for each, word in zip(exports, words, strict=True)],
    )


async def _word(visit: Visit, export: planning_pb2.OrderExport) -> str:
    """How an export of an order stands; by its state alone while nobody can inspect it."""
    inspected = await or_none(_inspected(visit, export.export_id), AWAY_OR_GONE)
    if inspected is None:
        return standing(export.state, export.readiness_state, "").word
    return _stands(inspected)


async def _product_hits(visit: Visit, products: Sequence[sync_pb2.Product]) -> Sequence[Hit]:
    """Products, each with those of the newest blocked exports that it blocks."""
    blocked = await or_none(_blocked(visit)) if products else None
    return [_product_hit(product, blocked or ()) for product in products]


async def _blocked(visit: Visit) -> Sequence[inspection_pb2.Export]:
    """The newest exports that do not leave as they are planned, with their plans."""
    inspection = visit.services.inspection
    wanted = inspection_pb2.ListExportsRequest(limit=BLOCKED, state="BATCHED", readiness_state="BLOCKED")
    found = await visit.read(inspection.ListExports, wanted)
    requests = [inspection_pb2.InspectExportRequest(export_id=each.export_id) for each in found.data]
    plans = await asyncio.gather(
        *(or_none(visit.read(inspection.InspectExport, request), NOTHING) for request in requests)
    )
    return [each for each in plans if each is not None]


def _product_hit(product: sync_pb2.Product, blocked: Sequence[inspection_pb2.Export]) -> Hit:
    known = (product.name, f"HTS {product.hts_code}" if product.hts_code else "no HTS code yet")
    origin = f"from {product.country_of_origin}" if product.country_of_origin else "no origin yet"
    detail = ", ".join(filter(None, (*known, origin)))
    most = {
        export.export_id: max(
            (each.orders_blocked for each in export.plan.issues.by_product if each.product_id == product.id),
            default=0,
        )
        for export in blocked
    }
    return Hit(
        kind="Product",
        name=product.sku or product.external_id,
        detail=detail,
        id=product.id,
        exports=[(id, f"blocks {counted(orders, 'order')}") for id, orders in most.items() if orders],
    )


PAGES = (Page("GET", "/find", show),)
