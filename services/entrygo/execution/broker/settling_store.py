"""SQL of how an attempt to deliver ends, with where its package and notification then stand."""

from entrygo.execution.state.following import standing_after
from entrygo.execution.state.records import Submission
from entrygo.execution.state.stream_store import FIRST_VALUE, Beside
from entrygo.postgres.pool import SCOPED, scope_of, set_scope

_VALUES = 10


def _settling(first: int, condition: str) -> str:
    """Ends an attempt if `condition` holds; the values are the parameters from `first` on."""
    values = (f"${number}" for number in range(first, first + _VALUES))
    id_, attempts, status, due, sent, error, reaction, is_abandoned, state, notified = values
    return (
        f"WITH ended AS (UPDATE broker_submissions SET status = {status}, next_attempt_at = {due},"  # noqa: S608
        f"  sent_at = {sent}, error_message = {error}, reaction_at = {reaction}, lease_until = NULL"
        f"  WHERE account_id = $1 AND mode = $2 AND id = {id_} AND attempts = {attempts} AND {condition}"
        f"  AND (status = 'sending' AND (NOT {is_abandoned} OR lease_until <= now())"
        f"  OR status = 'unknown' AND NOT {is_abandoned} AND {status} IN ('sent', 'failed'))"
        "  RETURNING package_id, notification_id),"
        # After the submission, whose lock comes before that of its package.
        f" stands AS (UPDATE customs_packages SET state = {state} WHERE account_id = $1 AND mode = $2"
        f"  AND id = (SELECT package_id FROM ended) AND {state}::text IS NOT NULL RETURNING true),"
        f" informed AS (UPDATE notifications SET status = {notified} WHERE account_id = $1 AND mode = $2"
        f"  AND id = (SELECT notification_id FROM ended) AND {notified}::text IS NOT NULL),"
        # Whatever asks for it comes after the package, whose lock comes before that of the stream of events.
        " changed AS (SELECT FROM ended WHERE (SELECT count(*) FROM stands) >= 0)"
        " SELECT EXISTS (SELECT FROM changed)"
    )


# Of `settled_values` behind account and mode.
SETTLE = _settling(3, "true")
# The same without its last line: parts of a larger statement.
_PARTS = _settling(FIRST_VALUE, SCOPED).removeprefix("WITH ").rpartition(" SELECT ")[0]
_BESIDE = f"scope AS MATERIALIZED (SELECT {set_scope(f'${FIRST_VALUE + _VALUES}')}), {_PARTS}"


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
    )


def settling(submission: Submission) -> Beside:
    """The end of an attempt that is not abandoned, to be written in the statement of its event."""
    *_, warehouse = scope_of(submission.visible)
    return Beside(_BESIDE, (*settled_values(submission, is_abandoned=False), warehouse))
