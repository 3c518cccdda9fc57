"""The lives of an owner's database: a copy that was put back from a backup begins another."""

import asyncpg


async def begin_another_life(url: str, schema: str) -> None:
    """What was published by the earlier life is then known not to be of this one."""
    connection = await asyncpg.connect(url, timeout=30)
    try:
        await connection.execute(
            f"UPDATE {schema}.owner_epoch SET epoch = gen_random_uuid(), since = clock_timestamp()"  # noqa: S608
        )
    finally:
        await connection.close()
