"""SQL of the ledger across accounts: what waits for the delivery loop, in the caller's transaction."""

from collections.abc import Sequence

from entrygo.execution.broker.rooms import Unwanted
from entrygo.execution.broker.store import SUBMISSION, submission_from_row
from entrygo.execution.state.records import Submission
from entrygo.postgres.pool import Connection


class SubmissionBacklog:
    """What waits for the delivery loop, across accounts; read only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due_submissions(
        self, limit: int, *, without: Unwanted, except_for: Sequence[str]
    ) -> list[Submission]:
        """The oldest of each account, then the second of each, and so on, but for some."""
        tried = sorted(without.tried)
        rows = await self._connection.fetch(
            f"SELECT {SUBMISSION} FROM (SELECT *, row_number() OVER"  # noqa: S608
            "   (PARTITION BY account_id, mode ORDER BY next_attempt_at) AS turn FROM broker_submissions"
            "  WHERE status = 'prepared' AND next_attempt_at <= now() AND destination <> ALL($2::text[])"
            "   AND NOT ($3 AND destination LIKE 'mail:%') AND id <> ALL($4::text[])"
            "   AND NOT EXISTS (SELECT FROM unnest($5::text[], $6::text[]) AS tried (account_id, destination)"
            "    WHERE tried.account_id = broker_submissions.account_id"
            "     AND tried.destination = broker_submissions.destination)) AS due"
            " ORDER BY turn, next_attempt_at LIMIT $1",
            limit,
            sorted(without.destinations),
            without.mail,
            except_for,
            [account_id for account_id, _ in tried],
            [destination for _, destination in tried],
        )
        return [submission_from_row(row) for row in rows]

    async def abandoned_submissions(self, limit: int, except_for: Sequence[str]) -> list[Submission]:
        """Attempts whose lease is over, the longest abandoned first."""
        rows = await self._connection.fetch(
            f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
            " WHERE status = 'sending' AND id <> ALL($2::text[])"
            " AND lease_until <= now() ORDER BY lease_until LIMIT $1",
            limit,
            except_for,
        )
        return [submission_from_row(row) for row in rows]

    async def unsettled_submissions(self) -> list[Submission]:
        """Those of which it is not known yet whether they reach the broker."""
        rows = await self._connection.fetch(
            f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
            " WHERE status IN ('prepared', 'sending') ORDER BY prepared_at"
        )
        return [submission_from_row(row) for row in rows]

    async def reacting_submissions(self, limit: int) -> list[Submission]:
        """Submissions of test accounts that their simulated broker answers now."""
        rows = await self._connection.fetch(
            f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
            " WHERE reaction_at <= now() ORDER BY reaction_at LIMIT $1",
            limit,
        )
        return [submission_from_row(row) for row in rows]
