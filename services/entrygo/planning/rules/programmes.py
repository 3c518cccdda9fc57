"""Which headings of chapter 99 the reference rows of a day put a product under, before anybody looks.

Rules ask a person about them, and documents list them as candidates; what a person has answered for already
is theirs to leave out. No rule itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from entrygo.domain.facts import Product, Section232Status
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import Context, chapter_of
from entrygo.planning.rules.metals import annexes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A heading as its list writes it; where a heading has two lists, the list's name stands behind it."""

    heading: str
    # Meets every good of an origin: the importer signs it off once for all products.
    is_blanket: bool = False
    # The heading is the one that frees the goods.
    is_free: bool = False


def section_301(product: Product, context: Context) -> Iterator[Duty]:
    """Trade Act of 1974, Section 301 (HTS 9903.88, 9903.91, 9903.05): lists of goods, then of origins."""
    programmes = context.reference.programmes
    for row in rows_of_origin(programmes.section_301_lists, product):
        yield Duty(heading=row.key)
    for row in programmes.section_301_origins.get(product.country_of_origin or "", ()):
        if not _is_outside(row, product, context):
            is_free = _is_free_under_usmca(row, product, context)
            heading = text_of(row, "usmca_heading") if is_free else row.key
            yield Duty(heading=heading, is_blanket=True, is_free=is_free)


def section_338(product: Product, context: Context) -> Iterator[Duty]:
    """Tariff Act of 1930, Section 338 (HTS chapter 99, note 51): lists of goods of an origin."""
    for row in rows_of_origin(context.reference.programmes.section_338, product):
        yield Duty(heading=row.key)


def rows_of_origin(scope: Scope, product: Product) -> list[Row]:
    """The rows of a list that name the product's code and its origin."""
    return [
        row for row in scope.rows(product.hts_code) if product.country_of_origin in words_of(row, "origins")
    ]


def _is_outside(row: Row, product: Product, context: Context) -> bool:
    """Listed goods, and those that pay Section 232."""
    return (
        chapter_of(product) in words_of(row, "exempt_chapters")
        or (product.hts_code or "").startswith(words_of(row, "exempt_prefixes"))
        or (product.section_232.status is Section232Status.APPLICABLE and bool(annexes_of(product, context)))
    )


def _is_free_under_usmca(row: Row, product: Product, context: Context) -> bool:
    """Where the programme has a heading for goods that are free under USMCA."""
    return bool(text_of(row, "usmca_heading")) and product.usmca.is_certified_on(context.entry_date)
