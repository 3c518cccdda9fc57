"""How large the tables of a schema are, and whether PostgreSQL keeps them clean."""

import time

from prometheus_client import Gauge

from entrygo.postgres.pool import Connection

BYTES = Gauge("entrygo_table_bytes", "Size of a table with its large values", ("schema", "table"))
INDEX_BYTES = Gauge("entrygo_table_index_bytes", "Size of its indexes", ("schema", "table"))
ROWS = Gauge("entrygo_table_rows", "Rows, as PostgreSQL's statistics have them", ("schema", "table"))
DEAD_ROWS = Gauge("entrygo_table_dead_rows", "Rows that a vacuum is to remove", ("schema", "table"))
FROZEN_AGE = Gauge(
    "entrygo_table_transaction_age",
    "Transactions since a table was last frozen",
    ("schema", "table"),
)

# They change slowly, and asking touches every file.
EVERY_SECONDS = 60.0


class TableMeasure:
    """A measure that asks once a minute, however often it is called."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._next = 0.0

    async def __call__(self, connection: Connection) -> None:
        if time.monotonic() < self._next:
            return
        rows = await connection.fetch(
            "SELECT stats.relname AS name, pg_table_size(stats.relid) AS bytes,"
            " pg_indexes_size(stats.relid) AS index_bytes, n_live_tup AS rows, n_dead_tup AS dead_rows,"
            " age(relfrozenxid) AS frozen_age"
            " FROM pg_stat_user_tables AS stats JOIN pg_class ON pg_class.oid = stats.relid"
            " WHERE schemaname = $1",
            self._schema,
        )
        self._next = time.monotonic() + EVERY_SECONDS
        for row in rows:
            for gauge, column in (
                (BYTES, "bytes"),
                (INDEX_BYTES, "index_bytes"),
                (ROWS, "rows"),
                (DEAD_ROWS, "dead_rows"),
                (FROZEN_AGE, "frozen_age"),
            ):
                gauge.labels(self._schema, row["name"]).set(row[column])
