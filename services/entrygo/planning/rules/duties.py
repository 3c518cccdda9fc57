"""Rules on duties beside the tariff's own: Sections 301 and 338.

They name the programme and ask for a person; none of them works out a duty.
"""

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, sku_of
from entrygo.planning.rules.programmes import section_301_duties, section_338_duties


def _section_301(product: Product, context: Context) -> Problem | None:
    if product.section_301.is_signed_off_on(context.entry_date):
        return None
    is_signed_off_for_all = context.importer.section_301.is_signed_off_on(context.entry_date)
    headings = [
        duty.heading
        for duty in section_301_duties(product, context)
        if not duty.is_free and not (duty.is_blanket and is_signed_off_for_all)
    ]
    if not headings:
        return None
    return Problem(
        f"{sku_of(product)} of {product.country_of_origin} may owe Section 301 duty"
        f" ({', '.join(dict.fromkeys(headings))})."
    )


def _section_338(product: Product, context: Context) -> Problem | None:
    headings = [duty.heading for duty in section_338_duties(product, context)]
    if not headings or product.section_338.is_signed_off_on(context.entry_date):
        return None
    return Problem(
        f"Canadian product {sku_of(product)} is on a Section 338 list ({', '.join(dict.fromkeys(headings))})."
    )


SECTION_301_REVIEW_RECOMMENDED = ProductRule(
    code="SECTION_301_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=5,
    field="section_301",
    basis="Section 301, Trade Act of 1974; HTS 9903.88, 9903.91, 9903.05",
    check=_section_301,
)

SECTION_338_REVIEW_RECOMMENDED = ProductRule(
    code="SECTION_338_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="section_338",
    basis="Section 338, Tariff Act of 1930; HTS chapter 99, note 51",
    check=_section_338,
)

RULES: tuple[Rule, ...] = (
    SECTION_301_REVIEW_RECOMMENDED,
    SECTION_338_REVIEW_RECOMMENDED,
)
