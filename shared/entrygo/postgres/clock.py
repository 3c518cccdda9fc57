"""The database's clock, which decides what is due; the clocks of processes may differ."""

from datetime import datetime

from entrygo.postgres.pool import Connection


async def transaction_time(connection: Connection) -> datetime:
    """When the transaction began: the `now()` of all its statements."""
    instant: datetime = await connection.fetchval("SELECT now()")
    return instant


async def current_time(connection: Connection) -> datetime:
    """The instant of the statement itself, also late in a long transaction."""
    instant: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return instant
