"""What one plan is decided on, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from entrygo.domain.importer_number import comparable
from entrygo.domain.principal import Visible
from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import Connection
from entrygo.sync.drafts import StoredFacts, Subject
from entrygo.sync.order_store import COLUMNS, FIELDS
from entrygo.sync.store import facts_from_row

Row = asyncpg.Record

# Beside the external id, what other records have in their place where they are selected with orders.
_NOTHING = ", NULL" * (len(FIELDS) - 1)
_ORDER = f"id, {COLUMNS}, items, total_value_usd, created_at, updated_at"
_PRODUCT = "id, external_id, facts, created_at, updated_at"
_ROWS = f"""
WITH wanted AS MATERIALIZED (
    SELECT found.* FROM unnest($3::text[]) AS named (id),
        {looked_up("orders", "id", "named.id", _ORDER)} AS found
    UNION ALL SELECT found.* FROM unnest($6::text[]) AS named (external_id),
        {looked_up("orders", "external_id", "named.external_id", _ORDER)} AS found),
sold AS MATERIALIZED (
    SELECT DISTINCT line ->> 'productId' AS id FROM wanted, jsonb_array_elements(items) AS line)
SELECT 'orders' AS subject, id, NULL::jsonb AS facts, created_at, updated_at,
    items, total_value_usd, NULL AS metadata, {COLUMNS} FROM wanted
UNION ALL SELECT 'products', product.id, facts, created_at, updated_at,
    NULL, NULL, NULL, external_id{_NOTHING}
    FROM sold, {looked_up("products", "id", "sold.id", _PRODUCT)} AS product
UNION ALL SELECT 'warehouses', id, facts, created_at, updated_at, NULL, NULL, NULL, external_id{_NOTHING}
    FROM warehouses WHERE account_id = $1 AND mode = $2 AND id = $4
UNION ALL SELECT 'brokers', id, facts, created_at, updated_at, NULL, NULL, NULL, external_id{_NOTHING}
    FROM brokers WHERE account_id = $1 AND mode = $2 AND id = $5
-- All of them, where an order names one: which of the numbers are the same is not for SQL to say.
UNION ALL SELECT 'importers', id, facts, created_at, updated_at, NULL, NULL, NULL, external_id{_NOTHING}
    FROM importers WHERE account_id = $1 AND mode = $2 AND EXISTS (SELECT FROM wanted
    WHERE importer_number IS NOT NULL OR importer_external_id IS NOT NULL)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class PlanningRows:
    """What one plan is decided on. Orders stay rows until they are sent, chunk by chunk."""

    warehouse: StoredFacts | None
    broker: StoredFacts | None
    products: list[StoredFacts]
    # Those that the orders name.
    importers: list[StoredFacts]
    order_rows: list[Row]


class PlanningStore:
    """Reads what the plan of one caller is decided on."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def analyze_grown_tables(self) -> None:
        """Has PostgreSQL look at orders and products where it never did, or half of the rows are new since.

        In a transaction by itself, before thousands of orders are looked up.
        """
        await self._connection.execute("SELECT analyze_grown_tables()")

    async def rows(
        self,
        order_ids: Sequence[str],
        external_order_ids: Sequence[str],
        warehouse_id: str,
        broker_id: str,
    ) -> PlanningRows:
        """Orders with products and importers, the warehouse and the broker: one statement, so one moment.

        An order comes as often as it is named.
        """
        rows = await self._connection.fetch(
            _ROWS,
            *self._scope,
            order_ids,
            warehouse_id if self._visible.includes(warehouse_id) else "",
            broker_id,
            external_order_ids,
        )
        by_subject: dict[str, list[Row]] = {"orders": [], **{subject: [] for subject in Subject}}
        for row in rows:
            by_subject[row["subject"]].append(row)
        return PlanningRows(
            warehouse=_only(by_subject[Subject.WAREHOUSES]),
            broker=_only(by_subject[Subject.BROKERS]),
            products=[facts_from_row(row) for row in by_subject[Subject.PRODUCTS]],
            importers=_named(by_subject[Subject.IMPORTERS], by_subject["orders"]),
            order_rows=by_subject["orders"],
        )


def _only(rows: list[Row]) -> StoredFacts | None:
    return facts_from_row(rows[0]) if rows else None


def _named(importers: Sequence[Row], orders: Sequence[Row]) -> list[StoredFacts]:
    """The importers that orders name, by external id or by number in any of its forms."""
    external_ids = {row["importer_external_id"] for row in orders}
    numbers = {comparable(row["importer_number"]) for row in orders if row["importer_number"]}
    found = map(facts_from_row, sorted(importers, key=lambda row: str(row["external_id"])))
    return [
        each
        for each in found
        if each.external_id in external_ids or comparable(str(each.facts.get("number", ""))) in numbers
    ]
