"""Rules on the actual maker of a product and its identification code (MID)."""

import re

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, chapter_of, is_blank, sku_of

# Country, three characters each of up to two words, up to four digits, three letters of the city.
_MID = re.compile(r"(?!CA)[A-Z]{2}[A-Z0-9]{1,6}[0-9]{0,4}[A-Z]{1,3}")
MAX_MID = 15


def _missing(product: Product, context: Context) -> Problem | None:
    is_textile = chapter_of(product) in context.reference.textile_chapters
    if not is_textile or not is_blank(product.manufacturer.name):
        return None
    return Problem(f"Textile product {sku_of(product)} needs its actual manufacturer.")


def _mid_missing(product: Product, context: Context) -> Problem | None:
    if not is_blank(product.manufacturer.mid):
        return None
    return Problem(f"Product {sku_of(product)} has no manufacturer ID.")


def _mid_invalid(product: Product, context: Context) -> Problem | None:
    mid = product.manufacturer.mid
    if mid is None or is_blank(mid) or (len(mid) <= MAX_MID and _MID.fullmatch(mid)):
        return None
    return Problem(f"Manufacturer ID {mid} of {sku_of(product)} is not formed by its construction rule.")


def _postal_code_missing(product: Product, context: Context) -> Problem | None:
    maker = product.manufacturer
    if maker.country not in context.reference.postal_code_origins or not is_blank(maker.postal_code):
        return None
    return Problem(f"Chinese manufacturer of {sku_of(product)} has no postal code.")


PRODUCT_MANUFACTURER_MISSING = ProductRule(
    code="PRODUCT_MANUFACTURER_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="manufacturer",
    basis="19 CFR 102.23(a)",
    is_datum_missing=True,
    check=_missing,
)

PRODUCT_MID_MISSING = ProductRule(
    code="PRODUCT_MID_MISSING",
    severity=Severity.WARNING,
    penalty=4,
    field="manufacturer.mid",
    basis="19 CFR 102, Appendix; CBP Form 7501, block 13",
    is_datum_missing=True,
    check=_mid_missing,
)

PRODUCT_MID_INVALID = ProductRule(
    code="PRODUCT_MID_INVALID",
    severity=Severity.WARNING,
    penalty=3,
    field="manufacturer.mid",
    basis="19 CFR 102, Appendix",
    check=_mid_invalid,
)

PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING = ProductRule(
    code="PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING",
    severity=Severity.WARNING,
    penalty=4,
    field="manufacturer.postal_code",
    basis="ACE UFLPA region alert, from 2023-03-18",
    is_datum_missing=True,
    check=_postal_code_missing,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_MANUFACTURER_MISSING,
    PRODUCT_MID_MISSING,
    PRODUCT_MID_INVALID,
    PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING,
)
