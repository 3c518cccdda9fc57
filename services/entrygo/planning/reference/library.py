"""The reference data that plans are decided by: the shipped tables, with imported ones in their place."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

import structlog

from entrygo.planning.reference.in_force import Book, ReferenceData, shipped_book
from entrygo.planning.reference.store import ReferenceStore
from entrygo.planning.reference.tables import TABLES, Row
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.ending import pause
from entrygo.process.pace import Pace

# An import takes effect in every replica within this time; longer where nothing is planned.
REFRESH_SECONDS = 2.0
REST_SECONDS = 10.0

log = structlog.get_logger()


class Library:
    """Holds the book of the newest imports; a plan uses the book of its start."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._book = shipped_book()
        self._tables: Mapping[str, Sequence[Row]] = self._book.tables
        self._version = 0
        self._pace = Pace(busy_seconds=REFRESH_SECONDS, rest_seconds=REST_SECONDS)

    def on(self, day: date) -> ReferenceData:
        """What is in force on `day`. Raises NoReferenceData before the first known day."""
        self._pace.note_work()
        return self._book.on(day)

    def tables(self) -> Mapping[str, Sequence[Row]]:
        """Every table with all its rows, as they are now, those that only duty is estimated by included.

        The same object until there is an import.
        """
        return self._tables

    async def refresh(self) -> None:
        """Reads the imported tables when there was an import since the last time."""
        async with transaction(self._pool, EVERYONE) as connection:
            store = ReferenceStore(connection)
            version = await store.newest_version()
            if version == self._version:
                return
            imported = await store.newest_rows()
        known = {table: rows for table, rows in imported.items() if table in TABLES}
        self._book = Book({**shipped_book().tables, **known})
        self._tables = {**imported, **self._book.tables}
        self._version = version
        log.info("reference.refreshed", version=version, tables=sorted(known))

    async def keep_fresh(self, stop: asyncio.Event) -> None:
        """Follows imports until `stop`; while the database is away the book stays as it is."""
        while not stop.is_set():
            try:
                await self.refresh()
            except Exception as error:
                log.warning("reference.refresh_failed", error=str(error))
            await pause(stop, self._pace.seconds)
