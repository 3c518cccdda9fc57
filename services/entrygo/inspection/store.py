"""SQL of the read model as events change it: of every account at once, whatever a caller may see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from asyncpg import Record

from entrygo.domain.principal import Visible
from entrygo.inspection.folding import SOURCES, ExportKey, Known, nothing_known
from entrygo.inspection.judging import Place, contradicted, held_places
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.postgres.pool import Connection, Everyone, scope_of, set_scope
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

_EMPTY = (
    "UPDATE exports SET planning_sequence = 0, execution_sequence = 0, planning_seen = 0, execution_seen = 0,"
    " detail = '', plan = '', state = '', readiness_state = '', compliance_score = 0, plan_hash = '',"
    " warehouse_id = '', broker_id = '', destination_country = '', estimated_savings_usd = '',"
    " order_count = 0, customs_package_id = '', broker_submission_status = '', created_at = NULL,"
    " executed_at = NULL WHERE account_id = $1 AND mode = $2 AND export_id = $3 RETURNING xmin::text"
)
# In the order of the parameters, as `WriteStore` does: the database may sort texts in another way than we.
_LOCK = (
    "WITH key AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY"
    "  AS key (account_id, mode, export_id, place)),"
    " added AS (INSERT INTO exports (account_id, mode, export_id)"
    "  SELECT account_id, mode, export_id FROM key ORDER BY place ON CONFLICT DO NOTHING RETURNING true),"
    " held AS (SELECT true FROM key JOIN exports USING (account_id, mode, export_id)"
    "  ORDER BY key.place FOR UPDATE OF exports)"
    " SELECT count(*) FROM (SELECT * FROM added UNION ALL SELECT * FROM held) AS locked"
)
# The subqueries begin once there is a key, and by that once the scope is set.
_READ = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope()}),"  # noqa: S608
    " key AS MATERIALIZED (SELECT key.* FROM scope, unnest($4::text[], $5::text[], $6::text[], $7::bigint[],"
    "  $8::bigint[]) AS key (account_id, mode, export_id, planning_from, execution_from))"
    " SELECT held.*, recorded.* FROM key CROSS JOIN LATERAL ("
    "  SELECT account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,"
    "  execution_seen, warehouse_id, detail, xmin::text AS stamp FROM exports"
    "  WHERE account_id = key.account_id AND mode = key.mode AND export_id = key.export_id OFFSET 0) AS held"
    " CROSS JOIN LATERAL (SELECT array_agg(source) AS sources, array_agg(sequence) AS sequences,"
    "  array_agg(entry) AS entries FROM timeline"
    "  WHERE account_id = key.account_id AND mode = key.mode AND export_id = key.export_id"
    "  AND sequence >= CASE source WHEN 'planning' THEN planning_from ELSE execution_from END) AS recorded"
)


class AddedMeanwhile(Exception):
    """Somebody else added an export since the statement began, which can neither add it nor see it then.

    What was locked is out of order to what is missing: only another transaction may look again.
    """


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of some exports, and what their timelines have at some places, as it is stored."""

    known: dict[ExportKey, Known]
    entries: dict[Place, bytes]

    def contradicted(self, events: Collection[events_pb2.Event]) -> set[ExportKey]:
        """The exports whose history, by these events, is another than the one that is held."""
        places = held_places(events, {key: one.applied for key, one in self.known.items()})
        ids = {place: entry_from_bytes(self.entries[place]).id for place in places & self.entries.keys()}
        return contradicted(events, ids)


class ReadModelStore:
    """Every export of every account, within the transaction that applies events; `read` in none, too."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def read(
        self,
        scope: Visible | Everyone,
        events: Mapping[ExportKey, Sequence[events_pb2.Event]],
        *,
        judged: bool,
    ) -> Held:
        """What is known of the exports of these events; locks nothing and sets its scope.

        If they are to be judged, with the events that are recorded from before the first of them on.
        """
        keys = list(events)
        rows = await self._connection.fetch(
            _READ,
            *scope_of(scope),
            *_columns(keys),
            *([_before(events[key], source) if judged else None for key in keys] for source in SOURCES),
        )
        known: dict[ExportKey, Known] = {}
        entries: dict[Place, bytes] = {}
        for row in rows:
            one = known_from_row(row)
            known[one.key] = one
            parts = zip(row["sources"] or (), row["sequences"] or (), row["entries"] or (), strict=True)
            entries |= {(one.key, source, sequence): entry for source, sequence, entry in parts}
        return Held({key: known.get(key) or nothing_known(key) for key in keys}, entries)

    async def lock(self, keys: Collection[ExportKey]) -> None:
        """Locks these exports until the transaction ends; those that are not there are added.

        `keys` are sorted, so that two writers wait for each other instead of for ever. Raises AddedMeanwhile.
        """
        if await self._connection.fetchval(_LOCK, *_columns(keys)) != len(keys):
            raise AddedMeanwhile

    async def forget(self, key: ExportKey) -> Known:
        """Empties a locked row, which others wait for, and drops what else is held of its export."""
        blank = nothing_known(key)
        blank.stamp = await self._connection.fetchval(_EMPTY, *_values(key))
        for table in ("timeline", "customs_packages", "passed_events"):
            await self._connection.execute(
                f"DELETE FROM {table} WHERE account_id = $1 AND mode = $2 AND export_id = $3",  # noqa: S608
                *_values(key),
            )
        return blank

    async def move(self, moved: Sequence[Known]) -> None:
        """Who may see an export may see all of it: also rows from before its warehouse was known."""
        for table in ("timeline", "customs_packages"):
            await self._connection.executemany(
                f"UPDATE {table} SET warehouse_id = $4"  # noqa: S608
                " WHERE account_id = $1 AND mode = $2 AND export_id = $3"
                " AND warehouse_id IS DISTINCT FROM $4",
                [(*_values(known.key), known.warehouse_id) for known in moved],
            )

    async def gaps(self, limit: int) -> list[ExportKey]:
        """Exports of which an event is known that has not been applied."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, export_id FROM exports"
            " WHERE planning_seen > planning_sequence OR execution_seen > execution_sequence"
            " ORDER BY account_id, mode, export_id LIMIT $1",
            limit,
        )
        return [_key_from_row(row) for row in rows]

    async def forget_everything(self) -> None:
        """Empties the read model. The positions stay: the owners' logs hold everything before them."""
        await self._connection.execute(
            "TRUNCATE exports, timeline, customs_packages, passed_events, dead_letters, reconciliations"
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


def _key_from_row(row: Record) -> ExportKey:
    return ExportKey(row["account_id"], row["mode"], row["export_id"])


def known_from_row(row: Record) -> Known:
    """An export as its row has it, without plan and timeline."""
    known = nothing_known(_key_from_row(row))
    known.export.MergeFromString(row["detail"])
    known.applied = {PLANNING: row["planning_sequence"], EXECUTION: row["execution_sequence"]}
    known.seen = {PLANNING: row["planning_seen"], EXECUTION: row["execution_seen"]}
    known.warehouse_id = row["warehouse_id"]
    known.stamp = row["stamp"]
    return known


def _before(events: Sequence[events_pb2.Event], source: str) -> int | None:
    """The place before an owner's first of these events; None without one."""
    return min((event.sequence - 1 for event in events if event.source == source), default=None)


def entry_from_bytes(content: bytes) -> inspection_pb2.TimelineEntry:
    """An entry of a timeline as it is stored."""
    return inspection_pb2.TimelineEntry.FromString(content)
