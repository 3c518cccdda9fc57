"""Months, and where one begins among ids: an id sorts by the time at which it was made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from entrygo.domain.ids import IdKind, make_id


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, instant: datetime) -> "Month":
        return cls(instant.year, instant.month)

    @property
    def next(self) -> "Month":
        """The one after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The one before it."""
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    def first_id(self, kind: IdKind) -> str:
        """The lowest id of this kind that can be made in this month."""
        begin = datetime(self.year, self.number, 1, tzinfo=UTC)
        return make_id(kind, unix_ms=int(begin.timestamp() * 1000), entropy=0)

    def __str__(self) -> str:
        return f"{self.year:04}_{self.number:02}"


def months_from(first: Month, count: int) -> Iterator[Month]:
    """So many months, one after the other."""
    for _ in range(count):
        yield first
        first = first.next
