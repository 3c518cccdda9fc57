"""SQL of the read model as events change it: of every account at once, whatever a caller may see."""

from collections.abc import Collection, Iterable, Sequence

from asyncpg import Record

from entrygo.inspection.dead_letter_store import DeadLetterStore
from entrygo.inspection.folding import ExportKey, Folded, Known, nothing_known, summarize
from entrygo.inspection.judging import Place
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.postgres.pool import Connection
from entrygo.proto.inspection.v1 import inspection_pb2

# What folds changed. A value of NULL leaves what is stored where COALESCE says so.
_SAVE = (
    "WITH told AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],"
    "  $6::bigint[], $7::bigint[], $8::bytea[], $9::bytea[], $10::text[], $11::text[], $12::integer[],"
    "  $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::integer[], $19::text[],"
    "  $20::text[], $21::timestamptz[], $22::timestamptz[]) AS told (account_id, mode, export_id,"
    "  planning_sequence, execution_sequence, planning_seen, execution_seen, detail, plan, state,"
    "  readiness_state, compliance_score, plan_hash, warehouse_id, broker_id, destination_country,"
    "  estimated_savings_usd, order_count, customs_package_id, broker_submission_status, created_at,"
    "  executed_at)),"
    " saved AS (UPDATE exports SET planning_sequence = told.planning_sequence,"
    "  execution_sequence = told.execution_sequence, planning_seen = told.planning_seen,"
    "  execution_seen = told.execution_seen, detail = told.detail, plan = COALESCE(told.plan, exports.plan),"
    "  state = told.state, readiness_state = COALESCE(told.readiness_state, exports.readiness_state),"
    "  compliance_score = COALESCE(told.compliance_score, exports.compliance_score),"
    "  plan_hash = COALESCE(told.plan_hash, exports.plan_hash),"
    "  warehouse_id = COALESCE(told.warehouse_id, exports.warehouse_id),"
    "  broker_id = COALESCE(told.broker_id, exports.broker_id),"
    "  destination_country = COALESCE(told.destination_country, exports.destination_country),"
    "  estimated_savings_usd = COALESCE(told.estimated_savings_usd, exports.estimated_savings_usd),"
    "  order_count = COALESCE(told.order_count, exports.order_count),"
    "  customs_package_id = told.customs_package_id,"
    "  broker_submission_status = told.broker_submission_status, created_at = told.created_at,"
    "  executed_at = told.executed_at FROM told WHERE exports.account_id = told.account_id"
    "  AND exports.mode = told.mode AND exports.export_id = told.export_id),"
    " packaged AS (INSERT INTO customs_packages"
    "  (account_id, mode, export_id, warehouse_id, customs_package_id)"
    "  SELECT * FROM unnest($23::text[], $24::text[], $25::text[], $26::text[], $27::text[])"
    "  ON CONFLICT DO NOTHING)"
    " INSERT INTO timeline (account_id, mode, export_id, warehouse_id, source, sequence, entry)"
    " SELECT * FROM unnest($28::text[], $29::text[], $30::text[], $31::text[], $32::text[], $33::bigint[],"
    " $34::bytea[]) ON CONFLICT DO NOTHING"
)
_KNOWN = (
    "account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen, execution_seen,"
    " warehouse_id, detail"
)
_LOCK = (
    "WITH key AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"  # noqa: S608
    "  AS key (account_id, mode, export_id)),"
    " added AS (INSERT INTO exports (account_id, mode, export_id)"
    f"  SELECT * FROM key ORDER BY account_id, mode, export_id ON CONFLICT DO NOTHING RETURNING {_KNOWN}),"
    f" held AS (SELECT {_KNOWN} FROM exports WHERE (account_id, mode, export_id) IN (SELECT * FROM key)"
    "  ORDER BY account_id, mode, export_id FOR UPDATE)"
    " SELECT * FROM added UNION ALL SELECT * FROM held"
)


class AddedMeanwhile(Exception):
    """Somebody else added an export since the statement began, which can neither add it nor see it then.

    What was locked is out of order to what is missing: only another transaction may look again.
    """


