"""SQL of what became of an account's orders in exports of any of its warehouses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from entrygo.domain.principal import Visible
from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import Connection

# Orders of an account in the export that follows: in this collation they have an index that begins with it.
OF_BATCH = 'account_id COLLATE "POSIX" = $1 AND export_id COLLATE "POSIX" ='

_ELSEWHERE = f"""
SELECT true AS has_left, order_id, CASE WHEN warehouse_id = $3 THEN export_id END AS export_id
FROM unnest($4::text[]) AS named (order_id),
    {looked_up("order_claims", "order_id", "named.order_id", "warehouse_id, export_id")} AS claim
UNION ALL SELECT false, order_id, min(export_id) FILTER (WHERE warehouse_id = $3)
FROM unnest($4::text[]) AS named (order_id),
    {looked_up("export_orders", "order_id", "named.order_id", "warehouse_id, export_id")} AS planned
WHERE export_id <> $5 GROUP BY order_id
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Which orders have left, or are leaving, and which sit in other batches that have not left yet.

    Order id to export id; None where only other warehouses have such an export.
    """

    exported: Mapping[str, str | None]
    open_exports: Mapping[str, str | None]

    def without(self, export_id: str | None) -> "Elsewhere":
        """As if the orders that left with this export were here; None changes nothing."""
        if export_id is None:
            return self
        others = {order: export for order, export in self.exported.items() if export != export_id}
        return replace(self, exported=others)


class AccountOrders:
    """What became of orders in exports of any warehouse of the account: an order leaves once, from one.

    Needs a transaction that sees the whole account. Exports of other warehouses than `warehouse_id` are
    not named: what is found here goes into a plan that keys bound to `warehouse_id` read.
    """

    def __init__(self, connection: Connection, visible: Visible, warehouse_id: str) -> None:
        assert visible.warehouse_id is None
        self._connection = connection
        self._scope = (visible.tenant.account_id, visible.tenant.mode)
        self._warehouse_id = warehouse_id

    async def elsewhere(self, order_ids: Sequence[str], *, but: str) -> "Elsewhere":
        """What became of the orders in exports other than `but`, as of one moment."""
        rows = await self._connection.fetch(
            _ELSEWHERE,
            *self._scope,
            self._warehouse_id,
            list(order_ids),
            but,
        )
        return Elsewhere(
            exported={row["order_id"]: row["export_id"] for row in rows if row["has_left"]},
            open_exports={row["order_id"]: row["export_id"] for row in rows if not row["has_left"]},
        )
