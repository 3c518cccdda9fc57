"""The rate texts of the tariff's three columns, read into rates. What cannot be read says why; it is never 0.

Shapes are those of the USITC export: Free, `16.5%`, `33 1/3%`, `3¢/kg`, `0.9¢ each`, `$1.58/pr. + 35%`,
`6.5% on the entire set`, and rates that depend on another article.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from entrygo.planning.law.rate_texts import Unreadable, percent_of, plain_text

_FREE = re.compile(r"free", re.IGNORECASE)
_SPECIFIC = re.compile(
    r"(?P<dollar>\$ ?)?(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+) ?(?P<cent>¢|cents?)? ?"
    r"(?:/ ?(?P<unit>[a-z][a-z0-9 .]*)|(?P<each>each))",
    re.IGNORECASE,
)
_HIGHEST_OF_SET = re.compile(
    r"the rate of duty applicable to that article in the set subject to the highest rate of duty",
    re.IGNORECASE,
)
_OF_ARTICLE = re.compile(r"the rate applicable to the article of which it is an accessory", re.IGNORECASE)

CENTS = 100
# What a rate for each article counts, and how rates name units that the tariff lists under another name.
EACH = "each"
UNITS = {
    **{
        name: name
        for name in ("kg", "g", "t", "m", "m2", "m3", "doz", "doz prs", "gross", "pack", "pcs", "prs")
    },
    "pr": "prs",
    "doz pr": "doz prs",
    "head": EACH,
    "no": EACH,
    "liter": "liters",
    "liters": "liters",
}


@dataclass(frozen=True, slots=True)
class PerUnit:
    """A specific duty: USD for each unit of quantity."""

    amount: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Specific parts and an ad valorem part (a share of the value), added together; Free has neither."""

    text: str
    specific: tuple[PerUnit, ...] = ()
    ad_valorem: Fraction = Fraction(0)

    @property
    def is_free(self) -> bool:
        return not self.specific and not self.ad_valorem


@dataclass(frozen=True, slots=True)
class OfAnotherArticle:
    """The rate of another article: the highest of a set, or the one that an accessory belongs to."""

    text: str
    article: str


ColumnRate = Rate | OfAnotherArticle | Unreadable


def read_rate(text: str) -> ColumnRate:
    """The rate that a cell of the tariff states."""
    plain = plain_text(text)
    if not plain:
        return Unreadable(text, "the tariff states no rate")
    if _FREE.fullmatch(plain):
        return Rate(plain)
    if _HIGHEST_OF_SET.fullmatch(_without_hyphens(plain)):
        return OfAnotherArticle(plain, "the article of the set with the highest rate")
    if _OF_ARTICLE.fullmatch(_without_hyphens(plain)):
        return OfAnotherArticle(plain, "the article that it accompanies")
    return _sum_of(plain, [part.strip() for part in plain.split("+")])


def _without_hyphens(text: str) -> str:
    """Lines of print end in hyphens that stay in the export: `appli- cable`."""
    return text.replace("- ", "")


def _sum_of(text: str, parts: Sequence[str]) -> ColumnRate:
    specific: list[PerUnit] = []
    shares: list[Fraction] = []
    for part in parts:
        share, per_unit = percent_of(part), _per_unit(part)
        if share is not None:
            shares.append(share)
        elif per_unit is not None:
            specific.append(per_unit)
        else:
            return Unreadable(text, f"{part!r} is no rate of a known shape")
    return Rate(text, tuple(specific), sum(shares, Fraction(0)))


def _per_unit(text: str) -> PerUnit | None:
    found = _SPECIFIC.fullmatch(text)
    if found is None or bool(found["dollar"]) == bool(found["cent"]):
        return None
    amount = Fraction(found["amount"].replace(",", ""))
    unit = _unit_of(found["unit"]) if found["unit"] else EACH
    return PerUnit(amount / CENTS if found["cent"] else amount, unit) if unit else None


def _unit_of(text: str) -> str | None:
    """`doz. pr.` is doz prs; `kg on lead content` is no unit."""
    return UNITS.get(" ".join(word.rstrip(".") for word in text.lower().split()))