class ReadModelStore:
    """Every export of every account, within the transaction that applies events."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self, keys: Sequence[ExportKey]) -> dict[ExportKey, Known]:
        """What is known of these exports, their rows locked until the transaction ends.

        Always in the same order, so that two writers wait for each other instead of for ever. Raises
        AddedMeanwhile.
        """
        rows = await self._connection.fetch(_LOCK, *_columns(keys))
        if len(rows) != len(keys):
            raise AddedMeanwhile
        return {known.key: known for known in map(known_from_row, rows)}

    async def sequences(self, keys: Sequence[ExportKey]) -> dict[ExportKey, dict[str, int]]:
        """The last event applied of each owner, for the exports there are; locks nothing."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, export_id, planning_sequence, execution_sequence FROM exports"
            " WHERE (account_id, mode, export_id) IN"
            " (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))",
            *_columns(keys),
        )
        return {_key_from_row(row): _applied_from_row(row) for row in rows}

    async def recorded_ids(self, places: Collection[Place]) -> dict[Place, str]:
        """The ids of the events applied at these places; one that could not be applied has none."""
        listed = list(places)
        rows = await self._connection.fetch(
            "SELECT account_id, mode, export_id, source, sequence, entry FROM timeline"
            " WHERE (account_id, mode, export_id, source, sequence) IN"
            " (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]))",
            *_columns([key for key, _, _ in listed]),
            [source for _, source, _ in listed],
            [sequence for _, _, sequence in listed],
        )
        return {
            (_key_from_row(row), row["source"], row["sequence"]): entry_from_bytes(row["entry"]).id
            for row in rows
        }

    async def forget(self, key: ExportKey) -> None:
        """Empties a locked row, which others wait for, and drops what else is held of its export."""
        blank = Folded(nothing_known(key))
        blank.known.export.plan.SetInParent()
        await self._write([blank])
        for table in ("timeline", "customs_packages"):
            await self._connection.execute(
                f"DELETE FROM {table} WHERE account_id = $1 AND mode = $2 AND export_id = $3",  # noqa: S608
                *_values(key),
            )

    async def save(self, folded: Sequence[Folded]) -> None:
        """Writes the rows that a fold changed, in the caller's transaction; the others stay untouched."""
        if folded:
            await self._write(folded)
        moved = [one.known for one in folded if one.moved and one.had_rows]
        if moved:
            await self._move(moved)
        dead = [letter for one in folded for letter in one.dead]
        if dead:
            await DeadLetterStore(self._connection).bury(dead)

    async def _write(self, folded: Sequence[Folded]) -> None:
        """Exports with what they list, their packages and their timelines, in one statement."""
        exports = [_export_values(one.known) for one in folded]
        packages = [
            (*_placed(one.known), one.known.export.customs_package.id)
            for one in folded
            if one.has_new_package
        ]
        entries = [
            (*_placed(one.known), row.source, row.sequence, row.entry.SerializeToString())
            for one in folded
            for row in one.rows
        ]
        await self._connection.execute(
            _SAVE, *_transposed(exports, 22), *_transposed(packages, 5), *_transposed(entries, 7)
        )

    async def _move(self, moved: Sequence[Known]) -> None:
        """Who may see an export may see all of it: also rows from before its warehouse was known."""
        for table in ("timeline", "customs_packages"):
            await self._connection.executemany(
                f"UPDATE {table} SET warehouse_id = $4"  # noqa: S608
                " WHERE account_id = $1 AND mode = $2 AND export_id = $3"
                " AND warehouse_id IS DISTINCT FROM $4",
                [_placed(known) for known in moved],
            )

    async def gaps(self, limit: int) -> list[Known]:
        """Exports of which an event is known that has not been applied."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,"
            " execution_seen, warehouse_id, ''::bytea AS detail FROM exports"
            " WHERE planning_seen > planning_sequence OR execution_seen > execution_sequence"
            " ORDER BY account_id, mode, export_id LIMIT $1",
            limit,
        )
        return [known_from_row(row) for row in rows]

    async def forget_everything(self) -> None:
        """Empties the read model. The positions stay: the owners' logs hold everything before them."""
        await self._connection.execute(
            "TRUNCATE exports, timeline, customs_packages, dead_letters, reconciliations"
        )


def _columns(keys: Iterable[ExportKey]) -> tuple[list[str], list[str], list[str]]:
    listed = list(keys)
    return (
        [key.account_id for key in listed],
        [key.mode for key in listed],
        [key.export_id for key in listed],
    )


def _transposed(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """The columns of these rows, also of none."""
    return [[row[place] for row in rows] for place in range(width)]


def _values(key: ExportKey) -> tuple[str, str, str]:
    return key.account_id, key.mode, key.export_id


def _placed(known: Known) -> tuple[str, str, str, str | None]:
    """Whose row it is, of which export, and of which warehouse as far as that is known."""
    return (*_values(known.key), known.warehouse_id or None)


def _key_from_row(row: Record) -> ExportKey:
    return ExportKey(row["account_id"], row["mode"], row["export_id"])


def _applied_from_row(row: Record) -> dict[str, int]:
    return {PLANNING: row["planning_sequence"], EXECUTION: row["execution_sequence"]}


def known_from_row(row: Record) -> Known:
    """An export as its row has it, without plan and timeline."""
    known = nothing_known(_key_from_row(row))
    known.export.MergeFromString(row["detail"])
    known.applied = _applied_from_row(row)
    known.seen = {PLANNING: row["planning_seen"], EXECUTION: row["execution_seen"]}
    known.warehouse_id = row["warehouse_id"]
    return known


def _export_values(known: Known) -> tuple[object, ...]:
    export, summary = known.export, summarize(known.export)
    detail = inspection_pb2.Export()
    detail.CopyFrom(export)
    detail.ClearField("plan")
    return (
        *_values(known.key),
        known.applied[PLANNING],
        known.applied[EXECUTION],
        known.seen[PLANNING],
        known.seen[EXECUTION],
        detail.SerializeToString(deterministic=True),
        export.plan.SerializeToString(deterministic=True) if export.HasField("plan") else None,
        summary.state,
        summary.readiness_state,
        summary.compliance_score,
        summary.plan_hash,
        summary.warehouse_id,
        summary.broker_id,
        summary.destination_country,
        summary.estimated_savings_usd,
        summary.order_count,
        summary.customs_package_id,
        summary.broker_submission_status,
        summary.created_at,
        summary.executed_at,
    )


def entry_from_bytes(content: bytes) -> inspection_pb2.TimelineEntry:
    """An entry of a timeline as it is stored."""
    return inspection_pb2.TimelineEntry.FromString(content)
