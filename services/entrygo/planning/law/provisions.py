"""Rate texts of chapter 99: what a heading adds to the duty of the goods, or puts in its place."""

import re
from dataclasses import dataclass
from fractions import Fraction

from entrygo.planning.law.rate_texts import Unreadable, percent_of, plain_text

# `The duty provided in subheadings 8716.39.00 or 8716.90.50 + 100%` names the goods once more.
_OF_GOODS = re.compile(
    r"the duty provided in (?:the applicable subheading|subheadings? [0-9., or]+?)"
    r"(?: ?(?:\+|plus) ?(?P<share>[0-9][0-9./ ]*%))?",
    re.IGNORECASE,
)
_UNCHANGED = re.compile(r"no change|the rate applicable in the absence of this heading", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Added:
    """A share of the value on top of the duty of the goods; 0 for headings that only name an exception."""

    text: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Total:
    """A share of the value that takes the place of the duty of the goods."""

    text: str
    share: Fraction


ProvisionRate = Added | Total | Unreadable


def read_provision(text: str) -> ProvisionRate:
    """The rate of a heading of chapter 99."""
    plain = plain_text(text)
    if _UNCHANGED.fullmatch(plain):
        return Added(plain, Fraction(0))
    if (share := percent_of(plain)) is not None:
        return Total(plain, share)
    found = _OF_GOODS.fullmatch(plain)
    share = percent_of(found["share"]) if found and found["share"] else Fraction(0)
    if found is None or share is None:
        return Unreadable(plain, f"{plain!r} is no rate of a known shape")
    return Added(plain, share)
