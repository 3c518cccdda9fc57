"""Rules on metal content under Section 232."""

import re

from entrygo.domain.facts import Product, Section232Status
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, sku_of

_WORD = re.compile(r"[a-z]+")


def _review(product: Product, context: Context) -> Problem | None:
    if not _needs_review(product, context):
        return None
    return Problem(f"Product {sku_of(product)} should receive metals review before execution.")


def _needs_review(product: Product, context: Context) -> bool:
    """Somebody asked for a review, or nobody has assessed a product that is said to hold metal."""
    status = product.section_232.status
    if status is not Section232Status.NOT_ASSESSED:
        return status is Section232Status.REVIEW
    words = _WORD.findall((product.material_composition or "").lower())
    return not context.reference.metal_words.isdisjoint(words)


METALS_REVIEW_RECOMMENDED = ProductRule(
    code="METALS_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="section_232",
    basis="Section 232, Trade Expansion Act of 1962; 19 CFR 141.87",
    check=_review,
)
