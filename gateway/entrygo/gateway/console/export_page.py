"""One export: how it stands, what to fix, what was left out, how it goes on, and everything that happened."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError
from entrygo.domain.left_behind import (
    ALWAYS_BEHIND,
    NAMED,
    OF_THE_WAREHOUSE,
    importer_named,
    keeps_importer_behind,
)
from entrygo.domain.submissions import newest_of_each_entry
from entrygo.gateway.console.approvals import approval_of
from entrygo.gateway.console.missing import AWAY_OR_GONE, or_none
from entrygo.gateway.console.plan_changes import FINDINGS, changes_of
from entrygo.gateway.console.product_fields import Editable, editable, value_of
from entrygo.gateway.console.timeline import moments
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.console.words import Standing, standing
from entrygo.gateway.entry_numbers import MAX_FIELDS
from entrygo.gateway.exchange import validated
from entrygo.gateway.mapping.coverage import coverage
from entrygo.gateway.mapping.duties import estimated_entries
from entrygo.gateway.mapping.exports import PACKAGE
from entrygo.gateway.mapping.inspection import inspect_answer
from entrygo.gateway.mapping.plan_diff import diff_answer, diff_request
from entrygo.gateway.mapping.plan_issues import of_export, plan_issues
from entrygo.gateway.schemas.export_views import InspectAnswer
from entrygo.gateway.schemas.exports import DiffQuery
from entrygo.gateway.schemas.plan_diff import PlanDiffAnswer
from entrygo.gateway.schemas.plan_issues import ProductIssue
from entrygo.imports.columns import PRODUCT_FIELDS
from entrygo.imports.wanted import columns_below
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.sync.v1 import sync_pb2

MISSING = "There is no such export."
# Issues, and orders left out, that a page shows at once; the others follow when these are mended.
SHOWN = 25
# The last characters of a plan hash, which are asked for before anything is sent.
CONFIRMED = 6
# States whose orders are free, for another export.
GAVE_BACK = frozenset({"CANCELLED", "WITHDRAWN"})
# What an address asks to be shown after a form was taken; its part is asked for with the same.
SHOWN_ONCE = ("saved", "since")
SETTLED = frozenset({"acknowledged", "rejected", "failed", "unknown"})
# Whose form of Setup mends a finding on the export as a whole, by what its field begins with.
RECORDS = {"broker": "brokers", "warehouse": "warehouses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A product's issue with the input that mends it and what the product has by now.

    `columns` are those of a file of products, where no input of the page takes all of it.
    """

    issue: ProductIssue
    field: Editable | None
    value: str
    columns: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTheWhole:
    """A finding that is no product's and no order's, with the page of Setup that mends it, if one does."""

    message: events_pb2.ValidationMessage
    mended_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An order that does not go, with its reasons."""

    order_id: str
    name: str
    reasons: Sequence[str]


async def show(visit: Visit) -> Response:
    """GET /exports/{id}: the page of one export; 404 for one that the key does not reach."""
    return await render(visit, "export.html")


async def show_part(visit: Visit) -> Response:
    """GET /exports/{id}/part: what changes on the page, without its frame."""
    return await render(visit, "export_body.html")


async def render(
    visit: Visit, template: str = "export.html", *, error: EntryGoError | None = None, of: str = ""
) -> Response:
    """The page; `error` is what was wrong with the form `of`, whose fields keep what was typed."""
    found = await inspected(visit)
    issues, whole_issues = plan_issues(found.plan), _of_the_whole(found.plan)
    names, fixes, left_out, diff, approval = await asyncio.gather(
        _names(visit, found),
        _fixes(visit, found, issues["issues_by_product"]),
        _left_out(visit, found),
        _diff(visit, found),
        approval_of(visit, found),
    )
    export, asked = _without_findings(found), visit.request.query_params
    return visit.page(
        template,
        error=error,
        failed_form=of,
        typed=defaultdict(str, visit.form if error is not None else {}),
        blank=defaultdict(str),
        export=export,
        standing=_standing(found, export),
        # The part that takes the body's place knows of no refusal: what was wrong would be gone at once.
        follows=not _is_settled(found) and error is None,
        shown={name: asked[name] for name in SHOWN_ONCE if name in asked},
        submissions=list(reversed(export["brokerSubmissions"])),
        is_package=lambda one: one["kind"] == PACKAGE,
        plan_entries=[entry.number for entry in found.plan.entries],
        number_fields=MAX_FIELDS,
        sent_by_entry=any(one["entry"] for one in export["brokerSubmissions"]),
        timeline=moments(export["events"]),
        totals=issues["issue_totals"],
        order_issues=issues["issues_by_order"],
        whole_issues=whole_issues,
        entries=estimated_entries(found.plan),
        coverage=coverage(found.plan),
        names=names,
        fixes=fixes,
        fixes_left=max(0, len(found.plan.issues.by_product) - SHOWN),
        left_out=left_out,
        left_out_left=max(0, len(found.plan.excluded_order_ids) - SHOWN),
        diff=diff,
        changes=changes_of(diff) if diff else None,
        saved=asked.get("saved", ""),
        confirmed=CONFIRMED,
        approval=approval,
        gave_back=found.state in GAVE_BACK,
        **_asked_of(found.plan),
    )


def _without_findings(found: inspection_pb2.Export) -> InspectAnswer:
    """No page shows thousands of them one by one."""
    found.plan.ClearField("validation_messages")
    return inspect_answer(found)


def _standing(found: inspection_pb2.Export, export: InspectAnswer) -> Standing:
    submission = export["brokerSubmission"]
    status = submission["status"] if submission else ""
    return standing(found.state, found.plan.readiness_state, status)


def _is_settled(found: inspection_pb2.Export) -> bool:
    """Whether nothing more comes by itself: of each entry where each goes in one of its own."""
    if found.state in ("BATCHED", "EXECUTING"):
        return False
    newest = newest_of_each_entry(found.broker_submissions)
    return bool(newest) and all(each.status in SETTLED for each in newest)


async def inspected(visit: Visit) -> inspection_pb2.Export:
    """The export that the path names. Raises NotFound."""
    request = inspection_pb2.InspectExportRequest(export_id=visit.path_id(MISSING))
    return await visit.read(visit.services.inspection.InspectExport, request)


async def _names(visit: Visit, found: inspection_pb2.Export) -> Mapping[str, str]:
    """What warehouse and broker are called; their ids while sync cannot say."""
    sync, plan = visit.services.sync, found.plan
    records: Sequence[Any] = await asyncio.gather(
        or_none(visit.read(sync.GetWarehouse, sync_pb2.GetRequest(id=plan.warehouse_id)), AWAY_OR_GONE),
        or_none(visit.read(sync.GetBroker, sync_pb2.GetRequest(id=plan.broker_id)), AWAY_OR_GONE),
    )
    named = {record.id: record.name or record.external_id for record in records if record is not None}
    return {plan.warehouse_id: plan.warehouse_id, plan.broker_id: plan.broker_id, **named}


async def _fixes(visit: Visit, found: inspection_pb2.Export, answers: Sequence[ProductIssue]) -> list[Fix]:
    """Of the first issues of the plan, each with its answer."""
    if found.state not in ("BATCHED", "FAILED"):
        return []
    issues: Sequence[events_pb2.ProductIssue] = found.plan.issues.by_product[:SHOWN]
    get = visit.services.sync.GetProduct
    products = await asyncio.gather(
        *(
            or_none(visit.read(get, sync_pb2.GetRequest(id=issue.product_id)), AWAY_OR_GONE)
            for issue in issues
        )
    )
    fixes = []
    for issue, answer, product in zip(issues, answers[:SHOWN], products, strict=True):
        field = editable(issue.field) if product is not None else None
        value = value_of(product, field) if product is not None and field is not None else ""
        columns = columns_below(answer["fix"]["field"], PRODUCT_FIELDS.values())
        fixes.append(Fix(issue=answer, field=field, value=value, columns=columns))
    return fixes


def _of_the_whole(plan: events_pb2.Plan) -> list[OfTheWhole]:
    """Findings on importers, broker, warehouse, date or lists, which stand at no product and no order."""
    return [OfTheWhole(message=each, mended_at=_mended_at(plan, each.field)) for each in of_export(plan)]


def _mended_at(plan: events_pb2.Plan, field: str) -> str:
    ids = {"brokers": plan.broker_id, "warehouses": plan.warehouse_id}
    if noun := RECORDS.get(field.partition(".")[0]):
        return f"/setup/{noun}/{ids[noun]}"
    if field.startswith(OF_THE_WAREHOUSE):
        return f"/setup/warehouses/{plan.warehouse_id}"
    return "/setup" if field.startswith(NAMED) else ""


async def _left_out(visit: Visit, found: inspection_pb2.Export) -> list[LeftOut]:
    order_ids = found.plan.excluded_order_ids[:SHOWN]
    get = visit.services.sync.GetOrder
    orders = await asyncio.gather(
        *(or_none(visit.read(get, sync_pb2.GetRequest(id=order_id)), AWAY_OR_GONE) for order_id in order_ids)
    )
    reasons: dict[str, list[str]] = {order_id: [] for order_id in order_ids}
    for message in found.plan.validation_messages:
        if message.order_id in reasons and message.message not in reasons[message.order_id]:
            reasons[message.order_id].append(message.message)
    return [
        LeftOut(
            order_id=order_id,
            name=order.external_id if order is not None else order_id,
            reasons=reasons[order_id] or _of_importer(found.plan, order),
        )
        for order_id, order in zip(order_ids, orders, strict=True)
    ]


def _asked_of(plan: events_pb2.Plan) -> dict[str, Any]:
    """What the plan was asked to do, for the next one: to leave out orders with an error, and its entry type.

    Some orders stay behind for another reason than an error.
    """
    leaves_out = any(not ALWAYS_BEHIND.issuperset(order.reasons) for order in plan.excluded_orders)
    return {"leaves_out": leaves_out, "asked_entry_type": plan.asked_entry_type}


def _of_importer(plan: events_pb2.Plan, order: sync_pb2.Order | None) -> list[str]:
    """What keeps the importer of an order behind; of all importers, where it is not known which it is."""
    of_importers = [
        message
        for message in plan.validation_messages
        if not message.order_id and keeps_importer_behind(message.severity, message.field)
    ]
    if order is None or order.importer_number:
        return [message.message for message in of_importers]
    own = [each for each in of_importers if importer_named(each.field) == order.importer_external_id]
    return [message.message for message in own or of_importers]


async def _diff(visit: Visit, found: inspection_pb2.Export) -> PlanDiffAnswer | None:
    """What changed since the plan that the address names; None where it names none of this export."""
    before = visit.request.query_params.get("since", "")
    if not before:
        return None
    request = diff_request(found.export_id, validated(DiffQuery, {"from": before, "limit": str(FINDINGS)}))
    answer = await or_none(visit.read(visit.services.planning.DiffPlans, request), AWAY_OR_GONE)
    return None if answer is None else diff_answer(answer)


PAGES = (Page("GET", "/exports/{id}", show), Page("GET", "/exports/{id}/part", show_part))
