"""Rules on a claim of preference under USMCA: the certification is in hand, covers the day, and fits."""

from datetime import date
from decimal import Decimal

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.law.preferences import USMCA_PARTIES
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

# Originating goods of one importer's importation, all parcels of it together, in USD: 19 CFR 182.14(a)(2).
NO_COPY_UP_TO = Decimal(2500)


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


def _period_missing(product: Product, context: Context) -> Problem | None:
    """Without a period it certifies a single importation, of which no copy is asked for while it is small.

    That it is one of a planned series (19 CFR 182.14(a)(2)) no plan can see.
    """
    if context.originating_usd.get(product.id, Decimal(0)) <= NO_COPY_UP_TO:
        return None
    if not _claims(product) or is_blank(product.usmca.certification):
        return None
    if product.usmca.blanket_from is not None and product.usmca.blanket_to is not None:
        return None
    return Problem(f"USMCA certification of {sku_of(product)} states no period; both days are needed.")


def _period_too_long(product: Product, context: Context) -> Problem | None:
    first, last = product.usmca.blanket_from, product.usmca.blanket_to
    if not _claims(product) or first is None or last is None:
        return None
    if first <= last < _year_after(first):
        return None
    return Problem(
        f"The period of the USMCA certification of {sku_of(product)}, {first} to {last},"
        " is not one of at most 12 months."
    )


def _year_after(day: date) -> date:
    """The same day a year later; 1 March for 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def _inconsistent(product: Product, context: Context) -> Problem | None:
    origin = product.country_of_origin
    if not _claims(product) or is_blank(origin) or origin in USMCA_PARTIES:
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

USMCA_PERIOD_MISSING = ProductRule(
    code="USMCA_PERIOD_MISSING",
    severity=Severity.ERROR,
    penalty=6,
    field="usmca.blanket_to",
    basis="USMCA Annex 5-A(8); 19 CFR 182.12 and 182.14(a)(2)",
    is_datum_missing=True,
    flag="usmca_documentation_required",
    check=_period_missing,
)

USMCA_PERIOD_TOO_LONG = ProductRule(
    code="USMCA_PERIOD_TOO_LONG",
    severity=Severity.ERROR,
    penalty=6,
    field="usmca.blanket_to",
    basis="USMCA Annex 5-A(8): a period of up to 12 months; 19 CFR 182.12(c)",
    flag="usmca_documentation_required",
    check=_period_too_long,
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
    USMCA_PERIOD_MISSING,
    USMCA_PERIOD_TOO_LONG,
    USMCA_ORIGIN_INCONSISTENT,
)
