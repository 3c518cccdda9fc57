"""SQL of how an attempt to deliver ends, with where its package and notification then stand."""

from entrygo.execution.state.following import standing_after
from entrygo.execution.state.records import Submission
from entrygo.execution.state.stream_store import Beside, followed
from entrygo.postgres.pool import SCOPED, scope_of, set_scope

# Of `settled_values` behind those of the scope.
_PARTS = (
    f"scope AS MATERIALIZED (SELECT {set_scope()}),"  # noqa: S608
    " ended AS (UPDATE broker_submissions SET status = $6, next_attempt_at = $7, sent_at = $8,"
    "  error_message = $9, reaction_at = $10, server_answer = $14, lease_until = NULL"
    f"  WHERE account_id = $1 AND mode = $2 AND id = $4 AND attempts = $5 AND {SCOPED}"
    "  AND (status = 'sending' AND (NOT $11 OR lease_until <= now())"
    "  OR status = 'unknown' AND NOT $11 AND $6 IN ('sent', 'failed'))"
    "  RETURNING package_id, notification_id),"
    # After the submission, whose lock comes before that of its package.
    " stands AS (UPDATE customs_packages SET state = $12 WHERE account_id = $1 AND mode = $2"
    "  AND id = (SELECT package_id FROM ended) AND $12::text IS NOT NULL RETURNING true),"
    " informed AS (UPDATE notifications SET status = $13 WHERE account_id = $1 AND mode = $2"
    "  AND id = (SELECT notification_id FROM ended) AND $13::text IS NOT NULL),"
    # Whatever asks for it comes after the package, whose lock comes before that of the stream of events.
    " changed AS (SELECT FROM ended WHERE (SELECT count(*) FROM stands) >= 0)"
)
SETTLE = f"WITH {_PARTS} SELECT EXISTS (SELECT FROM changed)"  # noqa: S608
_SETTLE_BESIDE = (
    f"WITH {_PARTS}, {followed(15, 'EXISTS (SELECT FROM changed)')}"  # noqa: S608
    " SELECT entrygo_or_nothing(EXISTS (SELECT FROM taken))"
)


def settled_values(submission: Submission, *, is_abandoned: bool) -> tuple[object, ...]:
    """What is written of an attempt that has ended, with where that leaves package and notification."""
    state, notified = standing_after(submission) or (None, None)
    return (
        submission.id,
        submission.attempts,
        submission.status,
        submission.next_attempt_at,
        submission.sent_at,
        submission.error_message,
        submission.reaction_at,
        is_abandoned,
        state,
        notified,
        submission.server_answer,
    )


def settling(submission: Submission) -> Beside:
    """The end of an attempt that is not abandoned, to be written in the statement of its event."""
    *_, warehouse = scope_of(submission.visible)
    return Beside(_SETTLE_BESIDE, (warehouse, *settled_values(submission, is_abandoned=False)))
