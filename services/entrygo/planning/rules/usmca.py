"""Rules on a claim of preference under USMCA: the certification is in hand, covers the day, and fits."""

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

PARTIES = frozenset({"CA", "MX", "US"})


def _claims(product: Product) -> bool:
    return not is_blank(product.usmca.criterion)


def _missing(product: Product, context: Context) -> Problem | None:
    if not _claims(product) or not is_blank(product.usmca.certification):
        return None
    return Problem(f"{sku_of(product)} claims USMCA without a certification in hand.")


def _expired(product: Product, context: Context) -> Problem | None:
    if not _claims(product) or is_blank(product.usmca.certification):
        return None
    if product.usmca.is_certified_on(context.entry_date):
        return None
    return Problem(f"USMCA certification of {sku_of(product)} does not cover {context.entry_date}.")


def _inconsistent(product: Product, context: Context) -> Problem | None:
    origin = product.country_of_origin
    if not _claims(product) or is_blank(origin) or origin in PARTIES:
        return None
    return Problem(f"{sku_of(product)} claims USMCA but its origin is {origin}.")


USMCA_CERTIFICATION_MISSING = ProductRule(
    code="USMCA_CERTIFICATION_MISSING",
    severity=Severity.ERROR,
    penalty=6,
    field="usmca.certification",
    basis="19 CFR 182.11 and 182.12",
    is_datum_missing=True,
    flag="usmca_documentation_required",
    check=_missing,
)

USMCA_CERTIFICATION_EXPIRED = ProductRule(
    code="USMCA_CERTIFICATION_EXPIRED",
    severity=Severity.ERROR,
    penalty=6,
    field="usmca.certification",
    basis="USMCA Annex 5-A(8)",
    flag="usmca_documentation_required",
    check=_expired,
)

USMCA_ORIGIN_INCONSISTENT = ProductRule(
    code="USMCA_ORIGIN_INCONSISTENT",
    severity=Severity.ERROR,
    penalty=6,
    field="usmca",
    basis="HTS General Note 11",
    check=_inconsistent,
)

RULES: tuple[Rule, ...] = (
    USMCA_CERTIFICATION_MISSING,
    USMCA_CERTIFICATION_EXPIRED,
    USMCA_ORIGIN_INCONSISTENT,
)
