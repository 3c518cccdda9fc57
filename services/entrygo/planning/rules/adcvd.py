"""Rules on antidumping and countervailing duties: who is under a case, and how such goods are entered.

They name the case and ask for a person; none of them works out a duty.
"""

import re
from collections.abc import Sequence

from entrygo.domain.facts import Product, ReviewStatus
from entrygo.domain.snapshot import Severity
from entrygo.planning.law.entry_types import INFORMAL
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import Batch, BatchRule, Context, Problem, ProductRule, Rule, sku_of

# A or C, the country, the case; three digits more name the company that has a rate of its own.
_CASE = re.compile(r"\b[AC]-[0-9]{3}-[0-9]{3}(?:-[0-9]{3})?\b")


def adcvd_cases(product: Product, context: Context) -> tuple[str, ...]:
    """The numbers that somebody found to apply; without one, those whose scope names the code and origin."""
    review = product.adcvd_case
    found = _CASE.findall((review.headings or "").upper()) if _is_found(product, context) else []
    listed = [row.key for row in _cases(product, context)]
    return tuple(dict.fromkeys(found or listed))


def is_under_adcvd(product: Product, context: Context) -> bool:
    """Somebody found so, or a case may be meant and nobody has answered for it."""
    if product.adcvd_case.is_signed_off_on(context.entry_date):
        return product.adcvd_case.status is ReviewStatus.APPLICABLE
    return bool(_cases(product, context))


def _cases(product: Product, context: Context) -> Sequence[Row]:
    """The cases whose scope names the code and origin."""
    return context.reference.programmes.adcvd.of_origin(product.hts_code, product.country_of_origin)


def _is_found(product: Product, context: Context) -> bool:
    review = product.adcvd_case
    return review.status is ReviewStatus.APPLICABLE and review.is_signed_off_on(context.entry_date)


def _review(product: Product, context: Context) -> Problem | None:
    rows = _cases(product, context)
    if not rows or product.adcvd_case.is_signed_off_on(context.entry_date):
        return None
    return Problem(f"{sku_of(product)} may be subject to AD/CVD; entry type 03 needed.")


def _case_missing(product: Product, context: Context) -> Problem | None:
    if not _is_found(product, context) or adcvd_cases(product, context):
        return None
    return Problem(f"{sku_of(product)} is subject to AD/CVD and has no case number (A-570-504).")


def _informal_refused(batch: Batch, context: Context) -> Sequence[Problem]:
    if batch.asked_entry_type != INFORMAL or not batch.has_adcvd:
        return []
    return [Problem("Goods subject to AD/CVD are entered formally, as type 03; type 11 was asked for.")]


ADCVD_REVIEW_RECOMMENDED = ProductRule(
    code="ADCVD_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="adcvd_case",
    basis="19 CFR 351",
    check=_review,
)

ADCVD_CASE_MISSING = ProductRule(
    code="ADCVD_CASE_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="adcvd_case.headings",
    basis="19 CFR 351; CBP Form 7501, block 29",
    is_datum_missing=True,
    check=_case_missing,
)

ADCVD_INFORMAL_REFUSED = BatchRule(
    code="ADCVD_INFORMAL_REFUSED",
    severity=Severity.ERROR,
    penalty=8,
    field="batch.entry_type",
    basis="19 CFR 143.22; CBP Form 7501, block 2: entry type 03",
    check=_informal_refused,
)

RULES: tuple[Rule, ...] = (
    ADCVD_REVIEW_RECOMMENDED,
    ADCVD_CASE_MISSING,
    ADCVD_INFORMAL_REFUSED,
)
