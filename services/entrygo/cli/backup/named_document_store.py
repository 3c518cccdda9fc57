"""SQL of which documents the databases name, of every account."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping

import asyncpg

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.objects.by_digest import key_of

# By schema and by the migration that made the columns: a backup before an upgrade finds earlier ones.
_NAMED = {
    ("execution", "0001_create_executions.sql"): (
        "SELECT account_id, mode, sha256 FROM execution.artifacts",
        "SELECT account_id, mode, content_sha256 AS sha256 FROM execution.broker_submissions",
    ),
    ("execution", "0002_add_broker_channels.sql"): (
        "SELECT account_id, mode, pack_sha256 AS sha256 FROM execution.broker_submissions"
        " WHERE pack_sha256 <> ''",
    ),
    ("planning", "0011_create_archived_exports.sql"): (
        "SELECT account_id, mode, sha256 FROM planning.archived_exports",
    ),
}


async def named_documents(
    url_of: Callable[[str], str], migrations: Mapping[str, Collection[str]]
) -> AsyncIterator[str]:
    """The names in the store, one that is named twice twice; rows are read as they are needed."""
    for (schema, migration), statements in _NAMED.items():
        if migration not in migrations[schema]:
            continue
        connection = await asyncpg.connect(
            url_of(schema), timeout=30, server_settings={"entrygo.account_id": "*"}
        )
        try:
            async with connection.transaction(readonly=True):
                for statement in statements:
                    async for row in connection.cursor(statement, prefetch=1000):
                        yield key_of(Tenant(row["account_id"], Mode(row["mode"])), row["sha256"])
        finally:
            await connection.close()
