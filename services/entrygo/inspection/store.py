"""All SQL of this service: rows of the read model to and from what the code works with."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.inspection.folding import DeadLetter, ExportKey, Folded, Known, nothing_known, summarize
from entrygo.inspection.judging import Place
from entrygo.inspection.projections.timeline import Row, merged
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.postgres.pool import Connection
from entrygo.proto.inspection.v1 import inspection_pb2

MAX_ERROR_CHARACTERS = 2000

Position = tuple[str, int]


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


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter as it is kept. Times are UTC, by the database's clock."""

    id: str  # lower-case hex
    letter: DeadLetter
    attempts: int
    first_seen: datetime
    last_seen: datetime


class ReadModelStore:
    """The read model, within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self, keys: Sequence[ExportKey]) -> dict[ExportKey, Known]:
        """What is known of these exports, their rows locked until the transaction ends.

        Always in the same order, so that two writers wait for each other instead of for ever.
        """
        columns = _columns(keys)
        await self._connection.execute(
            "INSERT INTO exports (account_id, mode, export_id)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS key (account_id, mode, export_id)"
            " ORDER BY account_id, mode, export_id ON CONFLICT DO NOTHING",
            *columns,
        )
        rows = await self._connection.fetch(
            "SELECT account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,"
            " execution_seen, warehouse_id, detail FROM exports WHERE (account_id, mode, export_id) IN"
            " (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))"
            " ORDER BY account_id, mode, export_id FOR UPDATE",
            *columns,
        )
        return {known.key: known for known in map(_known_from_row, rows)}

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
        return {(_key_from_row(row), row["source"], row["sequence"]): _entry_from_row(row).id for row in rows}

    async def forget(self, key: ExportKey) -> None:
        """Empties a locked row, which others wait for, and drops what else is held of its export."""
        blank = Folded(nothing_known(key))
        blank.known.export.plan.SetInParent()
        await self._update_exports([blank])
        for table in ("timeline", "customs_packages"):
            await self._connection.execute(
                f"DELETE FROM {table} WHERE account_id = $1 AND mode = $2 AND export_id = $3",  # noqa: S608
                *_values(key),
            )

    async def save(self, folded: Sequence[Folded]) -> None:
        """Writes what a fold changed."""
        await self._update_exports(folded)
        await self._add_timeline(folded)
        await self._add_customs_packages(folded)
        await self._move([one.known for one in folded if one.moved])
        await self.bury([letter for one in folded for letter in one.dead])

    async def _update_exports(self, folded: Sequence[Folded]) -> None:
        await self._connection.executemany(
            "UPDATE exports SET planning_sequence = $4, execution_sequence = $5, planning_seen = $6,"
            " execution_seen = $7, detail = $8, plan = COALESCE($9, plan), state = $10,"
            " readiness_state = COALESCE($11, readiness_state),"
            " compliance_score = COALESCE($12, compliance_score), plan_hash = COALESCE($13, plan_hash),"
            " warehouse_id = COALESCE($14, warehouse_id), broker_id = COALESCE($15, broker_id),"
            " destination_country = COALESCE($16, destination_country),"
            " estimated_savings_usd = COALESCE($17, estimated_savings_usd),"
            " order_count = COALESCE($18, order_count), customs_package_id = $19,"
            " broker_submission_status = $20, created_at = $21, executed_at = $22"
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3",
            [_export_values(one.known) for one in folded],
        )

    async def _add_timeline(self, folded: Sequence[Folded]) -> None:
        await self._connection.executemany(
            "INSERT INTO timeline (account_id, mode, export_id, warehouse_id, source, sequence, entry)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            [
                (*_placed(one.known), row.source, row.sequence, row.entry.SerializeToString())
                for one in folded
                for row in one.rows
            ],
        )

    async def _add_customs_packages(self, folded: Sequence[Folded]) -> None:
        await self._connection.executemany(
            "INSERT INTO customs_packages (account_id, mode, export_id, warehouse_id, customs_package_id)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            [
                (*_placed(one.known), one.known.export.customs_package.id)
                for one in folded
                if one.known.export.customs_package.id
            ],
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

    async def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keeps what could not be applied; the same again counts an attempt."""
        await self._connection.executemany(
            "INSERT INTO dead_letters (account_id, mode, digest, origin, error, payload)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, mode, digest) DO UPDATE"
            " SET attempts = dead_letters.attempts + 1, last_seen = now(), error = excluded.error",
            [_dead_letter_values(letter) for letter in letters],
        )

    async def open_letters(self, limit: int) -> list[KeptLetter]:
        """The dead letters of every account that nobody skipped, oldest first."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, digest, origin, error, payload, attempts, first_seen, last_seen"
            " FROM dead_letters WHERE skipped_at IS NULL ORDER BY first_seen, digest LIMIT $1",
            limit,
        )
        return [_letter_from_row(row) for row in rows]

    async def skip_letter(self, kept: KeptLetter, reason: str) -> None:
        """Marks a dead letter as skipped, with the reason; the export goes on without it."""
        await self._connection.execute(
            "UPDATE dead_letters SET skipped_at = now(), skip_reason = $4"
            " WHERE account_id = $1 AND mode = $2 AND digest = $3",
            *_letter_key(kept),
            reason,
        )

    async def drop_letter(self, kept: KeptLetter) -> None:
        """Deletes a dead letter that could be applied after all."""
        await self._connection.execute(
            "DELETE FROM dead_letters WHERE account_id = $1 AND mode = $2 AND digest = $3",
            *_letter_key(kept),
        )

    async def find(self, visible: Visible, export_id: str) -> Known | None:
        """The whole export with its plan and timeline, from one consistent statement; None if not visible."""
        row = await self._connection.fetchrow(
            "SELECT account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,"
            " execution_seen, warehouse_id, detail, plan, created_at, sources, sequences, entries"
            " FROM exports"
            " CROSS JOIN LATERAL (SELECT array_agg(source ORDER BY source, sequence) AS sources,"
            " array_agg(sequence ORDER BY source, sequence) AS sequences,"
            " array_agg(entry ORDER BY source, sequence) AS entries FROM timeline"
            " WHERE account_id = $1 AND mode = $2 AND export_id = $4"
            " AND ($3::text IS NULL OR warehouse_id = $3)) AS merged"
            " WHERE account_id = $1 AND mode = $2 AND export_id = $4"
            " AND ($3::text IS NULL OR warehouse_id = $3)",
            *_scope(visible),
            export_id,
        )
        return _whole_from_row(row) if row else None

    async def find_export_of_package(self, visible: Visible, customs_package_id: str) -> str | None:
        """The id of the export that a customs package belongs to; None if not visible."""
        found: str | None = await self._connection.fetchval(
            "SELECT export_id FROM customs_packages"
            " WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)"
            " AND customs_package_id = $4",
            *_scope(visible),
            customs_package_id,
        )
        return found

    async def list_exports(
        self, visible: Visible, wanted: ExportFilter, limit: int
    ) -> list[inspection_pb2.ExportSummary]:
        """At most `limit` of the visible exports, newest first."""
        # Only what is asked for becomes a condition, so that each filter has an index to serve it.
        conditions: list[tuple[str, object]] = [
            ("state = ${}", wanted.state),
            ("readiness_state = ${}", wanted.readiness_state),
            ("warehouse_id = ${}", visible.warehouse_id),
            ("warehouse_id = ${}", wanted.warehouse_id),
            ("broker_id = ${}", wanted.broker_id),
            ("created_at > ${}", wanted.created_after),
            ("created_at < ${}", wanted.created_before),
        ]
        arguments: list[object] = [visible.tenant.account_id, visible.tenant.mode, limit]
        where = ""
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

    async def gaps(self, limit: int) -> list[Known]:
        """Exports of which more was heard than applied."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,"
            " execution_seen, warehouse_id, ''::bytea AS detail FROM exports"
            " WHERE planning_seen > planning_sequence OR execution_seen > execution_sequence"
            " ORDER BY account_id, mode, export_id LIMIT $1",
            limit,
        )
        return [_known_from_row(row) for row in rows]

    async def positions(self, topic: str) -> dict[int, int]:
        """Where reading goes on, per partition."""
        rows = await self._connection.fetch(
            "SELECT partition, next_offset FROM consumer_positions WHERE topic = $1", topic
        )
        return {row["partition"]: row["next_offset"] for row in rows}

    async def save_positions(self, positions: Mapping[Position, int]) -> None:
        """Where reading goes on; also backwards, as a broker may have begun anew."""
        await self._connection.executemany(
            "INSERT INTO consumer_positions (topic, partition, next_offset) VALUES ($1, $2, $3)"
            " ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset",
            sorted((topic, partition, offset) for (topic, partition), offset in positions.items()),
        )

    async def reconciled_until(self, source: str) -> datetime | None:
        """Up to when, by the owner's clock, its log was applied as a whole; None before the first time."""
        until: datetime | None = await self._connection.fetchval(
            "SELECT reconciled_until FROM reconciliations WHERE source = $1", source
        )
        return until

    async def save_reconciled(self, source: str, until: datetime) -> None:
        """Also backwards: an owner may be another database than before, or its clock was set back."""
        await self._connection.execute(
            "INSERT INTO reconciliations (source, reconciled_until) VALUES ($1, $2)"
            " ON CONFLICT (source) DO UPDATE SET reconciled_until = excluded.reconciled_until",
            source,
            until,
        )

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


