"""The snapshot of a plan: made from a decision, packed for the store, unpacked for who executes it."""

import zlib
from datetime import datetime
from typing import Any

import orjson

from entrygo.domain.errors import SnapshotUnreadable
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.time import rfc3339
from entrygo.planning.decide import Decision
from entrygo.planning.zlib_parts import Part, part_of, stream_of

# Where the reference rows stand among the fields.
_NAMES = tuple(Snapshot.model_fields)
_BEFORE_ROWS = set(_NAMES[: _NAMES.index("reference_rows")])
_AFTER_ROWS = set(_NAMES) - _BEFORE_ROWS - {"reference_rows"}


def snapshot_of(
    decision: Decision, *, tenant: Tenant, export_id: str, revision: int, planned_at: datetime
) -> Snapshot:
    """The decision as one revision of an export."""
    return Snapshot(
        account_id=tenant.account_id,
        mode=str(tenant.mode),
        export_id=export_id,
        revision=revision,
        plan_hash=decision.plan_hash,
        planned_at=rfc3339(planned_at),
        destination_country=decision.destination_country,
        entry_date=decision.entry_date,
        ruleset_version=decision.ruleset_version,
        reference_version=decision.reference_version,
        reference_rows=decision.reference_rows,
        readiness_state=decision.readiness,
        compliance_score=decision.score,
        validation_messages=decision.messages,
        flags=decision.flags,
        missing_data=decision.missing_data,
        recommended_strategy=decision.strategy,
        next_recommended_action=decision.next_action,
        entry_type=decision.entry_type,
        asked_entry_type=decision.asked_entry_type,
        informal_limit_usd=decision.informal_limit,
        savings=decision.savings,
        warehouse=decision.warehouse,
        broker=decision.broker,
        orders=decision.included,
        products=decision.products,
        excluded_orders=decision.excluded,
        entries=decision.entries,
        tariff={product.id: decision.tariff[product.id] for product in decision.products},
    )


def pack(snapshot: Snapshot, reference_rows: Part) -> bytes:
    """Canonical JSON (the fields in their declared order, decimals as text), compressed.

    The rows are most of a small plan and the same in all plans of a day: they come written and compressed.
    """
    before = snapshot.model_dump_json(include=_BEFORE_ROWS).removesuffix("}") + ',"reference_rows":'
    after = "," + snapshot.model_dump_json(include=_AFTER_ROWS).removeprefix("{")
    return stream_of(part_of(before.encode()), reference_rows, part_of(after.encode()))


def unpack(packed: bytes) -> bytes:
    """The JSON that was packed; SnapshotUnreadable when the bytes are damaged."""
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise SnapshotUnreadable from error


def messages_in(packed: bytes) -> list[dict[str, Any]]:
    """The validation messages alone, for who needs nothing else of a large plan."""
    try:
        messages: list[dict[str, Any]] = orjson.loads(unpack(packed))["validation_messages"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SnapshotUnreadable from error
    return messages
