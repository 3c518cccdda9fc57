"""Rules on the country of origin."""

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of


def _missing(product: Product, context: Context) -> Problem | None:
    if is_blank(product.country_of_origin):
        return Problem(f"Product {sku_of(product)} has no country of origin.")
    return None


def _invalid(product: Product, context: Context) -> Problem | None:
    origin = product.country_of_origin
    if is_blank(origin) or origin in context.reference.countries:
        return None
    return Problem(f"Product {sku_of(product)} origin {origin} is not an ISO country code.")


def _restricted(product: Product, context: Context) -> Problem | None:
    """Books and other informational materials are free of the embargoes (50 USC 1702(b)(3), 4305(b)(4))."""
    if product.country_of_origin not in context.reference.restricted_origins:
        return None
    if context.reference.informational_materials.rows(product.hts_code):
        return None
    return Problem(f"Goods of {product.country_of_origin} may not be shipped in this programme.")


PRODUCT_ORIGIN_MISSING = ProductRule(
    code="PRODUCT_ORIGIN_MISSING",
    severity=Severity.ERROR,
    penalty=10,
    field="country_of_origin",
    basis="19 CFR 141.86(a)(10)",
    is_datum_missing=True,
    check=_missing,
)

PRODUCT_ORIGIN_INVALID = ProductRule(
    code="PRODUCT_ORIGIN_INVALID",
    severity=Severity.ERROR,
    penalty=8,
    field="country_of_origin",
    basis="19 CFR 134.1",
    check=_invalid,
)

PRODUCT_ORIGIN_RESTRICTED = ProductRule(
    code="PRODUCT_ORIGIN_RESTRICTED",
    severity=Severity.ERROR,
    penalty=10,
    field="country_of_origin",
    basis="OFAC embargoes: 31 CFR 515.204, 510.205 and 560.201",
    flag="prohibited_goods",
    check=_restricted,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_ORIGIN_MISSING,
    PRODUCT_ORIGIN_INVALID,
    PRODUCT_ORIGIN_RESTRICTED,
)
