"""SQL of where a package and its notification stand on the way to the broker, in the caller's transaction."""

from entrygo.domain.principal import Visible
from entrygo.execution.state.records import NotificationStatus, PackageState
from entrygo.postgres.pool import Connection


class StandingStore:
    """Where packages stand; what happens to a submission is written before."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def lock(self, package_id: str) -> None:
        """Nobody else says where it stands before this transaction ends; the caller holds a submission."""
        await self._connection.execute(
            "SELECT 1 FROM customs_packages WHERE account_id = $1 AND mode = $2 AND id = $3 FOR UPDATE",
            *self._scope,
            package_id,
        )

    async def entry_numbers(self, package_id: str) -> list[str]:
        """Those of the newest submission of each entry, where each goes in one of its own; locks nothing."""
        rows = await self._connection.fetch(
            "SELECT entry_number FROM (SELECT DISTINCT ON (entry) entry, entry_number FROM broker_submissions"
            "  WHERE account_id = $1 AND mode = $2 AND package_id = $3 AND kind = 'package'"
            "  ORDER BY entry, prepared_at DESC, id DESC) AS newest"
            " WHERE entry_number IS NOT NULL",
            *self._scope,
            package_id,
        )
        return [row["entry_number"] for row in rows]

    async def note_delivery(
        self,
        package_id: str,
        state: PackageState,
        notification_id: str,
        status: NotificationStatus | None,
    ) -> None:
        """Both at once: where the package stands, and its notification where that is known (else None)."""
        await self._connection.execute(
            "WITH stands AS (UPDATE customs_packages SET state = $4"
            "  WHERE account_id = $1 AND mode = $2 AND id = $3)"
            " UPDATE notifications SET status = $6"
            " WHERE account_id = $1 AND mode = $2 AND id = $5 AND $6::text IS NOT NULL",
            *self._scope,
            package_id,
            state,
            notification_id,
            status,
        )
