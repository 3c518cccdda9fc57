"""Figures of execution that its database alone knows: what runs, what waits. Of every account, as counts."""

from prometheus_client import Gauge

from entrygo.postgres.pool import Connection

UNFINISHED_STEPS = ("started", "claimed", "prepared")
OPEN_STATUSES = ("prepared", "sending")

EXECUTIONS = Gauge("entrygo_executions_unfinished", "Executions under way, by step reached", ("step",))
EXECUTION_SECONDS = Gauge("entrygo_executions_oldest_seconds", "Age of the oldest execution under way")
SUBMISSIONS = Gauge("entrygo_submissions_open", "Submissions that wait or are being handed over", ("status",))
OVERDUE_SECONDS = Gauge("entrygo_submissions_overdue_seconds", "How long the earliest due one has been due")


async def measure(connection: Connection) -> None:
    """Takes all of them; each statement reads an index that holds unfinished work alone."""
    await _measure_executions(connection)
    await _measure_submissions(connection)


async def _measure_executions(connection: Connection) -> None:
    rows = await connection.fetch(
        "SELECT step, count(*) AS many, extract(epoch FROM now() - min(created_at)) AS seconds"
        " FROM executions WHERE finished_at IS NULL GROUP BY step"
    )
    counts = {row["step"]: row["many"] for row in rows}
    for step in UNFINISHED_STEPS:
        EXECUTIONS.labels(step).set(counts.get(step, 0))
    EXECUTION_SECONDS.set(max((row["seconds"] for row in rows), default=0))


async def _measure_submissions(connection: Connection) -> None:
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM broker_submissions WHERE status = 'prepared') AS prepared,"
        " (SELECT count(*) FROM broker_submissions WHERE status = 'sending') AS sending,"
        " (SELECT extract(epoch FROM now() - min(next_attempt_at)) FROM broker_submissions"
        "  WHERE status = 'prepared') AS overdue"
    )
    assert row is not None
    for status in OPEN_STATUSES:
        SUBMISSIONS.labels(status).set(row[status])
    OVERDUE_SECONDS.set(max(row["overdue"] or 0, 0))
