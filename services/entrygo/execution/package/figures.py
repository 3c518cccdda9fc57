"""Figures and addresses for people: 1,234.50. For machines see json_values."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from entrygo.domain.facts import Address
from entrygo.domain.hts_quantities import HtsQuantity
from entrygo.domain.money import to_cents
from entrygo.execution.package.invoice import Weight
from entrygo.execution.package.printable import clean_text


# Thousands of lines have few quantities and prices.
@lru_cache(maxsize=4_096)
def amount(value: Decimal) -> str:
    """Rounded to cents, thousands separated: `1,234.50`."""
    return f"{to_cents(value):,f}"


@lru_cache(maxsize=4_096)
def unit_amount(value: Decimal) -> str:
    """At least cents; a unit value keeps its further decimals."""
    return amount(value) if value == to_cents(value) else f"{value.normalize():,f}"


def plain_figure(value: Decimal | None) -> str:
    """Thousands separated, without trailing zeros; empty for None."""
    return "" if value is None else f"{value.normalize():,f}"


def weight(value: Weight) -> str:
    """The total weight in kg, marked as incomplete if a weight is missing; "not stated" if all are."""
    if value.stated_kg is None:
        return "not stated"
    return f"{value.kg.normalize():,f}" + ("" if value.is_complete else " *")


def quantities(values: Sequence[tuple[str, Decimal]]) -> str:
    """Quantities with units, separated by commas: `1,200 PCS, 3 KG`."""
    return ", ".join(f"{quantity.normalize():,f} {unit}" for unit, quantity in values)


def hts_quantities(values: Sequence[HtsQuantity]) -> Sequence[str]:
    """Quantities in the units of the tariff, with the decimals of their rounding."""
    return [f"{'?' if each.amount is None else f'{each.amount:,f}'} {each.unit}" for each in values]


def address_lines(address: Address) -> Sequence[str]:
    """The lines of a postal address, without empty parts."""
    town = " ".join(_present(address.city, address.region, address.postal_code))
    return tuple(_present(address.line_1, address.line_2, town, address.country))


def _present(*parts: str | None) -> Iterator[str]:
    return (text for text in map(clean_text, parts) if text)
