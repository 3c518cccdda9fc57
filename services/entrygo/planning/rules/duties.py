"""Rules on duties beside the tariff's own: Sections 301 and 338, antidumping and countervailing duties.

They name the programme and ask for a person; none of them works out a duty.
"""

from collections.abc import Iterator

from entrygo.domain.facts import Product, Section232Status
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import Context, Problem, ProductRule, chapter_of, sku_of
from entrygo.planning.rules.metals import annexes_of


def _section_301(product: Product, context: Context) -> Problem | None:
    if product.section_301.is_signed_off_on(context.entry_date):
        return None
    headings = [
        *(row.key for row in rows_of_origin(context.reference.programmes.section_301_lists, product)),
        *_blanket_headings(product, context),
    ]
    if not headings:
        return None
    return Problem(
        f"{sku_of(product)} of {product.country_of_origin} may owe Section 301 duty"
        f" ({', '.join(dict.fromkeys(headings))})."
    )


def _blanket_headings(product: Product, context: Context) -> Iterator[str]:
    """Programmes that meet every good of an origin: the importer signs those off once for all products."""
    if context.importer.section_301.is_signed_off_on(context.entry_date):
        return
    for row in context.reference.programmes.section_301_origins.get(product.country_of_origin or "", ()):
        if not _is_exempt(row, product, context):
            yield row.key


def _is_exempt(row: Row, product: Product, context: Context) -> bool:
    return is_outside(row, product, context) or is_free_under_usmca(row, product, context)


def is_outside(row: Row, product: Product, context: Context) -> bool:
    """Listed goods, and those that pay Section 232."""
    return (
        chapter_of(product) in words_of(row, "exempt_chapters")
        or (product.hts_code or "").startswith(words_of(row, "exempt_prefixes"))
        or (product.section_232.status is Section232Status.APPLICABLE and bool(annexes_of(product, context)))
    )


def is_free_under_usmca(row: Row, product: Product, context: Context) -> bool:
    """Where the programme has a heading for goods that are free under USMCA."""
    return bool(text_of(row, "usmca_heading")) and product.usmca.is_certified_on(context.entry_date)


def _section_338(product: Product, context: Context) -> Problem | None:
    rows = rows_of_origin(context.reference.programmes.section_338, product)
    if not rows or product.section_338.is_signed_off_on(context.entry_date):
        return None
    headings = ", ".join(dict.fromkeys(row.key for row in rows))
    return Problem(f"Canadian product {sku_of(product)} is on a Section 338 list ({headings}).")


def _adcvd(product: Product, context: Context) -> Problem | None:
    rows = rows_of_origin(context.reference.programmes.adcvd, product)
    if not rows or product.adcvd_case.is_signed_off_on(context.entry_date):
        return None
    return Problem(f"{sku_of(product)} may be subject to AD/CVD; entry type 03 needed.")


def rows_of_origin(scope: Scope, product: Product) -> list[Row]:
    """The rows of a list that name the product's code and its origin."""
    return [row for row in scope.rows(product.hts_code) if is_of_origin(row, product)]


def is_of_origin(row: Row, product: Product) -> bool:
    return product.country_of_origin in words_of(row, "origins")


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

ADCVD_REVIEW_RECOMMENDED = ProductRule(
    code="ADCVD_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="adcvd_case",
    basis="19 CFR 351",
    check=_adcvd,
)
