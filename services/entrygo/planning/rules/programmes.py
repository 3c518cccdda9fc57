"""Which headings of chapter 99 the reference rows of a day put a product under, before anybody looks.

Rules ask a person about them, and documents list them as candidates; what a person has answered for already
is theirs to leave out. No rule itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from entrygo.domain.facts import Product, Section232Status
from entrygo.planning.duty.programmes import UNDER_232, Programme, programme_of
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import Context, chapter_of
from entrygo.planning.rules.metals import annexes_of, is_below_threshold


class Exceptions(NamedTuple):
    """The headings of one programme under which goods are entered that it does not meet (notes 50 and 52)."""

    informational: str
    listed: str


EXCEPTIONS = {
    Programme.BRAZIL: Exceptions(informational="9903.05.09", listed="9903.05.03"),
    Programme.FORCED_LABOR: Exceptions(informational="9903.05.92", listed="9903.05.86"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A heading as its list writes it; where a heading has two lists, the list's name stands behind it."""

    heading: str
    # Meets every good of an origin: the importer signs it off once for all products.
    is_blanket: bool = False
    # The heading is the one that frees the goods.
    is_free: bool = False


def section_301_duties(product: Product, context: Context) -> Iterator[Duty]:
    """Trade Act of 1974, Section 301 (HTS 9903.88, 9903.91, 9903.05): lists of goods, then of origins."""
    programmes = context.reference.programmes
    for row in rows_of_origin(programmes.section_301_lists, product):
        yield Duty(heading=row.key)
    for row in programmes.section_301_origins.get(product.country_of_origin or "", ()):
        exception = _exception(row, product, context)
        if exception is None:
            yield Duty(heading=row.key, is_blanket=True)
        else:
            yield Duty(heading=exception, is_blanket=True, is_free=True)


def section_338_duties(product: Product, context: Context) -> Iterator[Duty]:
    """Tariff Act of 1930, Section 338 (HTS chapter 99, note 51): lists of goods of an origin."""
    for row in rows_of_origin(context.reference.programmes.section_338, product):
        yield Duty(heading=row.key)


def rows_of_origin(scope: Scope, product: Product) -> list[Row]:
    """The rows of a list that name the product's code and its origin."""
    return [
        row for row in scope.rows(product.hts_code) if product.country_of_origin in words_of(row, "origins")
    ]


def _exception(row: Row, product: Product, context: Context) -> str | None:
    """The heading that frees goods of the programme's origin; None where none does."""
    programme = programme_of(row.key)
    if programme in EXCEPTIONS:
        if _pays_section_232(product, context):
            return UNDER_232[programme]
        if chapter_of(product) in words_of(row, "exempt_chapters"):
            return EXCEPTIONS[programme].informational
        if (product.hts_code or "").startswith(words_of(row, "exempt_prefixes")):
            return EXCEPTIONS[programme].listed
    if text_of(row, "usmca_heading") and product.usmca.is_certified_on(context.entry_date):
        return text_of(row, "usmca_heading")
    return None


def _pays_section_232(product: Product, context: Context) -> bool:
    """Goods with so little metal that the duty does not meet them stay under the others (9903.82.03)."""
    is_found = product.section_232.status is Section232Status.APPLICABLE
    return is_found and bool(annexes_of(product, context)) and not is_below_threshold(product, context)
