"""Divides an amount to the cent so that the parts are the whole: the largest remainder method."""

from collections.abc import Sequence
from decimal import Decimal
from math import lcm

CENTS = 100


def allocate(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Parts of `total` (whole cents, not negative) in proportion to `weights` (not negative).

    Parts are rounded down; the cents left over go to the largest remainders, of equal ones to the earlier.
    Where all weights are 0, all count the same. Raises ValueError for a total that has no one to bear it.
    """
    cents, shares = _whole_cents(total), _as_integers(weights)
    if cents < 0 or any(share < 0 for share in shares):
        raise ValueError("Only whole cents can be divided, by weights that are not negative")
    if not shares:
        if total:
            raise ValueError(f"Nothing bears {total}")
        return ()
    whole = sum(shares)
    divided = [divmod(cents * share, whole) for share in shares] if whole else _equally(cents, len(shares))
    parts = [part for part, _ in divided]
    by_remainder = sorted(range(len(parts)), key=lambda place: -divided[place][1])
    for place in by_remainder[: cents - sum(parts)]:
        parts[place] += 1
    return tuple([Decimal(part).scaleb(-2) for part in parts])


def _whole_cents(total: Decimal) -> int:
    numerator, denominator = total.as_integer_ratio()
    cents, rest = divmod(numerator * CENTS, denominator)
    if rest:
        raise ValueError("Only whole cents can be divided, by weights that are not negative")
    return cents


def _as_integers(weights: Sequence[Decimal]) -> list[int]:
    """Integers in the proportion of the weights: there may be ten thousand, and fractions are slow."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*{denominator for _, denominator in ratios})
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def _equally(cents: int, bearers: int) -> list[tuple[int, int]]:
    return [divmod(cents, bearers)] * bearers
