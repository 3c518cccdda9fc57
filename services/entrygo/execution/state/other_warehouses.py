"""What a key that is bound to a warehouse learns of records which another key of its account began."""

from collections.abc import Callable
from typing import Protocol

from entrygo.domain.errors import ExportNotFound
from entrygo.domain.principal import Visible
from entrygo.postgres.pool import Connection, Pool, transaction


class Begun(Protocol):
    """An execution or a withdrawal."""

    def is_surely_hidden(self, caller: Visible) -> bool:
        """Whether it is of a warehouse that the caller may not see, and is known to be."""


class Store(Protocol):
    """Where it is found by its id, within a scope."""

    async def find(self, record_id: str, /) -> Begun | None:
        """None where the scope of the store does not include it."""


async def refuse_another_warehouses(
    pool: Pool, caller: Visible, store: Callable[[Connection, Visible], Store], record_id: str
) -> None:
    """Raises ExportNotFound for a record of another warehouse than the caller's.

    Idempotency keys are the account's, so a bound key may name one that was used for another warehouse. A
    record that is gone, or whose warehouse is not known yet, is no such case: the caller waits for it.
    """
    account = Visible.whole(caller.tenant)
    async with transaction(pool, account) as connection:
        record = await store(connection, account).find(record_id)
    if record is not None and record.is_surely_hidden(caller):
        raise ExportNotFound
