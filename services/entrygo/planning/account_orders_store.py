"""SQL of what became of an account's orders in exports of any of its warehouses."""

from collections.abc import Mapping, Sequence

from entrygo.domain.principal import Visible
from entrygo.postgres.pool import Connection


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

    async def in_open_batches(self, order_ids: Sequence[str], *, but: str) -> Mapping[str, str | None]:
        """Which of the orders sit in a batch other than `but` that has not left yet.

        Order id to export id, and to None where only other warehouses have such a batch.
        """
        rows = await self._connection.fetch(
            "SELECT order_id, min(export_id) FILTER (WHERE warehouse_id = $3) AS export_id"
            " FROM export_orders"
            " WHERE account_id = $1 AND mode = $2 AND order_id = ANY($4) AND export_id <> $5"
            " GROUP BY order_id",
            *self._scope,
            self._warehouse_id,
            list(order_ids),
            but,
        )
        return {row["order_id"]: row["export_id"] for row in rows}

    async def exported(self, order_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Which of the orders left, or are leaving: order id to export id, None for another warehouse's."""
        rows = await self._connection.fetch(
            "SELECT order_id, CASE WHEN warehouse_id = $3 THEN export_id END AS export_id"
            " FROM order_claims WHERE account_id = $1 AND mode = $2 AND order_id = ANY($4)",
            *self._scope,
            self._warehouse_id,
            list(order_ids),
        )
        return {row["order_id"]: row["export_id"] for row in rows}
