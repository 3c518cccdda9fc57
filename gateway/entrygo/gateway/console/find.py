"""Find: one box for everything that has an id, ours or the caller's own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import Kind
from entrygo.domain.ids import is_valid_id
from entrygo.gateway.console.missing import or_none
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.console.words import counted, money, standing
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.sync.v1 import sync_pb2

MAX_QUERY = 255
# Of each kind.
SHOWN = 5
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


async def show(visit: Visit) -> Response:
    """GET /find?q=…: what has this id, SKU or number; goes straight there where it is one thing."""
    query = visit.request.query_params.get("q", "").strip()[:MAX_QUERY]
    hits = await _search(visit, query) if query else []
    if len(hits) == 1 and hits[0].path:
        return visit.go(hits[0].path)
    return visit.page("find.html", query=query, hits=hits)


async def _search(visit: Visit, query: str) -> list[Hit]:
    """What is called so: by our id, by the caller's own, by SKU, by the number of a package or an entry."""
    searches: list[Callable[[Visit, str], Awaitable[Sequence[Hit]]]] = [_numbers, _orders, _products, _by_sku]
    if is_valid_id(query):
        searches = [_export, _package, _order, _product, *searches]
    answers = await asyncio.gather(*(or_none(search(visit, query), NOTHING) for search in searches))
    unique = {hit.id: hit for hits in answers for hit in hits or ()}
    return list(unique.values())


async def _export(visit: Visit, query: str) -> Sequence[Hit]:
    request = inspection_pb2.InspectExportRequest(export_id=query)
    found = await visit.read(visit.services.inspection.InspectExport, request)
    submissions = found.broker_submissions
    status = submissions[-1].status if submissions else ""
    stands = standing(found.state, found.plan.readiness_state, status)
    orders = counted(len(found.plan.included_order_ids), "order")
    return [Hit(kind="Export", name=orders, detail=stands.word, id=query, path=f"/exports/{found.export_id}")]


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


async def _order(visit: Visit, query: str) -> Sequence[Hit]:
    return [_order_hit(await visit.read(visit.services.sync.GetOrder, sync_pb2.GetRequest(id=query)))]


async def _product(visit: Visit, query: str) -> Sequence[Hit]:
    return [_product_hit(await visit.read(visit.services.sync.GetProduct, sync_pb2.GetRequest(id=query)))]


async def _orders(visit: Visit, query: str) -> Sequence[Hit]:
    found = await visit.read(visit.services.sync.ListOrders, _named(query))
    return [_order_hit(order) for order in found.data]


async def _products(visit: Visit, query: str) -> Sequence[Hit]:
    found = await visit.read(visit.services.sync.ListProducts, _named(query))
    return [_product_hit(product) for product in found.data]


async def _by_sku(visit: Visit, query: str) -> Sequence[Hit]:
    request = sync_pb2.ListRequest(limit=SHOWN, sku=query)
    found = await visit.read(visit.services.sync.ListProducts, request)
    return [_product_hit(product) for product in found.data]


def _named(query: str) -> Any:
    return sync_pb2.ListRequest(limit=SHOWN, external_id=query)


def _order_hit(order: sync_pb2.Order) -> Hit:
    place = " ".join(filter(None, (order.destination_region, order.destination_country)))
    detail = f"{counted(len(order.items), 'line')}, {money(order.total_value_usd)}, to {place}"
    return Hit(kind="Order", name=order.external_id, detail=detail, id=order.id)


def _product_hit(product: sync_pb2.Product) -> Hit:
    known = (product.name, f"HTS {product.hts_code}" if product.hts_code else "no HTS code yet")
    origin = f"from {product.country_of_origin}" if product.country_of_origin else "no origin yet"
    detail = ", ".join(filter(None, (*known, origin)))
    return Hit(kind="Product", name=product.sku or product.external_id, detail=detail, id=product.id)


PAGES = (Page("GET", "/find", show),)
