"""What row security lets into a table, as PostgreSQL shows it."""

from entrygo.postgres.pool import Connection


async def written_when(connection: Connection, table: str) -> str:
    """The condition of the rows that may be written to `table` (schema.name)."""
    condition: str = await connection.fetchval(
        "SELECT pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid = $1::text::regclass", table
    )
    return condition
