"""Epochs of an owner's database: restoring it from a backup begins a new one."""

import asyncpg


async def begin_another_life(url: str, schema: str) -> None:
    """Begins a new epoch, so that events published before the restore are recognised as such."""
    connection = await asyncpg.connect(url, timeout=30)
    try:
        await connection.execute(
            f"UPDATE {schema}.owner_epoch SET epoch = gen_random_uuid(), since = clock_timestamp()"  # noqa: S608
        )
    finally:
        await connection.close()
