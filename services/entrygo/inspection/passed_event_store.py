"""SQL of exports with events of a kind that was not known when they were applied."""

from collections.abc import Collection, Sequence

from entrygo.inspection.folding import ExportKey, Folded
from entrygo.postgres.pool import Connection


class PassedEventStore:
    """What was passed over, within the caller's transaction. `ReadModelStore.forget` drops it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def note(self, folded: Sequence[Folded]) -> None:
        """Remembers the kinds that these folds passed over; one that is noted already stays."""
        await self._connection.executemany(
            "INSERT INTO passed_events (account_id, mode, export_id, event_type)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [
                (one.known.key.account_id, one.known.key.mode, one.known.key.export_id, event_type)
                for one in folded
                for event_type in sorted(one.passed)
            ],
        )

    async def readable(self, known_types: Collection[str], limit: int) -> list[ExportKey]:
        """Exports, of every account, of which an event of one of these kinds was passed over."""
        rows = await self._connection.fetch(
            "SELECT DISTINCT account_id, mode, export_id FROM passed_events WHERE event_type = ANY ($1)"
            " ORDER BY account_id, mode, export_id LIMIT $2",
            list(known_types),
            limit,
        )
        return [ExportKey(row["account_id"], row["mode"], row["export_id"]) for row in rows]
