"""What rate texts of the tariff and of chapter 99 have in common: percentages, and what is no rate."""

import re
from dataclasses import dataclass
from fractions import Fraction

_TAG = re.compile(r"<[^>]*>")
_AD_VALOREM = re.compile(
    r"(?P<whole>\d+(?:\.\d+)?)(?: (?P<over>\d+)/(?P<under>[1-9]\d*))? ?%(?: on the entire set)?"
)

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A rate text of no known shape."""

    text: str
    reason: str


def plain_text(text: str) -> str:
    """Without markup, and with single blanks."""
    return " ".join(_TAG.sub("", text).split())


def percent_of(text: str) -> Fraction | None:
    """The share of the value that `16.5%` or `33 1/3%` is; None for any other text."""
    found = _AD_VALOREM.fullmatch(text)
    if found is None:
        return None
    part = Fraction(int(found["over"]), int(found["under"])) if found["over"] else Fraction(0)
    return (Fraction(found["whole"]) + part) / PERCENT
