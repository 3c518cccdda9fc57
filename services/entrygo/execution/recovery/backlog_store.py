"""One look at what waits for a process in the background, of every account."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from entrygo.postgres.pool import Connection


class Backlog(StrEnum):
    """What may wait, each with a loop of its own."""

    EXECUTIONS = "executions"
    WITHDRAWALS = "withdrawals"
    # Attempts of the dead, submissions, confirmations and notices that are due, simulated answers.
    DELIVERIES = "deliveries"


async def due_in(connection: Connection) -> Mapping[Backlog, timedelta]:
    """How long it is until the first of each kind is due, zero or less where one is; without those of which
    there is none. One statement, which an idle process sends now and then."""
    row = await connection.fetchrow(
        "SELECT (SELECT min(lease_until) FROM executions WHERE finished_at IS NULL) - now() AS executions,"
        " (SELECT min(due_at) FROM withdrawals WHERE response IS NULL) - now() AS withdrawals,"
        " least((SELECT min(lease_until) FROM broker_submissions WHERE status = 'sending'),"
        "  (SELECT min(next_attempt_at) FROM broker_submissions WHERE status = 'prepared'),"
        "  (SELECT min(ask_due_at) FROM mail_recipients),"
        "  (SELECT min(due_at) FROM notice_mails),"
        "  (SELECT min(reaction_at) FROM broker_submissions)) - now() AS deliveries"
    )
    assert row is not None  # it has no FROM
    return {kind: row[kind] for kind in Backlog if row[kind] is not None}
