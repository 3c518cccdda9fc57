"""Rules on the classification: an HTS code of ten digits in a chapter that exists."""

import re

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of
from entrygo.planning.rules.chapter_98 import is_provision

# Chapter 77 is reserved and empty; 99 never classifies a product by itself, nor does 98 beyond the provisions
# for goods that come back.
LAST_CHAPTER = 97
EMPTY_CHAPTER = 77

_CODE = re.compile(r"[0-9]{10}")


def _missing(product: Product, context: Context) -> Problem | None:
    return Problem(f"Product {sku_of(product)} has no HTS code.") if is_blank(product.hts_code) else None


def _invalid(product: Product, context: Context) -> Problem | None:
    if product.hts_code is None or is_blank(product.hts_code) or _is_code(product.hts_code):
        return None
    return Problem(
        f"Product {sku_of(product)} HTS code {product.hts_code} is not a valid 10-digit U.S. code."
    )


def _is_code(code: str) -> bool:
    if _CODE.fullmatch(code) is None:
        return False
    chapter = int(code[:2])
    return is_provision(code) or (1 <= chapter <= LAST_CHAPTER and chapter != EMPTY_CHAPTER)


def _not_current(product: Product, context: Context) -> Problem | None:
    """Known only where a tariff was imported."""
    code, release = product.hts_code, context.reference.hts_release
    if release is None or code is None or not _is_code(code) or code in release.codes:
        return None
    return Problem(f"HTS code {code} of {sku_of(product)} is not in {release.name}.")


PRODUCT_HTS_CODE_MISSING = ProductRule(
    code="PRODUCT_HTS_CODE_MISSING",
    severity=Severity.ERROR,
    penalty=10,
    field="hts_code",
    basis="19 CFR 142.3; CBP Form 7501",
    is_datum_missing=True,
    check=_missing,
)

PRODUCT_HTS_CODE_INVALID = ProductRule(
    code="PRODUCT_HTS_CODE_INVALID",
    severity=Severity.ERROR,
    penalty=10,
    field="hts_code",
    basis="Harmonized Tariff Schedule of the United States",
    check=_invalid,
)

PRODUCT_HTS_CODE_NOT_CURRENT = ProductRule(
    code="PRODUCT_HTS_CODE_NOT_CURRENT",
    severity=Severity.WARNING,
    penalty=5,
    field="hts_code",
    basis="The revision of the Harmonized Tariff Schedule in force",
    check=_not_current,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_HTS_CODE_MISSING,
    PRODUCT_HTS_CODE_INVALID,
    PRODUCT_HTS_CODE_NOT_CURRENT,
)
