"""SQL of what an importer's entries are likely to cost in a year: what its continuous bond must cover."""

from collections.abc import Sequence
from datetime import date

from entrygo.domain.principal import Visible
from entrygo.planning.duty.bond import Paid, first_day_of_year
from entrygo.postgres.pool import Connection


def counting(export_id: str, revision: str) -> str:
    """A statement, or a part of one: the likely costs of a plan's entries count into their importers' year.

    Account and mode are $1 and $2.
    """
    return (
        "INSERT INTO importer_costs (account_id, mode, export_id, warehouse_id, importer_number,"  # noqa: S608
        " entry_date, amount_usd, unknown_entries)"
        " SELECT account_id, mode, export_id, warehouse_id, cost.key,"
        " (importer_costs ->> 'entryDate')::date, cost.value::numeric,"
        " coalesce((importer_costs #>> ARRAY['unknown', cost.key])::integer, 0)"
        " FROM plans, jsonb_each_text(importer_costs -> 'costs') AS cost"
        f" WHERE account_id = $1 AND mode = $2 AND export_id = {export_id} AND revision = {revision}"
        " ON CONFLICT DO NOTHING"
    )


# Beside SAVE_EXPORT.
COUNT_COSTS = counting("$10", "$13")


class ImporterCosts:
    """Duties and fees in USD, by the exports that `visible` includes, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._account = (visible.tenant.account_id, visible.tenant.mode)
        self._scope = (*self._account, visible.warehouse_id)

    async def uncount(self, export_id: str) -> None:
        """The export was taken back, or another one took its place: its entries cost nothing."""
        await self._connection.execute(
            "DELETE FROM importer_costs WHERE account_id = $1 AND mode = $2 AND export_id = $3",
            *self._account,
            export_id,
        )

    async def of_year(self, numbers: Sequence[str], day: date, *, but: str | None) -> dict[str, list[Paid]]:
        """By importer and entry date, of the visible exports of the twelve months up to `day`.

        Not of the export `but`, whose place the planned one takes.
        """
        rows = await self._connection.fetch(
            "SELECT importer_number, entry_date, sum(amount_usd) AS amount, count(*) AS entries,"
            " sum(unknown_entries) AS unknown FROM importer_costs WHERE account_id = $1 AND mode = $2"
            " AND ($3::text IS NULL OR warehouse_id = $3) AND importer_number = ANY($4::text[])"
            " AND entry_date BETWEEN $5 AND $6 AND ($7::text IS NULL OR export_id <> $7)"
            " GROUP BY importer_number, entry_date",
            *self._scope,
            numbers,
            first_day_of_year(day),
            day,
            but,
        )
        found: dict[str, list[Paid]] = {}
        for row in rows:
            paid = Paid(row["entry_date"], row["amount"], row["entries"], row["unknown"])
            found.setdefault(row["importer_number"], []).append(paid)
        return found
