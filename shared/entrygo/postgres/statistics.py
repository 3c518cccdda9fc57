"""What PostgreSQL knows of tables, for statements that name thousands of rows."""

from entrygo.postgres.pool import EVERYONE, Pool, transaction


async def analyze_new(pool: Pool, *tables: str) -> None:
    """Has PostgreSQL look at those of these tables of the pool's schema that it never looked at.

    Until autovacuum has come by it expects a row or two of any account, and takes whichever index is the
    smallest for the best. Where somebody else looks already, nothing is done, and nobody waits; where the
    login is not the owner, PostgreSQL warns and goes on.
    """
    async with transaction(pool, EVERYONE) as connection:
        new = await connection.fetchval(
            "SELECT string_agg(name, ', ') FROM unnest($1::text[]) AS given (name)"
            " WHERE (SELECT reltuples FROM pg_class WHERE oid = name::regclass) < 0",
            tables,
        )
        if new:
            # The role that row security binds owns no tables.
            await connection.execute("SET LOCAL ROLE NONE")
            await connection.execute(f"ANALYZE (SKIP_LOCKED) {new}")
