"""SQL of products, warehouses, brokers and importers.

A store works within the caller's transaction, on what one caller may see.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import orjson

from entrygo.domain.errors import OutsideWarehouse, ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.postgres.conditions import is_named, looked_up, when_given
from entrygo.postgres.pool import Connection
from entrygo.records.reading import Facts, stored_form
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import (
    FactsDraft,
    FactsUpdate,
    StoredFacts,
    Subject,
)
from entrygo.sync.periods import RECORDS


class FactStore:
    """Products, brokers and importers are the account's; of the warehouses a bound key has one."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    def _own(self, subject: Subject) -> str | None:
        """The one record of this kind that may be seen; None when all may."""
        return self._visible.warehouse_id if subject is Subject.WAREHOUSES else None

    async def ids_in_use(
        self, subject: Subject, external_ids: Sequence[str], ids: Sequence[str]
    ) -> list[tuple[str, str]]:
        """(external id, id) of every stored row that has one of either."""
        rows = await self._connection.fetch(
            "SELECT * FROM (SELECT found.* FROM unnest($3::text[]) AS named (external_id),"  # noqa: S608
            f" {looked_up(subject, 'external_id', 'named.external_id', 'external_id, id')} AS found"
            " UNION SELECT found.* FROM unnest($4::text[]) AS named (id),"
            f" {looked_up(subject, 'id', 'named.id', 'external_id, id')} AS found) AS found"
            " WHERE $5::text IS NULL OR id = $5",
            *self._scope,
            external_ids,
            ids,
            self._own(subject),
        )
        return [(row["external_id"], row["id"]) for row in rows]

    async def upsert_facts(
        self, subject: Subject, drafts: Sequence[FactsDraft], new_ids: Sequence[str], now: datetime
    ) -> dict[str, StoredFacts]:
        """Creates or merges; gives what is stored now, by external id.

        ServiceUnavailable when another request takes one of the given ids at the same moment,
        OutsideWarehouse when an external id is that of a warehouse the caller may not see.
        """
        ordered = sorted(zip(drafts, new_ids, strict=True), key=lambda pair: pair[0].external_id)
        try:
            rows = await self._connection.fetch(
                f"INSERT INTO {subject} AS stored"  # noqa: S608
                " (account_id, mode, id, external_id, facts, created_at, updated_at)"
                " SELECT $1, $2, id, external_id, facts::jsonb, $6, $6"
                " FROM unnest($3::text[], $4::text[], $5::text[]) AS given (id, external_id, facts)"
                " ON CONFLICT (account_id, mode, external_id) DO UPDATE SET"
                " facts = merge_facts(stored.facts, EXCLUDED.facts), updated_at = EXCLUDED.updated_at"
                " RETURNING id, external_id, facts, created_at, updated_at",
                *self._scope,
                # A bound key cannot so much as propose another id than its warehouse's.
                [draft.id or self._own(subject) or new_id for draft, new_id in ordered],
                [draft.external_id for draft, _ in ordered],
                [_stored_facts(subject, draft.facts) for draft, _ in ordered],
                now,
            )
        except asyncpg.InsufficientPrivilegeError as error:
            raise OutsideWarehouse(details={"warehouseId": self._own(subject)}) from error
        except asyncpg.UniqueViolationError as error:
            raise ServiceUnavailable("Another request took one of these ids; retry.") from error
        return {row["external_id"]: facts_from_row(row) for row in rows}

    async def update_facts(self, subject: Subject, update: FactsUpdate, now: datetime) -> StoredFacts | None:
        """Clears, then merges; gives what is stored now."""
        row = await self._connection.fetchrow(
            f"UPDATE {subject} SET facts = merge_facts(clear_facts(facts, $4::text[]), $5::jsonb),"  # noqa: S608
            " updated_at = $6"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND ($7::text IS NULL OR id = $7)"
            " RETURNING id, external_id, facts, created_at, updated_at",
            *self._scope,
            update.id,
            update.clear,
            _stored_facts(subject, update.facts),
            now,
            self._own(subject),
        )
        return facts_from_row(row) if row is not None else None

    async def find_facts(self, subject: Subject, fact_id: str) -> StoredFacts | None:
        """The record, or None where there is none in this scope."""
        row = await self._connection.fetchrow(
            f"SELECT id, external_id, facts, created_at, updated_at FROM {subject}"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND ($4::text IS NULL OR id = $4)",
            *self._scope,
            fact_id,
            self._own(subject),
        )
        return facts_from_row(row) if row is not None else None

    async def list_facts(self, subject: Subject, page: PageRequest) -> list[StoredFacts]:
        """One row more than the page holds, when there is one. Only products go by a SKU."""
        wanted = when_given(is_named("external_id", "$4"), "$4::text", page.external_id)
        sku = page.sku if subject is Subject.PRODUCTS else None
        of_sku = when_given(is_named("sku", "$7"), "$7::text", sku)
        order = "external_id" if page.external_id is not None else "id" if sku is None else "sku, id"
        rows = await self._connection.fetch(
            f"SELECT id, external_id, facts, created_at, updated_at FROM {subject}"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND id > $3 AND {wanted}"
            f" AND ($6::text IS NULL OR id = $6) AND {of_sku} ORDER BY {order} LIMIT $5",
            *self._scope,
            page.after,
            page.external_id,
            page.limit + 1,
            self._own(subject),
            page.sku,
        )
        return [facts_from_row(row) for row in rows]


def _stored_facts(subject: Subject, facts: Facts) -> str:
    return orjson.dumps(stored_form(facts, RECORDS[subject].fields)).decode()


def facts_from_row(row: asyncpg.Record) -> StoredFacts:
    """The record that a row of ids, facts and stamps holds."""
    facts: Facts = orjson.loads(row["facts"])
    return StoredFacts(row["id"], row["external_id"], facts, row["created_at"], row["updated_at"])
