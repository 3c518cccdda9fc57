"""Reads requests into commands, or names everything wrong with them at once; paths as REST spells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast, get_args

from entrygo.domain.snapshot import Amendment, AskedEntryType
from entrygo.domain.time import parse_day
from entrygo.planning.inputs import OnBlocked
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.numbers import not_negative
from entrygo.requests.texts import MAX_FAILURE, country, day, instant, one_of, plan_hash, public_id, text

PLAN_OPERATION = "exports.plan"
CANCEL_OPERATION = "exports.cancel"
AMEND_OPERATION = "exports.amend"
DEFAULT_COUNTRY = "US"
MAX_REASON_LENGTH = 2000
MAX_DIFF_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCommand:
    """A request to plan; `entry_date` None: today plus the warehouse's transit days."""

    warehouse_id: str
    broker_id: str
    order_ids: tuple[str, ...]
    # By the ids of their source system; planned after those of order_ids.
    external_order_ids: tuple[str, ...]
    destination_country: str
    batch_id: str
    is_dry_run: bool
    on_blocked: OnBlocked
    entry_date: date | None
    entry_type: AskedEntryType | None
    key: str
    fingerprint: bytes
    # What makes it the first plan of a successor.
    amendment: Amendment | None = None

    @property
    def operation(self) -> str:
        """Which operation's key it has."""
        return PLAN_OPERATION if self.amendment is None else AMEND_OPERATION


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOrders:
    """Orders by our ids, and others by the warehouse's own."""

    ids: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendCommand:
    """A request to amend, with the broker's numbers of the export's entries, if any."""

    amendment: Amendment
    entry_numbers: Mapping[int, str]
    leave_out: NamedOrders
    add: NamedOrders
    # How many orders its plan may have.
    max_orders: int
    on_blocked: OnBlocked
    entry_date: date | None
    is_dry_run: bool
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCommand:
    """A request to cancel."""

    export_id: str
    reason: str
    key: str
    fingerprint: bytes


def read_plan(request: planning_pb2.PlanExportRequest, *, max_orders: int) -> PlanCommand:
    """The command of a request; ValidationFailed with every issue otherwise."""
    issues = Issues()
    issues.require(accountId=request.account_id, warehouseId=request.warehouse_id, brokerId=request.broker_id)
    _check_orders(request.order_ids, request.external_order_ids, max_orders, issues)
    for path, value, check in (
        ("destinationCountry", request.destination_country, country),
        ("onBlocked", request.on_blocked, one_of(*OnBlocked)),
        ("entryDate", request.entry_date, day),
        ("entryType", request.entry_type, one_of(*get_args(AskedEntryType))),
    ):
        issues.optional(check, value, path)
    check_key(request.idempotency_key, issues)
    issues.check()
    normal = _normalised(request)
    return PlanCommand(
        warehouse_id=normal.warehouse_id,
        broker_id=normal.broker_id,
        order_ids=tuple(normal.order_ids),
        external_order_ids=tuple(normal.external_order_ids),
        destination_country=normal.destination_country,
        batch_id=normal.batch_id,
        is_dry_run=normal.dry_run,
        on_blocked=OnBlocked(normal.on_blocked),
        entry_date=parse_day(normal.entry_date) if normal.entry_date else None,
        entry_type=cast("AskedEntryType", normal.entry_type) if normal.entry_type else None,
        # A dry run stores nothing, so it has no effect that a key could keep from happening twice.
        key="" if normal.dry_run else normal.idempotency_key,
        fingerprint=fingerprint(PLAN_OPERATION, normal),
    )


def _normalised(request: planning_pb2.PlanExportRequest) -> planning_pb2.PlanExportRequest:
    """With the defaults written out, so that saying them or not is one and the same request."""
    normal = planning_pb2.PlanExportRequest()
    normal.CopyFrom(request)
    normal.destination_country = (request.destination_country or DEFAULT_COUNTRY).upper()
    normal.on_blocked = request.on_blocked or OnBlocked.BLOCK
    return normal


def read_cancel(request: planning_pb2.CancelExportRequest) -> CancelCommand:
    """The command of a request; ValidationFailed with every issue otherwise."""
    issues = Issues()
    issues.require(exportId=request.export_id)
    reason = issues.take(text(MAX_REASON_LENGTH), request.reason, "reason")
    check_key(request.idempotency_key, issues)
    issues.check()
    return CancelCommand(
        export_id=request.export_id,
        reason=reason or "",
        key=request.idempotency_key,
        fingerprint=fingerprint(CANCEL_OPERATION, request),
    )


