"""SQL of how far reading has come: per partition of Kafka, and in the log of each owner."""

from collections.abc import Mapping
from datetime import datetime

from entrygo.postgres.pool import Connection

# Topic and partition.
Position = tuple[str, int]


class PositionStore:
    """Positions, within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def positions(self, topic: str) -> dict[int, int]:
        """Where reading goes on, per partition."""
        rows = await self._connection.fetch(
            "SELECT partition, next_offset FROM consumer_positions WHERE topic = $1", topic
        )
        return {row["partition"]: row["next_offset"] for row in rows}

    async def save_positions(self, positions: Mapping[Position, int]) -> None:
        """Stores the position to continue from; it may go back if the broker's log was reset."""
        await self._connection.execute(
            "INSERT INTO consumer_positions (topic, partition, next_offset)"
            " SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])"
            " ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset",
            *columns_of(positions),
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


def columns_of(positions: Mapping[Position, int]) -> tuple[list[str], list[int], list[int]]:
    """Topics, partitions and offsets, always in the same order: two writers do not wait for each other."""
    listed = sorted(positions)
    return (
        [topic for topic, _ in listed],
        [partition for _, partition in listed],
        [positions[position] for position in listed],
    )
