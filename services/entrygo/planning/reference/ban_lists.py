"""Published lists of goods and parties that are banned: what of each makes which dated rows."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from entrygo.planning.reference.parties import comparable_name
from entrygo.planning.reference.records import Tables, Terms, UnusableFile, csv_records, prefix_of, several_of

# Ships and aircraft are called what companies are called, and are none.
NO_PARTIES = frozenset({"vessel", "aircraft"})

_COUNTRY = re.compile(r"[A-Z]{2}")
_WORD = re.compile(r"[a-z]+")


def prohibited_goods(content: bytes, terms: Terms) -> Tables:
    """Columns: goods, hts_prefix; origins and words, with ; between them, where it is for these only."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for record in csv_records(content, "goods", "hts_prefix"):
        origins, words = (record.get("origins") or "").upper(), (record.get("words") or "").lower()
        key = (record["goods"].strip(), origins.strip(), words.strip())
        groups.setdefault(key, []).append(prefix_of(record["hts_prefix"]))
    return {
        "prohibited_goods": [
            terms.row(
                "prohibited_goods",
                " ".join(filter(None, (goods, origins))),
                {
                    "goods": goods,
                    "prefixes": sorted(set(prefixes)),
                    "origins": _origins(origins),
                    "words": _words(words),
                },
            )
            for (goods, origins, words), prefixes in sorted(groups.items())
        ]
    }


def _origins(text: str) -> Sequence[str]:
    """A ban on goods of `Russia` or of `RU, BY` would never be met."""
    origins = several_of(text)
    for origin in origins:
        if not _COUNTRY.fullmatch(origin):
            raise UnusableFile(f"{origin!r} is not a country of two letters.")
    return origins


def _words(text: str) -> Sequence[str]:
    """Descriptions are looked through word by word: what is no word would never be found in one."""
    words = several_of(text)
    for word in words:
        if not _WORD.fullmatch(word):
            raise UnusableFile(f"{word!r} is not one word of the letters a to z.")
    return words


def restricted_parties(content: bytes, terms: Terms) -> Tables:
    """The Consolidated Screening List as trade.gov publishes it: companies and persons with their aliases."""
    names: dict[str, set[str]] = {}
    for record in csv_records(content, "source", "type", "name", "alt_names", "end_date"):
        ended = record["end_date"] and date.fromisoformat(record["end_date"]) < terms.effective_from
        if not ended and record["type"].strip().lower() not in NO_PARTIES:
            told = (record["name"], *several_of(record["alt_names"] or ""))
            names.setdefault(record["source"].strip(), set()).update(compared_names(told))
    return {
        "restricted_parties": [
            terms.row("restricted_parties", source, sorted(listed))
            for source, listed in sorted(names.items())
            if listed
        ]
    }


def compared_names(names: Iterable[str]) -> list[str]:
    return sorted({compared for name in names if (compared := comparable_name(name))})
