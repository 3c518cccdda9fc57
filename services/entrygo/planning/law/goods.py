"""What the law asks about goods: the code, the origin, the claims, and what people answer for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from entrygo.domain.consolidation import chapter_99, claimed_provision, special_programme
from entrygo.domain.facts import Product, ReviewStatus, Section232, TradeReview
from entrygo.domain.programmes import BY_ORIGIN, SECTION_301, Programme, dotted
from entrygo.planning.law.preferences import is_usmca


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Goods as an entry declares them.

    `headings` of chapter 99 are those that somebody answers for (dotted); of a programme in `denied` somebody
    answers that it does not apply. A claim (`spi`) stands only where its conditions are met: the caller has
    seen the certification.
    """

    hts_code: str
    # ISO 3166-1 alpha-2; empty where it is not known.
    origin: str
    spi: str = ""
    section_232: Section232 = field(default_factory=Section232)
    headings: tuple[str, ...] = ()
    denied: frozenset[Programme] = frozenset()
    # 9801.00.10, 9802.00.40 …
    chapter_98: str = ""

    @property
    def chapter(self) -> str:
        """The first two digits of the code."""
        return self.hts_code[:2]

    @property
    def claims_usmca(self) -> bool:
        """Whether a preference under USMCA is claimed, for goods of one of its parties."""
        return is_usmca(self.spi, self.origin)


def goods_of(product: Product, day: date, importers_section_301: TradeReview) -> Goods:
    """The product on an entry of `day`; what meets all goods of an origin its importer may have denied."""
    claim = claimed_provision(product)
    return Goods(
        hts_code=product.hts_code or "",
        origin=product.country_of_origin or "",
        spi=special_programme(product, day),
        section_232=product.section_232,
        headings=tuple(map(dotted, chapter_99(product, day))),
        denied=frozenset(_denied(product, day, importers_section_301)),
        chapter_98=dotted(claim) if claim else "",
    )


def _denied(product: Product, day: date, importers_section_301: TradeReview) -> Iterator[Programme]:
    """An answer of no under Section 301 is one to each of its programmes."""
    if _is_denied(product.section_301, day):
        yield from SECTION_301
    if _is_denied(importers_section_301, day):
        yield from BY_ORIGIN
    if _is_denied(product.section_338, day):
        yield Programme.CANADA


def _is_denied(review: TradeReview, day: date) -> bool:
    return review.is_signed_off_on(day) and review.status is ReviewStatus.NOT_APPLICABLE
