"""How a statement that is a transaction by itself takes back what it has written in other places."""

import asyncpg


class NothingWritten(asyncpg.PostgresError):
    """The statement found on its way that it is not to be: `entrygo_or_nothing` undid all of it.

    asyncpg raises it by its code, which no error of PostgreSQL's own has.
    """

    sqlstate = "UN001"
