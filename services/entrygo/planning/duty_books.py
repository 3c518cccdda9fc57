"""The books that duty is estimated by: the shipped duty tables, and the lists that were imported."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from entrygo.planning.duty.book import SHIPPED_WHOLE, DutyBook, book_on, shipped_tables
from entrygo.planning.reference.in_force import ReferenceData
from entrygo.planning.reference.tables import Row

# A caller may plan for many days.
KEPT_BOOKS = 16


class DutyBooks:
    """One book for each day and each state of the imported tables."""

    def __init__(self, tables: Callable[[], Mapping[str, Sequence[Row]]]) -> None:
        self._tables = tables
        self._books: dict[tuple[date, str], DutyBook] = {}
        self._of: Mapping[str, Sequence[Row]] = {}

    def on(self, reference: ReferenceData, day: date) -> DutyBook:
        """What an estimate for entries of `day` reads; lists that were imported count as whole."""
        key, imported = (day, reference.version), self._tables()
        if imported is not self._of or len(self._books) >= KEPT_BOOKS:
            # An import of rates changes no version: no plan is decided by them.
            self._books.clear()
            self._of = imported
        if key not in self._books:
            tables = {**shipped_tables(), **imported}
            self._books[key] = book_on(day, tables, SHIPPED_WHOLE | reference.imported.keys())
        return self._books[key]
