"""Row security says what is seen and, of some tables, more exactly what may be written."""

import asyncpg


async def test_no_policy_lets_a_row_in_that_it_does_not_show(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        policies = await connection.fetch(
            "SELECT polrelid::regclass::text AS name, pg_get_expr(polqual, polrelid) AS seen,"
            " pg_get_expr(polwithcheck, polrelid) AS written FROM pg_policy"
        )
    finally:
        await connection.close()
    narrower = {row["name"]: row for row in policies if row["written"] is not None}
    assert {"sync.orders", "sync.event_log", "planning.idempotency_keys"} <= narrower.keys()
    wider = [name for name, row in narrower.items() if not row["written"].startswith(f"({row['seen']} AND ")]
    assert wider == []
