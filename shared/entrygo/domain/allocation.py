"""Divides an amount to the cent so that the parts are the whole: the largest remainder method."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

CENTS = 100


def allocate(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Parts of `total` (whole cents, not negative) in proportion to `weights` (not negative).

    Parts are rounded down; the cents left over go to the largest remainders, of equal ones to the earlier.
    Where all weights are 0, all count the same. Raises ValueError for a total that has no one to bear it.
    """
    cents = Fraction(total) * CENTS
    if cents.denominator != 1 or cents < 0 or any(weight < 0 for weight in weights):
        raise ValueError("Only whole cents can be divided, by weights that are not negative")
    if not weights:
        if total:
            raise ValueError(f"Nothing bears {total}")
        return ()
    shares = _shares(int(cents), weights)
    parts = [share.numerator // share.denominator for share in shares]
    left = int(cents) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_remainder[:left]:
        parts[place] += 1
    return tuple(Decimal(part).scaleb(-2) for part in parts)


def _shares(cents: int, weights: Sequence[Decimal]) -> list[Fraction]:
    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    if not whole:
        return [Fraction(cents, len(weights))] * len(weights)
    return [cents * Fraction(weight) / whole for weight in weights]
