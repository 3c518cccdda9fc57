"""Names of parties that one may not deal with, and how names are compared: exactly, never by resemblance."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from anyascii import anyascii

from entrygo.planning.reference.tables import Row

# Forms of companies, which the same company writes or leaves out.
COMPANY_FORMS = frozenset(
    {
        "AB", "AG", "AO", "AS", "BHD", "BV", "CJSC", "CO", "COMPANY", "CORP", "CORPORATION", "GMBH",
        "INC", "INCORPORATED", "JSC", "KG", "KK", "LIMITED", "LLC", "LLP", "LP", "LTD", "LTDA",
        "NV", "OAO", "OJSC", "OOO", "OY", "PAO", "PJSC", "PLC", "PTE", "PTY", "PVT", "SA", "SARL",
        "SAS", "SDN", "SL", "SPA", "SRL", "ZAO",
    }
)  # fmt: skip

# Those that stand before the name where they come from.
LEADING_FORMS = frozenset({"AO", "CJSC", "JSC", "LLC", "OAO", "OJSC", "OOO", "PAO", "PJSC", "PT", "ZAO"})

# Written inside a word: Int'l, S.A.
_JOINED = re.compile(r"[.'`\u2019]")
_APART = re.compile(r"[^A-Z0-9]+")


@lru_cache(maxsize=16_384)
def comparable_name(name: str) -> str:
    """Capital letters and digits, one blank between words; without accents, punctuation and the form of the
    company. Empty for a name of nothing else."""
    words = _APART.sub(" ", _JOINED.sub("", anyascii(name).upper().replace("&", " AND "))).split()
    while words and words[-1] in COMPANY_FORMS:
        words.pop()
    if words and words[0] in LEADING_FORMS:
        words.pop(0)
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class RestrictedParties:
    """The lists that hold a name, by the name as it is compared."""

    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "RestrictedParties":
        """From rows that each have the name of a list as key, and names as they are compared."""
        by_name: dict[str, tuple[str, ...]] = {}
        for row in rows:
            for name in row.value:
                by_name[name] = (*by_name.get(name, ()), row.key)
        return cls(by_name)

    def lists_with(self, name: str) -> tuple[str, ...]:
        """The lists that hold a party of this name, however it is written; empty where none does."""
        return self.by_name.get(comparable_name(name), ()) if self.by_name and name else ()
