"""The special column: groups of programmes by their symbols, each with the rate that its goods pay."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from entrygo.planning.duty.rates import ColumnRate, read_rate
from entrygo.planning.law.rate_texts import Unreadable, plain_text

# A symbol is A to Z with + or * (A, A+, A*, AU); a list of them stands in brackets behind its rate.
_SYMBOLS = re.compile(r"\(\s*([A-Z]{1,2}[+*]?(?:\s*,\s*[A-Z]{1,2}[+*]?)*)\s*,?\s*\)")


@dataclass(frozen=True, slots=True)
class SpecialRates:
    """The rate of each programme that the line names."""

    text: str
    by_symbol: Mapping[str, ColumnRate]
    # What stands in no group; empty in every line that is fully understood.
    rest: str = ""


def read_special(text: str) -> SpecialRates:
    """`Free (A,AU, S) 16.6% (E)` gives the rate of A, AU, S and E; an unknown shape is Unreadable there."""
    plain = plain_text(text)
    rates: dict[str, ColumnRate] = {}
    end = 0
    for group in _SYMBOLS.finditer(plain):
        rate = _rate_of(plain[end : group.start()].strip())
        rates |= {symbol.strip(): rate for symbol in group[1].split(",")}
        end = group.end()
    return SpecialRates(plain, rates, plain[end:].strip())


def _rate_of(text: str) -> ColumnRate:
    rate = read_rate(text)
    return Unreadable(text, "the list of programmes has no rate") if not text else rate
