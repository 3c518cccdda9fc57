"""How many events wait in the outbox of a schema, and since when. Of every account, as one count."""

from prometheus_client import Gauge

from entrygo.postgres.pool import Connection

EVENTS = Gauge("entrygo_outbox_events", "Events that wait to be published", ("schema",))
OLDEST_SECONDS = Gauge("entrygo_outbox_oldest_seconds", "Age of the oldest of them", ("schema",))

# Larger counts make no difference, so counting stops there.
MOST_COUNTED = 100_000


async def measure_outbox(schema: str, connection: Connection) -> None:
    """Reads both figures of the outbox."""
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM (SELECT id FROM outbox LIMIT $1) AS waiting) AS events,"
        " (SELECT extract(epoch FROM clock_timestamp() - queued_at) FROM outbox"
        "  ORDER BY id LIMIT 1) AS seconds",
        MOST_COUNTED,
    )
    assert row is not None
    EVENTS.labels(schema).set(row["events"])
    OLDEST_SECONDS.labels(schema).set(row["seconds"] or 0)
