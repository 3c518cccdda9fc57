"""Figures of inspection: how far behind the read model is, and what it could not take. Of every account."""

from datetime import datetime

from prometheus_client import Gauge, Histogram

from entrygo.postgres.pool import Connection

DELAYS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

DELAY = Histogram("entrygo_projection_delay_seconds", "From an event to its projection", buckets=DELAYS)
DEAD_LETTERS = Gauge("entrygo_dead_letters", "Events that could not be applied and are kept")
GAPS = Gauge("entrygo_projection_gaps", "Exports known to lack an event")
RECONCILED = Gauge("entrygo_reconciled_timestamp_seconds", "Until when an owner's log is applied", ("owner",))


async def measure(connection: Connection) -> None:
    """Reads every figure above."""
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM dead_letters WHERE skipped_at IS NULL) AS dead_letters,"
        " (SELECT count(*) FROM exports"
        "  WHERE planning_seen > planning_sequence OR execution_seen > execution_sequence) AS gaps"
    )
    assert row is not None
    DEAD_LETTERS.set(row["dead_letters"])
    GAPS.set(row["gaps"])
    for owner in await connection.fetch("SELECT source, reconciled_until FROM reconciliations"):
        RECONCILED.labels(owner["source"]).set(owner["reconciled_until"].timestamp())


def observe_delay(occurred_at: str, now: datetime) -> None:
    """For an event that Kafka brought; `occurred_at` as RFC 3339, which its owner wrote."""
    try:
        seconds = (now - datetime.fromisoformat(occurred_at)).total_seconds()
    except ValueError:
        return
    DELAY.observe(max(seconds, 0.0))
