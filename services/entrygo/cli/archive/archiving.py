"""Moves closed exports into files. A crash between any two lines loses nothing, and the next run goes on.

The order is what keeps it so. The file is durable, and was read back, before any row goes. Planning's rows go
first, in one transaction with the note of where the file is: nobody can withdraw, amend or send again what
planning does not know. The other databases follow; until all of them have, the note says so. Sending again
asks execution alone and may be faster: then the export is put back.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.cli.archive.catalogue_store import (
    Archived,
    Due,
    alone,
    archived_exports,
    due_exports,
    is_due,
    note_archived,
    note_file,
    note_half_moved,
    note_moved,
    note_restored,
)
from entrygo.cli.archive.content import planning_rows, read_export
from entrygo.cli.archive.databases import Databases
from entrygo.cli.archive.file import ArchivedExport, ArchiveUnreadable
from entrygo.cli.archive.rows_store import (
    delete_claims,
    delete_emptied,
    delete_old_costs,
    delete_orders,
    delete_rows,
    has_unpublished,
    insert,
    insert_rows,
    lock_execution,
    read_rows,
    waits_in_execution,
)
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.objects.by_digest import BytesMissing, ObjectStore
from entrygo.postgres.pool import EVERYONE, Connection, transaction


class NotPublished(Exception):
    """Events from before the limit still wait for Kafka: nothing is archived before they have left."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Moves exports between the databases and `store`, which keeps the documents too."""

    databases: Databases
    store: ObjectStore

    async def run(self, before: datetime, only: Sequence[str] = ()) -> AsyncGenerator[tuple[Due, str], None]:
        """Archives every export that is due, after what an earlier run has left; gives each with its file.

        What waits for something (a mail, a broker's word, an open task) is passed over. Raises NotPublished,
        ArchiveBusy.
        """
        planning = self.databases.planning
        async with alone(planning):
            await self._check_published(before)
            async for archived in archived_exports(planning, unmoved=True):
                await self.move(await self.load(archived))
            async for due in due_exports(planning, before, only):
                taken = await self.take(due, before)
                if taken is not None:
                    export, sha256 = taken
                    if await self.move(export):
                        yield due, sha256
            async with transaction(planning, EVERYONE) as connection:
                await delete_old_costs(connection)

    async def take(self, due: Due, before: datetime) -> tuple[ArchivedExport, str] | None:
        """Writes the file and takes the export out of planning; None when it is not due after all."""
        export = await read_export(self.databases, due)
        if export is None:
            return None
        sha256 = await self._store(export)
        async with transaction(self.databases.planning, EVERYONE) as connection:
            is_as_read = await is_due(connection, due.key, before) and await planning_rows(
                connection, due.key
            ) == export.of("planning")
            if not is_as_read:
                return None
            await note_archived(connection, due, sha256)
            await delete_rows(connection, "planning", due.key)
        return export, sha256

    async def move(self, export: ArchivedExport) -> bool:
        """Takes the export out of the other databases, as far as it still is there.

        False where something of it waits by now, as a mail that was asked for meanwhile: it is put back.
        """
        key = export.key
        async with transaction(self.databases.execution, EVERYONE) as connection:
            await lock_execution(connection, key)
            waits = await waits_in_execution(connection, key)
            if not waits:
                export = await self._take_from_execution(connection, export)
        if waits:
            await self._bring_back(export)
        else:
            await self._take_from_others(export)
        return not waits

    async def _take_from_execution(self, connection: Connection, export: ArchivedExport) -> ArchivedExport:
        """The export with what execution had of it, which is locked."""
        key = export.key
        rows = await read_rows(connection, "execution", key)
        if rows and rows != export.of("execution"):
            # Something was written between reading and taking: it belongs to the file.
            export = replace(export, rows={**export.rows, "execution": rows})
            await note_file(self.databases.planning, key, await self._store(export))
        await delete_rows(connection, "execution", key)
        return export

    async def _take_from_others(self, export: ArchivedExport) -> None:
        key = export.key
        async with transaction(self.databases.inspection, EVERYONE) as connection:
            await delete_rows(connection, "inspection", key)
        async with transaction(self.databases.sync, EVERYONE) as connection:
            changed = await delete_orders(connection, key, export.of("sync").get("orders", ()))
        async with transaction(self.databases.planning, EVERYONE) as connection:
            await delete_claims(connection, key, but_of=changed)
            await note_moved(connection, key)

    async def restore(self, archived: Archived) -> None:
        """Writes everything back as it was; planning last, with the note: what is found again is whole.

        What a crash leaves half restored is restored again, or moved out again by the next run. Raises
        ArchiveBusy.
        """
        export = await self.load(archived)
        async with alone(self.databases.planning):
            await self._bring_back(export)

    async def _bring_back(self, export: ArchivedExport) -> None:
        await note_half_moved(self.databases.planning, export.key)
        async with transaction(self.databases.sync, EVERYONE) as connection:
            await insert(connection, "orders", export.of("sync").get("orders", ()))
        async with transaction(self.databases.execution, EVERYONE) as connection:
            await insert_rows(connection, "execution", export.of("execution"))
        async with transaction(self.databases.inspection, EVERYONE) as connection:
            await delete_emptied(connection, export.key)
            await insert_rows(connection, "inspection", export.of("inspection"))
        async with transaction(self.databases.planning, EVERYONE) as connection:
            await insert_rows(connection, "planning", export.of("planning"))
            await insert(connection, "order_claims", export.of("planning").get("order_claims", ()))
            await note_restored(connection, export.key)

    async def load(self, archived: Archived) -> ArchivedExport:
        """The export as its file has it. Raises StoreUnavailable, ArchiveUnreadable."""
        account_id, mode, export_id = archived.key
        try:
            content = await self.store.get(Tenant(account_id, Mode(mode)), archived.sha256)
        except BytesMissing as error:
            raise ArchiveUnreadable(
                f"The file of {export_id} is missing or altered in the store of documents: {archived.sha256}."
            ) from error
        return ArchivedExport.from_bytes(content)

    async def _store(self, export: ArchivedExport) -> str:
        """Durable, and read back as it is."""
        tenant = Tenant(export.account_id, Mode(export.mode))
        sha256 = await self.store.put(tenant, export.to_bytes())
        await self.store.get(tenant, sha256)
        return sha256

    async def _check_published(self, before: datetime) -> None:
        for pool in (self.databases.planning, self.databases.execution):
            async with transaction(pool, EVERYONE) as connection:
                if await has_unpublished(connection, before):
                    raise NotPublished("Events from before the limit wait for Kafka: see `entrygo doctor`.")
