"""Which tariff codes a programme covers: rows by the prefixes of codes that they name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from entrygo.planning.reference.tables import Row

CODE_LENGTH = 10


def words_of(row: Row, name: str) -> tuple[str, ...]:
    """The list that a row's value holds under a name; empty when it has none."""
    value = row.value
    if not isinstance(value, Mapping):
        return ()
    found = value.get(name, ())
    return (found,) if isinstance(found, str) else tuple(found)


def text_of(row: Row, name: str) -> str:
    """The text that a row's value holds under a name; empty when it has none."""
    value = row.value
    found = value.get(name, "") if isinstance(value, Mapping) else ""
    return found if isinstance(found, str) else ", ".join(found)


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows by prefix: of four to ten digits, as lists of codes are published."""

    by_prefix: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Scope":
        """Rows by each prefix that they name."""
        by_prefix: dict[str, list[Row]] = {}
        for row in rows:
            for prefix in words_of(row, "prefixes"):
                by_prefix.setdefault(prefix, []).append(row)
        return cls(by_prefix)

    def rows(self, code: str | None) -> tuple[Row, ...]:
        """Every row with a prefix of `code`, the more general ones first."""
        return tuple(row for prefix in _prefixes(code) for row in self.by_prefix.get(prefix, ()))

    def of_origin(self, code: str | None, origin: str | None) -> tuple[Row, ...]:
        """Every row with a prefix of `code` that names the origin of the goods, too."""
        return tuple(row for row in self.rows(code) if origin in words_of(row, "origins"))

    def nearest(self, code: str | None) -> tuple[Row, ...]:
        """The rows with the longest prefix of `code`: the particular goes before the general."""
        for prefix in reversed(_prefixes(code)):
            if prefix in self.by_prefix:
                return tuple(self.by_prefix[prefix])
        return ()


def _prefixes(code: str | None) -> Sequence[str]:
    return [code[:length] for length in range(2, min(len(code), CODE_LENGTH) + 1)] if code else ()
