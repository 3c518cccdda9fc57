"""What can be done with an export: forms of its page, with the schemas and mappings of the REST routes."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, InvalidExportState, Kind, NotFound, ValidationFailed
from entrygo.domain.ids import IdKind, by_origin
from entrygo.gateway.console.export_page import CONFIRMED, GAVE_BACK, MISSING, inspected, render
from entrygo.gateway.console.product_fields import Editable, editable, value_of
from entrygo.gateway.console.visit import Handler, Page, Visit
from entrygo.gateway.entry_numbers import by_entry, numbers_in
from entrygo.gateway.exchange import validated
from entrygo.gateway.mapping import exports as mapping
from entrygo.gateway.routes import export_changes, policies
from entrygo.gateway.routes.setup import PRODUCTS
from entrygo.gateway.schemas.exports import (
    AmendBody,
    CancelBody,
    ExecuteBody,
    NoteBrokerAnswerBody,
    PlanBody,
    ResubmitBody,
    WithdrawBody,
)
from entrygo.gateway.schemas.policy import ApproveBody
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.sync.v1 import sync_pb2

# The page explains these beside the form; anything else is a page of its own.
EXPLAINED = frozenset(
    {Kind.INVALID, Kind.CONFLICT, Kind.KEY_REUSED, Kind.IN_PROGRESS, Kind.FORBIDDEN, Kind.UNAVAILABLE}
)


class MendedMeanwhile(EntryGoError):
    """Somebody gave the product another value there while you typed. Save once more to replace it."""

    code = "CHANGED_MEANWHILE"
    kind = Kind.CONFLICT


def _on_export(name: str) -> Callable[[Handler], Page]:
    """A form of the export's page: what is wrong with it is shown there, beside what was typed."""

    def page(act: Handler) -> Page:
        @wraps(act)
        async def answer(visit: Visit) -> Response:
            try:
                return await act(visit)
            except EntryGoError as error:
                if error.error_kind not in EXPLAINED:
                    raise
                return await render(visit, error=error, of=name)

        return Page("POST", f"/exports/{{id}}/{name}", answer)

    return page


def _back(visit: Visit, query: str = "") -> Response:
    return visit.go(f"/exports/{visit.path_id(MISSING)}{query}")


def _key(visit: Visit) -> dict[str, str]:
    return {"idempotencyKey": visit.form.get("key", "")}


def _entry(visit: Visit) -> dict[str, Decimal]:
    """Which entry a form is about, where it asks."""
    given = visit.form.get("entry", "")
    return {"entry": Decimal(given)} if given.isascii() and given.isdecimal() else {}


@_on_export("fix")
async def fix(visit: Visit) -> Response:
    """POST of one suggested fix: changes that field of the product, by the key of the session."""
    field = editable(visit.form.get("field", ""))
    product_id = visit.form.get("product", "")
    if field is None or not product_id:
        raise NotFound("There is no such field.")
    if not visit.form.get("value"):
        raise ValidationFailed.of([(".".join(field.rest_path), "Required", "invalid_type")])
    await _check_unchanged(visit, product_id, field)
    body = validated(PRODUCTS.schemas.patch_body, {**field.body(visit.form["value"]), **_key(visit)})
    await visit.write(visit.services.sync.UpdateProduct, PRODUCTS.patch_request(product_id, body))
    return _back(visit, f"?saved={product_id}#fix")


async def _check_unchanged(visit: Visit, product_id: str, field: Editable) -> None:
    """MendedMeanwhile where the product has neither the value that the page showed nor the one to save."""
    if "was" not in visit.form:
        return
    product = await visit.read(visit.services.sync.GetProduct, sync_pb2.GetRequest(id=product_id))
    current = value_of(product, field)
    if current not in (visit.form["was"], visit.form["value"]):
        raise MendedMeanwhile(
            f"Somebody gave {product.sku} the value {current!r} there while you typed."
            " Save once more to replace it."
        )


def _orders_of(visit: Visit, found: inspection_pb2.Export) -> dict[str, Any]:
    """What a plan of the orders of an export asks for, those that it left out included."""
    before = found.plan
    return {
        "accountId": visit.account_id,
        "warehouseId": before.warehouse_id,
        "brokerId": before.broker_id,
        "destinationCountry": before.destination_country,
        "orderIds": [*before.included_order_ids, *before.excluded_order_ids],
        **visit.given("entryDate", "onBlocked", "entryType"),
        **_key(visit),
    }


@_on_export("plan")
async def plan(visit: Visit) -> Response:
    """Plans the same orders again, on today's facts; the page then shows what changed."""
    found = await inspected(visit)
    body = validated(PlanBody, {**_orders_of(visit, found), "batchId": found.export_id})
    await visit.write(visit.services.planning.PlanExport, mapping.plan_request(body))
    return _back(visit, f"?since={found.plan.plan_hash}#changed")


