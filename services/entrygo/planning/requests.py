"""Reads requests into commands, or tells everything wrong with them at once; paths as REST spells them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast, get_args

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.snapshot import AskedEntryType
from entrygo.domain.time import parse_day
from entrygo.planning.inputs import OnBlocked
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.planning.v1 import planning_pb2

PLAN_OPERATION = "exports.plan"
CANCEL_OPERATION = "exports.cancel"
DEFAULT_COUNTRY = "US"
MAX_KEY_LENGTH = 255
MAX_REASON_LENGTH = 2000
MAX_DIFF_LIMIT = 1000

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Issues = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCommand:
    """A plan as it is asked for; `entry_date` None means the expected arrival by the warehouse's transit."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCommand:
    export_id: str
    reason: str
    key: str
    fingerprint: bytes


def read_plan(request: planning_pb2.PlanExportRequest, *, max_orders: int) -> PlanCommand:
    """The command of a request; ValidationFailed with every issue otherwise."""
    issues = _required(
        accountId=request.account_id, warehouseId=request.warehouse_id, brokerId=request.broker_id
    )
    issues += _order_issues(request.order_ids, request.external_order_ids, max_orders)
    if request.destination_country and not _COUNTRY.fullmatch(request.destination_country):
        issues.append(("destinationCountry", "Expected a two-letter country code", "invalid_string"))
    if request.on_blocked and request.on_blocked not in tuple(OnBlocked):
        issues.append(("onBlocked", "Expected block or exclude", "invalid_enum_value"))
    entry_date = _entry_date(request.entry_date, issues)
    entry_type = _entry_type(request.entry_type, issues)
    issues += _key_issues(request.idempotency_key)
    _check(issues)
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
        entry_date=entry_date,
        entry_type=entry_type,
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
    issues = _required(exportId=request.export_id)
    if len(request.reason) > MAX_REASON_LENGTH:
        issues.append(("reason", f"At most {MAX_REASON_LENGTH} characters", "too_big"))
    _check(issues + _key_issues(request.idempotency_key))
    return CancelCommand(
        export_id=request.export_id,
        reason=request.reason,
        key=request.idempotency_key,
        fingerprint=fingerprint(CANCEL_OPERATION, request),
    )


def check_claim(request: planning_pb2.ClaimExportRequest) -> None:
    issues = _required(exportId=request.export_id)
    _check(issues + _execution_id_issues(request.execution_id))


def check_release(request: planning_pb2.ReleaseExportRequest) -> None:
    issues = _required(exportId=request.export_id)
    if request.WhichOneof("outcome") is None:
        issues.append(("outcome", "Required", "invalid_type"))
    _check(issues + _execution_id_issues(request.execution_id))


def check_diff(request: planning_pb2.DiffPlansRequest) -> None:
    issues = _required(**{"exportId": request.export_id, "from": request.from_plan_hash})
    if not 0 <= request.limit <= MAX_DIFF_LIMIT:
        issues.append(("limit", f"Expected a whole number from 1 to {MAX_DIFF_LIMIT}", "invalid_number"))
    _check(issues)


def _check(issues: Issues) -> None:
    if issues:
        raise ValidationFailed.of(issues)


def _required(**values: str) -> Issues:
    return [(name, "Required", "invalid_type") for name, value in values.items() if not value]


def _execution_id_issues(execution_id: str) -> Issues:
    if is_valid_id(execution_id):
        return []
    return [("executionId", "Expected the id of an execution", "invalid_string")]


def _order_issues(order_ids: Sequence[str], external_ids: Sequence[str], max_orders: int) -> Issues:
    if not order_ids and not external_ids:
        return [("orderIds", "Required", "invalid_type")]
    if len(order_ids) + len(external_ids) > max_orders:
        field = "orderIds" if order_ids else "externalOrderIds"
        return [(field, f"At most {max_orders} orders in one export", "too_big")]
    return _listed_issues("orderIds", order_ids) + _listed_issues("externalOrderIds", external_ids)


def _listed_issues(field: str, ids: Sequence[str]) -> Issues:
    issues: Issues = []
    seen: set[str] = set()
    for index, order_id in enumerate(ids):
        if not order_id:
            issues.append((f"{field}.{index}", "Required", "invalid_type"))
        elif order_id in seen:
            issues.append((f"{field}.{index}", f"Order {order_id} is listed twice", "duplicate"))
        seen.add(order_id)
    return issues


def _entry_date(text: str, issues: Issues) -> date | None:
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError:
        issues.append(("entryDate", "Expected a date as YYYY-MM-DD", "invalid_string"))
        return None


def _entry_type(text: str, issues: Issues) -> AskedEntryType | None:
    if text and text not in get_args(AskedEntryType):
        issues.append(("entryType", "Expected 01, 11 or 86", "invalid_enum_value"))
    return cast("AskedEntryType", text) if text else None


def _key_issues(key: str) -> Issues:
    if len(key) > MAX_KEY_LENGTH:
        return [("idempotencyKey", f"At most {MAX_KEY_LENGTH} characters", "too_big")]
    if _CONTROL.search(key):
        return [("idempotencyKey", "Control characters are not allowed", "invalid_string")]
    return []
