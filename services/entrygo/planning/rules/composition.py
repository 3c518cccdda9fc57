"""Rules on what a product is made of: shares where the law asks for them, and shares that add up."""

import re
from decimal import Decimal

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, chapter_of, sku_of

# From the first digit of a number alone: else a text of digits is looked through once for each of them.
_SHARE = re.compile(
    r"(?<![0-9])([0-9]{1,12}(?:[.,][0-9]+)?)\s*(?:%|percent\b|per cent\b|pct\b)", re.IGNORECASE
)
WHOLE = Decimal(100)


def _shares(product: Product) -> list[Decimal]:
    return [Decimal(share.replace(",", ".")) for share in _SHARE.findall(product.material_composition or "")]


def _missing(product: Product, context: Context) -> Problem | None:
    if chapter_of(product) not in context.reference.composition_chapters or _shares(product):
        return None
    return Problem(f"Product {sku_of(product)} (textile or footwear) needs fibre or material percentages.")


def _total_invalid(product: Product, context: Context) -> Problem | None:
    """Each part of an article has its own hundred: shell and lining together are 200."""
    total = sum(_shares(product), Decimal(0))
    if total % WHOLE == 0:
        return None
    return Problem(f"Material shares of {sku_of(product)} add up to {total} %.")


PRODUCT_COMPOSITION_MISSING = ProductRule(
    code="PRODUCT_COMPOSITION_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="material_composition",
    basis="19 CFR 141.89 and 141.87",
    is_datum_missing=True,
    check=_missing,
)

PRODUCT_COMPOSITION_TOTAL_INVALID = ProductRule(
    code="PRODUCT_COMPOSITION_TOTAL_INVALID",
    severity=Severity.WARNING,
    penalty=4,
    field="material_composition",
    basis="19 CFR 141.89",
    check=_total_invalid,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_COMPOSITION_MISSING,
    PRODUCT_COMPOSITION_TOTAL_INVALID,
)
