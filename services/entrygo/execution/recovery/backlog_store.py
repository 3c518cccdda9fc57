"""One look at what waits for a process in the background, of every account."""

from enum import StrEnum

from entrygo.postgres.pool import Connection


class Backlog(StrEnum):
    """What may wait, each with a loop of its own."""

    EXECUTIONS = "executions"
    WITHDRAWALS = "withdrawals"
    # Attempts of the dead, submissions, confirmations and notices that are due, simulated answers.
    DELIVERIES = "deliveries"


async def kinds_waiting(connection: Connection) -> set[Backlog]:
    """The kinds of which there is any. One statement: an idle process asks once a second."""
    row = await connection.fetchrow(
        "SELECT EXISTS (SELECT FROM executions WHERE finished_at IS NULL AND lease_until <= now())"
        "  AS executions,"
        " EXISTS (SELECT FROM withdrawals WHERE response IS NULL AND due_at <= now()) AS withdrawals,"
        " EXISTS (SELECT FROM broker_submissions WHERE status = 'sending' AND lease_until <= now())"
        "  OR EXISTS (SELECT FROM broker_submissions"
        "   WHERE status = 'prepared' AND next_attempt_at <= now())"
        "  OR EXISTS (SELECT FROM mail_recipients WHERE ask_due_at <= now())"
        "  OR EXISTS (SELECT FROM notice_mails WHERE due_at <= now())"
        "  OR EXISTS (SELECT FROM broker_submissions WHERE reaction_at <= now()) AS deliveries"
    )
    assert row is not None  # it has no FROM
    return {kind for kind in Backlog if row[kind]}