def _values(key: ExportKey) -> tuple[str, str, str]:
    return key.account_id, key.mode, key.export_id


def _placed(known: Known) -> tuple[str, str, str, str | None]:
    """Whose row it is, of which export, and of which warehouse as far as that is known."""
    return (*_values(known.key), known.warehouse_id or None)


def _scope(visible: Visible) -> tuple[str, str, str | None]:
    return visible.tenant.account_id, visible.tenant.mode, visible.warehouse_id


def _key_from_row(row: Record) -> ExportKey:
    return ExportKey(row["account_id"], row["mode"], row["export_id"])


def _applied_from_row(row: Record) -> dict[str, int]:
    return {PLANNING: row["planning_sequence"], EXECUTION: row["execution_sequence"]}


def _known_from_row(row: Record) -> Known:
    known = nothing_known(_key_from_row(row))
    known.export.MergeFromString(row["detail"])
    known.applied = _applied_from_row(row)
    known.seen = {PLANNING: row["planning_seen"], EXECUTION: row["execution_seen"]}
    known.warehouse_id = row["warehouse_id"]
    return known


def _entry_from_row(row: Record) -> inspection_pb2.TimelineEntry:
    return inspection_pb2.TimelineEntry.FromString(row["entry"])


def _whole_from_row(row: Record) -> Known:
    known = _known_from_row(row)
    if row["created_at"] is not None:
        known.export.plan.MergeFromString(row["plan"])
    parts = zip(row["sources"] or (), row["sequences"] or (), row["entries"] or (), strict=True)
    kept = [
        Row(source, sequence, inspection_pb2.TimelineEntry.FromString(entry))
        for source, sequence, entry in parts
    ]
    known.export.events.extend(merged(kept))
    known.export.version = known.version
    known.heads = {one.source: one.entry.id for one in kept if one.sequence == known.applied[one.source]}
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


def _dead_letter_values(letter: DeadLetter) -> tuple[object, ...]:
    error = letter.error.replace("\0", "\\0")[:MAX_ERROR_CHARACTERS]
    digest = hashlib.sha256(letter.payload).digest()
    return letter.account_id, letter.mode, digest, letter.origin, error, letter.payload


def _letter_from_row(row: Record) -> KeptLetter:
    letter = DeadLetter(row["account_id"], row["mode"], row["origin"], row["error"], row["payload"])
    return KeptLetter(row["digest"].hex(), letter, row["attempts"], row["first_seen"], row["last_seen"])


def _letter_key(kept: KeptLetter) -> tuple[str, str, bytes]:
    return kept.letter.account_id, kept.letter.mode, bytes.fromhex(kept.id)


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
