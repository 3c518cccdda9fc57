"""SQL of the step *prepared*: what a package consists of, and its first attempt if nothing is in the way."""

from datetime import datetime, timedelta

from entrygo.domain.principal import Visible
from entrygo.execution.broker.mail_gate import Passage
from entrygo.execution.broker.recipient_store import counted
from entrygo.execution.broker.routes import destination_name
from entrygo.execution.broker.store import WRITTEN, written
from entrygo.execution.making.package_maker import Prepared
from entrygo.execution.state.records import Execution, PackageState, Submission
from entrygo.execution.state.stream_store import Beside, followed
from entrygo.postgres.pool import SCOPED, Connection, scope_of, set_scope

# The lock on the execution's row keeps a new owner out until the transaction ends.
_PARTS = (
    f"scope AS MATERIALIZED (SELECT {set_scope()}),"  # noqa: S608
    " owned AS (UPDATE executions SET step = 'prepared', submission_id = $7, executed_at = $8,"
    "  lease_until = now() + $6::interval WHERE account_id = $1 AND mode = $2 AND id = $4"
    f"  AND attempt = $5 AND finished_at IS NULL AND {SCOPED} RETURNING true),"
    " generated AS (UPDATE customs_packages SET state = $10, summary = $11"
    "  WHERE account_id = $1 AND mode = $2 AND id = $9 AND EXISTS (SELECT FROM owned) RETURNING true),"
    " made AS (INSERT INTO artifacts"
    "  (account_id, mode, package_id, position, artifact_type, filename, media_type, size_bytes,"
    "  sha256, generated_at)"
    "  SELECT $1, $2, $9, place - 1, artifact_type, filename, media_type, size_bytes, sha256,"
    "  generated_at FROM unnest($12::text[], $13::text[], $14::text[], $15::bigint[], $16::text[],"
    "  $17::timestamptz[]) WITH ORDINALITY"
    "  AS made (artifact_type, filename, media_type, size_bytes, sha256, generated_at, place)"
    "  WHERE EXISTS (SELECT FROM owned)),"
    " informed AS (INSERT INTO notifications (account_id, mode, package_id, id, channel, recipient, status,"
    "  created_at) SELECT $1, $2, $9, informed.* FROM unnest($18::text[], $19::text[], $20::text[],"
    "  $21::text[], $22::timestamptz[]) AS informed WHERE EXISTS (SELECT FROM owned))"
)
_PREPARED = f"WITH {_PARTS} SELECT EXISTS (SELECT FROM owned)"  # noqa: S608
_FIRST_WRITTEN = 28
_AFTER_WRITTEN = _FIRST_WRITTEN + len(WRITTEN)
_WRITTEN_VALUES = ", ".join(f"${number}" for number in range(_FIRST_WRITTEN, _AFTER_WRITTEN))
# As the gate says and in its order: who takes the mail, then whether the day has room for it.
_PREPARED_AND_BEGUN = (
    f"WITH {_PARTS},"  # noqa: S608
    " taking AS MATERIALIZED (SELECT FROM owned WHERE $23::text IS NULL OR coalesce((SELECT state"
    "   FROM mail_recipients WHERE account_id = $1 AND mode = $2 AND address = $23"
    "   AND EXISTS (SELECT FROM owned)), 'unconfirmed') = ANY($24::text[])),"
    f" {counted('taking, unnest($25::text[]) AS name')},"
    " let_through AS MATERIALIZED (SELECT FROM taking WHERE NOT EXISTS (SELECT FROM counted"
    "  JOIN unnest($25::text[], $26::bigint[]) AS cap (address, mails) USING (address)"
    "  WHERE counted.mails > cap.mails)),"
    f" submitted AS (INSERT INTO broker_submissions (account_id, mode, lease_until, destination,"
    f"   {', '.join(WRITTEN)})"
    f"  SELECT $1, $2, now() + $6, $27, {_WRITTEN_VALUES} FROM let_through RETURNING prepared_at),"
    # Whatever asks for it comes after the package, whose lock comes before that of the stream of events.
    " changed AS (SELECT FROM submitted WHERE (SELECT count(*) FROM generated) >= 0),"
    f" {followed(_AFTER_WRITTEN, 'EXISTS (SELECT FROM changed)')}"
    " SELECT CASE WHEN entrygo_or_nothing(EXISTS (SELECT FROM taken))"
    "  THEN (SELECT prepared_at FROM submitted) END"
)


class PreparedStore:
    """Within the caller's transaction; leases are by the clock of the database."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible

    async def prepared(
        self, execution: Execution, prepared: Prepared, *, now: datetime, lease: timedelta
    ) -> bool:
        """The documents in the order in which they are listed, and who is informed.

        False where another one is the owner. A second notification of the same id is an error of ours.
        """
        account_id, mode, *_ = scope_of(self._visible)
        values = _values(self._visible, execution, prepared, now, lease)
        return bool(await self._connection.fetchval(_PREPARED, account_id, mode, *values))


def preparing(
    execution: Execution,
    prepared: Prepared,
    attempt: Submission,
    passage: Passage,
    *,
    now: datetime,
    lease: timedelta,
) -> Beside:
    """As `prepared`, with the first attempt at the one submission, to be written in the statement of their
    events, which gives the time of its row. Nothing is, unless its mail may pass."""
    return Beside(
        _PREPARED_AND_BEGUN,
        (
            *_values(execution.visible, execution, prepared, now, lease),
            passage.address,
            list(passage.states),
            list(passage.caps),
            list(passage.caps.values()),
            destination_name(attempt.tenant, attempt),
            *written(attempt),
        ),
    )


def _values(
    visible: Visible, execution: Execution, prepared: Prepared, now: datetime, lease: timedelta
) -> tuple[object, ...]:
    """Those of _PARTS behind account and mode."""
    *_, warehouse = scope_of(visible)
    artifacts, notifications = prepared.artifacts, prepared.notifications
    return (
        warehouse,
        execution.id,
        execution.attempt,
        lease,
        prepared.submissions[0].id,
        now,
        execution.package_id,
        PackageState.GENERATED,
        prepared.summary.model_dump_json(),
        [each.artifact_type for each in artifacts],
        [each.filename for each in artifacts],
        [each.media_type for each in artifacts],
        [each.size_bytes for each in artifacts],
        [each.sha256 for each in artifacts],
        [each.generated_at for each in artifacts],
        [each.id for each in notifications],
        [each.channel for each in notifications],
        [each.recipient for each in notifications],
        [each.status for each in notifications],
        [each.created_at for each in notifications],
    )