def read_amend(request: planning_pb2.AmendExportRequest, *, max_orders: int) -> AmendCommand:
    """The command of a request; ValidationFailed with every issue otherwise."""
    issues = Issues()
    issues.require(exportId=request.export_id, reason=request.reason.strip())
    issues.take(text(MAX_REASON_LENGTH), request.reason, "reason")
    listed = {
        "leaveOutOrderIds": request.leave_out_order_ids,
        "addOrderIds": request.add_order_ids,
        "leaveOutExternalOrderIds": request.leave_out_external_order_ids,
        "addExternalOrderIds": request.add_external_order_ids,
    }
    if sum(map(len, listed.values())) > max_orders:
        issues.add(*too_many("addOrderIds", max_orders))
    else:
        for path, ids in listed.items():
            _check_listed(path, ids, issues)
    for path, value, check in (
        ("onBlocked", request.on_blocked, one_of(*OnBlocked)),
        ("entryDate", request.entry_date, day),
    ):
        issues.optional(check, value, path)
    check_key(request.idempotency_key, issues)
    issues.check()
    asked = planning_pb2.AmendExportRequest()
    asked.CopyFrom(request)
    # The broker may give it between two tries of one and the same request.
    asked.ClearField("entry_number")
    asked.ClearField("entry_numbers")
    return AmendCommand(
        amendment=Amendment(
            supersedes=request.export_id,
            reason=" ".join(request.reason.split()),
            after_entry=request.after_entry,
            entry_number=request.entry_number or None,
        ),
        entry_numbers={each.entry: each.entry_number for each in request.entry_numbers},
        leave_out=NamedOrders(
            ids=tuple(request.leave_out_order_ids), external_ids=tuple(request.leave_out_external_order_ids)
        ),
        add=NamedOrders(ids=tuple(request.add_order_ids), external_ids=tuple(request.add_external_order_ids)),
        max_orders=max_orders,
        on_blocked=OnBlocked(request.on_blocked or OnBlocked.BLOCK),
        entry_date=parse_day(request.entry_date) if request.entry_date else None,
        is_dry_run=request.dry_run,
        key="" if request.dry_run else request.idempotency_key,
        fingerprint=fingerprint(AMEND_OPERATION, asked),
    )


def check_claim(request: planning_pb2.ClaimExportRequest) -> None:
    """Raises ValidationFailed unless export and execution are named and what is optional is possible."""
    issues = Issues()
    issues.require(exportId=request.export_id)
    issues.take(public_id, request.execution_id, "executionId")
    issues.optional(plan_hash, request.expected_plan_hash, "expectedPlanHash")
    issues.optional(not_negative, request.discounts_usd, "shipment.charges")
    issues.check()


def check_release(request: planning_pb2.ReleaseExportRequest) -> None:
    """Raises ValidationFailed unless an export, an execution and a whole outcome are named."""
    issues = Issues()
    issues.require(exportId=request.export_id)
    issues.take(public_id, request.execution_id, "executionId")
    match request.WhichOneof("outcome"):
        case "completed":
            issues.take(public_id, request.completed.customs_package_id, "completed.customsPackageId")
            issues.take(instant, request.completed.executed_at, "completed.executedAt")
        case "failed":
            issues.take(public_id, request.failed.error_code, "failed.errorCode")
            issues.take(text(MAX_FAILURE), request.failed.message, "failed.message")
        case _:
            issues.required("outcome")
    issues.check()


def check_withdraw(request: planning_pb2.WithdrawExportRequest) -> None:
    """Raises ValidationFailed unless an export, a reason and, but for a dry run, a withdrawal are named."""
    issues = Issues()
    issues.require(exportId=request.export_id, reason=request.reason)
    issues.take(text(MAX_REASON_LENGTH), request.reason, "reason")
    if not request.dry_run:
        issues.take(public_id, request.withdrawal_id, "withdrawalId")
    issues.check()


def check_diff(request: planning_pb2.DiffPlansRequest) -> None:
    """Raises ValidationFailed unless an export and the plan to start from are named; at most 1000 changes."""
    issues = Issues()
    issues.require(**{"exportId": request.export_id, "from": request.from_plan_hash})
    issues.optional(plan_hash, request.from_plan_hash, "from")
    issues.optional(plan_hash, request.to_plan_hash, "to")
    if not 0 <= request.limit <= MAX_DIFF_LIMIT:
        issues.add("limit", f"Expected a whole number from 1 to {MAX_DIFF_LIMIT}", "invalid_number")
    issues.check()


def too_many(path: str, max_orders: int) -> tuple[str, str, str]:
    """The issue of more orders than a plan takes."""
    return path, f"At most {max_orders} orders in one export", "too_big"


def _check_orders(
    order_ids: Sequence[str], external_ids: Sequence[str], max_orders: int, issues: Issues
) -> None:
    if not order_ids and not external_ids:
        issues.required("orderIds")
    elif len(order_ids) + len(external_ids) > max_orders:
        path = "orderIds" if order_ids else "externalOrderIds"
        issues.add(*too_many(path, max_orders))
    else:
        _check_listed("orderIds", order_ids, issues)
        _check_listed("externalOrderIds", external_ids, issues)


def _check_listed(path: str, ids: Sequence[str], issues: Issues) -> None:
    seen: set[str] = set()
    for index, order_id in enumerate(ids):
        if not order_id:
            issues.required(f"{path}.{index}")
        elif order_id in seen:
            issues.add(f"{path}.{index}", f"Order {order_id} is listed twice", "duplicate")
        seen.add(order_id)
