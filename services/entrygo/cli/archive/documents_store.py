"""SQL of some documents that the databases name, by which their store is known."""

from entrygo.cli.archive.databases import Databases
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.postgres.pool import EVERYONE, Pool, transaction

# One that is there will do; so many may be missing of a store that was damaged.
SAMPLED = 20


class WrongStore(Exception):
    """The store holds none of the documents that the databases name: it is not the one of execution."""


async def check_store(databases: Databases, store: ObjectStore) -> None:
    """Before rows leave for files of a store that nobody else reads. Raises WrongStore, StoreUnavailable."""
    named = await _named(
        databases.execution, "SELECT account_id, mode, sha256 FROM execution.artifacts LIMIT $1"
    ) or await _named(
        databases.planning, "SELECT account_id, mode, sha256 FROM planning.archived_exports LIMIT $1"
    )
    for tenant, sha256 in named:
        if await store.holds(tenant, sha256):
            return
    if named:
        raise WrongStore(
            "The store holds none of the documents that the databases name."
            " Set ENTRYGO_ARTIFACTS_URL to what execution has."
        )


async def _named(pool: Pool, statement: str) -> list[tuple[Tenant, str]]:
    async with transaction(pool, EVERYONE) as connection:
        rows = await connection.fetch(statement, SAMPLED)
    return [(Tenant(row["account_id"], Mode(row["mode"])), row["sha256"]) for row in rows]
