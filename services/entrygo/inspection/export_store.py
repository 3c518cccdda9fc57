"""SQL of exports as callers read them: whole, by their package, as a list."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Readiness
from entrygo.domain.time import rfc3339
from entrygo.inspection.projections.timeline import Row
from entrygo.inspection.store import entry_from_bytes, known_from_row
from entrygo.inspection.whole import Whole
from entrygo.postgres.large_bytes import unpacked
from entrygo.postgres.pool import Connection, scope_of, set_scope
from entrygo.proto.inspection.v1 import inspection_pb2

# The subqueries begin once there is a scope. In them, and not by row level security alone, a caller of one
# warehouse is shown what is of that.
FIND = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope()})"  # noqa: S608
    " SELECT held.*, listed.* FROM scope CROSS JOIN LATERAL (SELECT account_id, mode, export_id,"
    "  planning_sequence, execution_sequence, planning_seen, execution_seen, warehouse_id, detail, plan,"
    "  xmin::text AS stamp FROM exports"
    "  WHERE account_id = scope.account_id AND mode = scope.mode AND export_id = $4"
    "  AND scope.warehouse_id IN ('*', warehouse_id) OFFSET 0) AS held"
    " CROSS JOIN LATERAL (SELECT array_agg(source ORDER BY source, sequence) AS sources,"
    "  array_agg(sequence ORDER BY source, sequence) AS sequences,"
    "  array_agg(entry ORDER BY source, sequence) AS entries FROM timeline"
    "  WHERE account_id = scope.account_id AND mode = scope.mode AND export_id = $4"
    "  AND scope.warehouse_id IN ('*', warehouse_id)) AS listed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFilter:
    """What a list is narrowed to; None means any. `after` is the last row of the page before."""

    state: str | None = None
    readiness_state: str | None = None
    warehouse_id: str | None = None
    broker_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    after: tuple[datetime, str] | None = None


class ExportStore:
    """The exports that `visible` includes, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        self._scope = (visible.tenant.account_id, visible.tenant.mode, visible.warehouse_id)

    async def find(self, export_id: str) -> Whole | None:
        """The whole export with its plan and timeline; None if not visible.

        Within a transaction or as one by itself: the statement sets its scope.
        """
        row = await self._connection.fetchrow(FIND, *scope_of(self._visible), export_id)
        return _whole_from_row(row) if row else None

    async def find_of_package(self, customs_package_id: str) -> str | None:
        """The id of the export that a customs package belongs to; None if not visible."""
        found: str | None = await self._connection.fetchval(
            "SELECT export_id FROM customs_packages"
            " WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)"
            " AND customs_package_id = $4",
            *self._scope,
            customs_package_id,
        )
        return found

    async def list_exports(self, wanted: ExportFilter, limit: int) -> list[inspection_pb2.ExportSummary]:
        """At most `limit` exports, newest first."""
        # Only what is asked for becomes a condition, so that each filter has an index to serve it; with the
        # states in the text, as PostgreSQL knows which of them are rare.
        conditions: list[tuple[str, object]] = [
            ("warehouse_id = ${}", self._visible.warehouse_id),
            ("warehouse_id = ${}", wanted.warehouse_id),
            ("broker_id = ${}", wanted.broker_id),
            ("created_at > ${}", wanted.created_after),
            ("created_at < ${}", wanted.created_before),
        ]
        arguments: list[object] = [*self._scope[:2], limit]
        where = f" AND state = '{State(wanted.state)}'" if wanted.state else ""
        if wanted.readiness_state:
            where += f" AND readiness_state = '{Readiness(wanted.readiness_state)}'"
        for condition, value in conditions:
            if value is not None:
                arguments.append(value)
                where += " AND " + condition.format(len(arguments))
        if wanted.after is not None:
            arguments.extend(wanted.after)
            where += f" AND (created_at, export_id) < (${len(arguments) - 1}, ${len(arguments)})"
        rows = await self._connection.fetch(
            "SELECT export_id, state, readiness_state, compliance_score, plan_hash, warehouse_id, broker_id,"  # noqa: S608
            " destination_country, estimated_savings_usd, order_count, customs_package_id,"
            " broker_submission_status, created_at, executed_at FROM exports"
            f" WHERE account_id = $1 AND mode = $2 AND created_at IS NOT NULL{where}"
            " ORDER BY created_at DESC, export_id DESC LIMIT $3",
            *arguments,
        )
        return [_summary_from_row(row) for row in rows]


def _whole_from_row(row: Record) -> Whole:
    known = known_from_row(row)
    parts = zip(row["sources"] or (), row["sequences"] or (), row["entries"] or (), strict=True)
    kept = [Row(source, sequence, entry_from_bytes(entry)) for source, sequence, entry in parts]
    known.heads = {one.source: one.entry.id for one in kept if one.sequence == known.applied[one.source]}
    return Whole(known, unpacked(row["plan"]), kept)


def _summary_from_row(row: Record) -> inspection_pb2.ExportSummary:
    return inspection_pb2.ExportSummary(
        export_id=row["export_id"],
        state=row["state"],
        readiness_state=row["readiness_state"],
        compliance_score=row["compliance_score"],
        plan_hash=row["plan_hash"],
        warehouse_id=row["warehouse_id"],
        broker_id=row["broker_id"],
        destination_country=row["destination_country"],
        estimated_savings_usd=row["estimated_savings_usd"],
        order_count=row["order_count"],
        customs_package_id=row["customs_package_id"],
        broker_submission_status=row["broker_submission_status"],
        created_at=rfc3339(row["created_at"]),
        executed_at=rfc3339(row["executed_at"]) if row["executed_at"] else None,
    )
