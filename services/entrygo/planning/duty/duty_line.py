"""What an estimate is asked about: an entry line, as merged, with what people found out about its goods."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from entrygo.planning.law.goods import Goods


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine(Goods):
    """One line of an entry; `value_usd` is the value of the order lines it merges, rounded by nobody yet.

    `quantities` are in units of the tariff as its tables name them (kg, doz, prs).
    """

    number: int
    value_usd: Decimal
    quantities: Mapping[str, Decimal | Fraction] = field(default_factory=dict)
    # The rate of the article that the line's own rate refers to: of a set, the highest.
    rate_of_article: str = ""
    # Of goods claimed as repaired or processed abroad, the value that duty is paid on.
    repair_value_usd: Decimal | None = None
    # Cases of antidumping and countervailing duties that the goods are, or may be, under.
    adcvd_cases: tuple[str, ...] = ()


def line_of(goods: Goods, **of_line: Any) -> DutyLine:
    """The goods as a line of an entry; `of_line` are the fields that a DutyLine has beside those of Goods."""
    return DutyLine(**{each.name: getattr(goods, each.name) for each in fields(Goods)}, **of_line)
