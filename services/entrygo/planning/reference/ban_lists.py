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
                    "origins": _each(origins, _COUNTRY, "a country of two letters"),
                    "words": _each(words, _WORD, "one word of the letters a to z"),
                },
            )
            for (goods, origins, words), prefixes in sorted(groups.items())
        ]
    }


def _each(text: str, form: re.Pattern[str], expected: str) -> Sequence[str]:
    """What is between the semicolons. Goods of `Russia`, or called `dog fur`, would never be found."""
    found = several_of(text)
    for one in found:
        if not form.fullmatch(one):
            raise UnusableFile(f"{one!r} is not {expected}.")
    return found


def restricted_parties(content: bytes, terms: Terms) -> Tables:
    """The Consolidated Screening List as trade.gov publishes it: companies and persons with their aliases."""
    names: dict[str, set[str]] = {}
    for record in csv_records(content, "source", "type", "name", "alt_names", "end_date"):
        ended = record["end_date"] and date.fromisoformat(record["end_date"]) < terms.effective_from
        if not ended and record["type"].strip().lower() not in NO_PARTIES:
            listed = (record["name"], *several_of(record["alt_names"] or ""))
            names.setdefault(record["source"].strip(), set()).update(compared_names(listed))
    return {
        "restricted_parties": [
            terms.row("restricted_parties", source, sorted(listed))
            for source, listed in sorted(names.items())
            if listed
        ]
    }


def compared_names(names: Iterable[str]) -> list[str]:
    """Names as they are compared: a row for all of a list."""
    return sorted({compared for name in names if (compared := comparable_name(name))})
