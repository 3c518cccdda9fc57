"""Rules on the classification: an HTS code of ten digits in a chapter that exists."""

import re

from entrygo.domain.coverage import SUBJECTS, TARIFF, Checked
from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.coverage import checks_of
from entrygo.planning.law.chapter_98 import is_provision
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

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


def _not_in_tariff(product: Product, context: Context) -> Problem | None:
    """Known only where a tariff was imported."""
    code, release = product.hts_code, context.reference.hts_release
    if release is None or code is None or not _is_code(code) or is_provision(code) or code in release.codes:
        return None
    return Problem(f"HTS code {code} of {sku_of(product)} is not in {release.name}.")


def _not_verified(product: Product, context: Context) -> Problem | None:
    code = product.hts_code
    if code is None or not _is_code(code) or is_provision(code):
        return None
    if checks_of(code, context.reference)[TARIFF] is not Checked.NOT_CHECKED:
        return None
    return Problem(f"HTS code {code} of {sku_of(product)} was compared with no tariff: none is loaded.")


def _not_checked(product: Product, context: Context) -> Problem | None:
    """A list that is not loaded could have caught the code; that it did not says nothing."""
    code = product.hts_code
    if code is None or not _is_code(code) or is_provision(code):
        return None
    open_subjects = [
        SUBJECTS[subject]
        for subject, by in checks_of(code, context.reference).items()
        if by is Checked.NOT_CHECKED and subject != TARIFF
    ]
    if not open_subjects:
        return None
    return Problem(f"HTS code {code} of {sku_of(product)} was not checked for {', '.join(open_subjects)}.")


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

HTS_NOT_IN_TARIFF = ProductRule(
    code="HTS_NOT_IN_TARIFF",
    severity=Severity.ERROR,
    penalty=10,
    field="hts_code",
    basis="The revision of the Harmonized Tariff Schedule in force",
    check=_not_in_tariff,
)

HTS_NOT_VERIFIED = ProductRule(
    code="HTS_NOT_VERIFIED",
    severity=Severity.WARNING,
    penalty=5,
    field="hts_code",
    basis="The revision of the Harmonized Tariff Schedule in force, which is not loaded",
    remedy="No other code mends this: whoever runs EntryGo imports a tariff (entrygo reference import hts).",
    check=_not_verified,
)

LISTS_NOT_CHECKED = ProductRule(
    code="LISTS_NOT_CHECKED",
    severity=Severity.WARNING,
    penalty=3,
    field="hts_code",
    basis="Lists by code that are not loaded: ACE agency flags, 16 CFR 1110, AD/CVD orders and others",
    remedy="No other code mends this: whoever runs EntryGo imports the lists (entrygo reference import).",
    check=_not_checked,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_HTS_CODE_MISSING,
    PRODUCT_HTS_CODE_INVALID,
    HTS_NOT_IN_TARIFF,
    HTS_NOT_VERIFIED,
    LISTS_NOT_CHECKED,
)
