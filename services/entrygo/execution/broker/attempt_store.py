"""SQL of attempts at submissions of the ledger, within the caller's transaction unless a method says else."""

from datetime import timedelta

from entrygo.domain.principal import Visible
from entrygo.execution.broker.settling_store import SETTLE, settled_values
from entrygo.execution.broker.store import IS_PREPARED, SUBMISSION, submission_from_row
from entrygo.execution.state.records import Submission
from entrygo.postgres.pool import SCOPED, Connection, scope_of, set_scope


class AttemptStore:
    """Each change of a running attempt is fenced by its number. Leases are by the clock of the database."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        account_id, mode, self._seen_warehouse = scope_of(visible)
        self._scope = (account_id, mode)

    async def begin(self, submission_id: str, lease: timedelta) -> Submission | None:
        """`prepared` to `sending`, with a new attempt number; None when none is due.

        A notice waits until no attempt is under way that its package may arrive with.
        """
        row = await self._connection.fetchrow(
            "UPDATE broker_submissions SET status = 'sending', phase = 'envelope', attempts = attempts + 1,"  # noqa: S608
            " lease_until = now() + $4, next_attempt_at = NULL, error_message = NULL"
            f" WHERE account_id = $1 AND mode = $2 AND id = $3 AND {IS_PREPARED}"
            " AND (attempts = 0 OR next_attempt_at <= now())"
            " AND (kind = 'package' OR NOT EXISTS (SELECT 1 FROM broker_submissions AS other"
            "  WHERE other.account_id = $1 AND other.mode = $2 AND other.kind = 'package'"
            "  AND other.package_id = broker_submissions.package_id AND other.status = 'sending'))"
            f" RETURNING {SUBMISSION}",
            *self._scope,
            submission_id,
            lease,
        )
        return None if row is None else submission_from_row(row)

    async def enter_data_phase(self, submission: Submission, lease: timedelta) -> bool:
        """Notes that bytes may leave from now on; False when the attempt is not ours any more.

        Within a transaction or as one by itself: the statement sets its scope.
        """
        return await self._changed(
            f"WITH scope AS MATERIALIZED (SELECT {set_scope('$6')})"  # noqa: S608
            " UPDATE broker_submissions SET phase = 'data', lease_until = now() + $5"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND attempts = $4"
            f" AND status = 'sending' AND phase = 'envelope' AND {SCOPED}",
            submission.id,
            submission.attempts,
            lease,
            self._seen_warehouse,
        )

    async def extend_lease(self, submission: Submission, lease: timedelta) -> bool:
        """Keeps the attempt for `lease` from now on; False when it is not ours any more."""
        return await self._changed(
            "UPDATE broker_submissions SET lease_until = now() + $5 WHERE account_id = $1 AND mode = $2"
            " AND id = $3 AND attempts = $4 AND status = 'sending'",
            submission.id,
            submission.attempts,
            lease,
        )

    async def settle(self, submission: Submission, *, is_abandoned: bool = False) -> bool:
        """Writes what became of an attempt, and of a whole package's where that and its notification stand.

        False if it is no longer under way. One that is abandoned only when its owner's lease is over. Its
        owner may come back and know better than `unknown`: that it was sent, or refused.
        """
        settled = await self._connection.fetchval(
            SETTLE,
            *self._scope,
            self._seen_warehouse,
            *settled_values(submission, is_abandoned=is_abandoned),
        )
        return bool(settled)

    async def hold(self, submission: Submission) -> None:
        """Takes back an attempt that was begun in this transaction: it waits, or has failed, unattempted."""
        await self._connection.execute(
            "UPDATE broker_submissions SET status = $4, attempts = attempts - 1, next_attempt_at = $5,"
            " error_message = $6, held_at = now(), lease_until = NULL"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND status = 'sending'",
            *self._scope,
            submission.id,
            submission.status,
            submission.next_attempt_at,
            submission.error_message,
        )

    async def _changed(self, statement: str, *arguments: object) -> bool:
        status = await self._connection.execute(statement, *self._scope, *arguments)
        return not status.endswith(" 0")