@_on_export("anew")
async def plan_anew(visit: Visit) -> Response:
    """Plans the orders of an export that gave them back as another one, and goes there."""
    found = await inspected(visit)
    if found.state not in GAVE_BACK:
        raise InvalidExportState(details={"currentState": found.state})
    body = validated(PlanBody, _orders_of(visit, found))
    reply = await visit.write(visit.services.planning.PlanExport, mapping.plan_request(body))
    return visit.go(f"/exports/{reply.message.export_id}")


@_on_export("approve")
async def approve(visit: Visit) -> Response:
    """A person's consent, by name, to the plan that the page showed."""
    given = visit.given("planHash", "approvedBy", "note")
    body = validated(ApproveBody, {**given, **_key(visit)})
    request = policies.approve_request(visit.path_id(MISSING), body)
    await visit.write(visit.services.planning.ApproveExport, request)
    return _back(visit)


@_on_export("execute")
async def execute(visit: Visit) -> Response:
    """Sends the plan that the page showed, once the end of its hash is typed."""
    plan_hash = visit.form.get("planHash", "")
    if not plan_hash or visit.form.get("confirm", "").lower() != plan_hash[-CONFIRMED:]:
        message = f"Type the last {CONFIRMED} characters of the plan hash that is shown"
        raise ValidationFailed.of([("confirm", message, "invalid_string")])
    shipment: dict[str, Any] = visit.given("papsNumber", "tripNumber", "shippedOn")
    body = validated(
        ExecuteBody,
        {
            "accountId": visit.account_id,
            "batchId": visit.path_id(MISSING),
            "expectedPlanHash": plan_hash,
            **({"shipment": shipment} if shipment else {}),
            **_key(visit),
        },
    )
    await visit.write(visit.services.execution.ExecuteExport, mapping.execute_request(body))
    return _back(visit)


@_on_export("resend")
async def resend(visit: Visit) -> Response:
    """Sends the package again, as a further row of the ledger."""
    body = validated(ResubmitBody, {**visit.given("reason"), **_entry(visit), **_key(visit)})
    request = export_changes.resubmit_request(visit.path_id(MISSING), body)
    await visit.write(visit.services.execution.ResubmitToBroker, request)
    return _back(visit, "#broker")


@_on_export("broker-answer")
async def note_answer(visit: Visit) -> Response:
    """Notes what the broker said on the phone: above all whether it has one that may have arrived."""
    given: dict[str, Any] = visit.given("outcome", "entryNumber", "reason", "notedBy", "note")
    numbers = numbers_in(visit.form, "entryNumber")
    if numbers:
        given["entryNumbers"] = [
            {"entry": Decimal(each.entry), "entryNumber": each.number} for each in numbers
        ]
    try:
        body = validated(NoteBrokerAnswerBody, {**given, **_entry(visit), **_key(visit)})
        request = export_changes.note_request(visit.path_id(MISSING), body)
        await visit.write(visit.services.execution.NoteBrokerAnswer, request)
    except EntryGoError as error:
        raise by_entry(error, numbers) from error
    return _back(visit, "#broker")


@_on_export("withdraw")
async def withdraw(visit: Visit) -> Response:
    """Withdraws the package and notifies the broker."""
    body = validated(WithdrawBody, {**visit.given("reason"), **_key(visit)})
    request = export_changes.withdraw_request(visit.path_id(MISSING), body)
    await visit.write(visit.services.execution.WithdrawExport, request)
    return _back(visit)


@_on_export("amend")
async def amend(visit: Visit) -> Response:
    """Plans what takes its place, and goes there."""
    lines = visit.form.get("leaveOut", "").replace(",", "\n").splitlines()
    ids, own_ids = by_origin((line.strip() for line in lines if line.strip()), IdKind.ORDER)
    body = validated(
        AmendBody,
        {
            **visit.given("reason", "entryDate", "onBlocked"),
            "leaveOutOrderIds": ids,
            "leaveOutExternalOrderIds": own_ids,
            "afterEntry": "afterEntry" in visit.form,
            **_key(visit),
        },
    )
    request = export_changes.amend_request(visit.path_id(MISSING), body)
    reply = await visit.write(visit.services.execution.AmendExport, request)
    return visit.go(f"/exports/{reply.message.export_id}")


@_on_export("cancel")
async def cancel(visit: Visit) -> Response:
    """Gives up a plan; its orders are free for another one."""
    body = validated(CancelBody, {**visit.given("reason"), **_key(visit)})
    request = export_changes.cancel_request(visit.path_id(MISSING), body)
    await visit.write(visit.services.planning.CancelExport, request)
    return _back(visit)


PAGES: tuple[Page, ...] = (
    fix, plan, plan_anew, approve, execute, resend, note_answer, withdraw, amend, cancel,
)  # fmt: skip
