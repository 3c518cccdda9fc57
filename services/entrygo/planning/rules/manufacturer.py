"""Rules on the actual maker of a product and its identification code (MID)."""

import re
from collections.abc import Callable

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.law.preferences import USMCA_PARTIES
from entrygo.planning.manufacturer_id import CANADA, MAX_LENGTH, PROVINCES
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

# Country, three characters each of up to two words, up to four digits, three letters of the city.
_MID = re.compile(r"(?!CA)[A-Z]{2}[A-Z0-9]{1,6}[0-9]{0,4}[A-Z]{1,3}")
CHINA = "CN"


def _is_textile(product: Product, context: Context) -> bool:
    """Textile and apparel products as 19 CFR 102.21(b)(5) defines them, bags and headwear among them."""
    return bool(context.reference.textile_products.rows(product.hts_code))


def _lacks(field: str, message: str, *, textiles: bool) -> Callable[[Product, Context], Problem | None]:
    """The check that the maker's `field` is given, of textiles or of all other goods."""

    def check(product: Product, context: Context) -> Problem | None:
        if not is_blank(getattr(product.manufacturer, field)) or _is_textile(product, context) != textiles:
            return None
        return Problem(message.format(sku=sku_of(product)))

    return check


def _mid_of_another_country(product: Product, context: Context) -> Problem | None:
    mid, origin = product.manufacturer.mid, product.country_of_origin
    if mid is None or is_blank(origin) or _mid_invalid(product, context) or is_blank(mid):
        return None
    country = CANADA if mid[:2] in PROVINCES.values() else mid[:2]
    if country == origin:
        return None
    return Problem(f"Manufacturer ID {mid} of {sku_of(product)} is of {country}; its origin is {origin}.")


def _maker_of_another_country(product: Product, context: Context) -> Problem | None:
    """A maker in China does not make goods of North America."""
    origin, maker = product.country_of_origin, product.manufacturer.country
    if maker != CHINA or (origin not in USMCA_PARTIES and is_blank(product.usmca.criterion)):
        return None
    claim = f"its origin is {origin}" if is_blank(product.usmca.criterion) else "it claims USMCA"
    return Problem(f"The maker of {sku_of(product)} is in China, and {claim}.")


def _mid_invalid(product: Product, context: Context) -> Problem | None:
    mid = product.manufacturer.mid
    if mid is None or is_blank(mid) or (len(mid) <= MAX_LENGTH and _MID.fullmatch(mid)):
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
    check=_lacks("name", "Textile product {sku} needs its actual manufacturer.", textiles=True),
)

PRODUCT_MID_MISSING = ProductRule(
    code="PRODUCT_MID_MISSING",
    severity=Severity.WARNING,
    penalty=4,
    field="manufacturer.mid",
    basis="19 CFR 102, Appendix; CBP Form 7501, block 13",
    is_datum_missing=True,
    check=_lacks("mid", "Product {sku} has no manufacturer ID.", textiles=False),
)

TEXTILE_MID_MISSING = ProductRule(
    code="TEXTILE_MID_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="manufacturer.mid",
    basis="19 CFR 102.23(a)",
    is_datum_missing=True,
    check=_lacks("mid", "Textile product {sku} has no manufacturer ID.", textiles=True),
)

MID_COUNTRY_MISMATCH = ProductRule(
    code="MID_COUNTRY_MISMATCH",
    severity=Severity.WARNING,
    penalty=4,
    field="manufacturer.mid",
    basis="19 CFR 102, Appendix: the code begins with the country of origin; 102.23(a)",
    check=_mid_of_another_country,
)

MAKER_ORIGIN_MISMATCH = ProductRule(
    code="MAKER_ORIGIN_MISMATCH",
    severity=Severity.WARNING,
    penalty=5,
    field="manufacturer.country",
    basis="19 CFR 134.1(b); HTS General Note 11",
    check=_maker_of_another_country,
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
    TEXTILE_MID_MISSING,
    PRODUCT_MID_MISSING,
    PRODUCT_MID_INVALID,
    MID_COUNTRY_MISMATCH,
    MAKER_ORIGIN_MISMATCH,
    PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING,
)
