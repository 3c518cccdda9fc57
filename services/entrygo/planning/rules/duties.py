"""Rules on duties beside the tariff's own: Sections 301 and 338.

They name the headings and ask for a person; none of them works out a duty.
"""

from collections.abc import Collection, Sequence

from entrygo.domain.facts import Product
from entrygo.domain.programmes import BY_ORIGIN, SECTION_301, Programme, programme_of
from entrygo.domain.snapshot import Severity
from entrygo.planning.coverage import was_looked_up
from entrygo.planning.law.law_book import days_in_words, is_on_file, row_of_other_days
from entrygo.planning.law.origin_duties import CHINA
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

# Notes 20 and 31, and the codes that the rows which ship were written for.
CHINESE_LISTS, SEEDED = "section_301_lists", "section_301"
_UNREAD = "its code was looked up on no list of China"


def _section_301(product: Product, context: Context) -> Problem | None:
    if product.section_301.is_signed_off_on(context.entry_date):
        return None
    # What meets every good of an origin is signed off by the importer, once for all products.
    is_signed_off_for_all = context.importer.section_301.is_signed_off_on(context.entry_date)
    open_programmes = [each for each in SECTION_301 if not (is_signed_off_for_all and each in BY_ORIGIN)]
    headings, is_unread = _charging(product, context, open_programmes), _is_unread(product, context)
    named = f"{sku_of(product)} of {product.country_of_origin} may owe Section 301 duty"
    if headings:
        unread = f"; {_UNREAD}" if is_unread else ""
        return Problem(f"{named} ({', '.join(headings)}{unread}).")
    return Problem(f"{named}: {_UNREAD}.") if is_unread else None


def _is_unread(product: Product, context: Context) -> bool:
    """Goods of China that no list could name: those that ship were written for few codes."""
    if product.country_of_origin != CHINA or is_blank(product.hts_code):
        return False
    return not was_looked_up(SEEDED, CHINESE_LISTS, product.hts_code, context.reference)


def _section_338(product: Product, context: Context) -> Problem | None:
    headings = _charging(product, context, [Programme.CANADA])
    if not headings or product.section_338.is_signed_off_on(context.entry_date):
        return None
    return Problem(f"Canadian product {sku_of(product)} is on a Section 338 list ({', '.join(headings)}).")


def _not_in_force(product: Product, context: Context) -> Problem | None:
    """A heading that somebody answers for and that ended meanwhile, as exclusions do."""
    day = context.entry_date
    known = {heading: row_of_other_days(heading, day) for heading in context.goods_of(product).headings}
    held = [f"{heading} holds {days_in_words(row)}" for heading, row in known.items() if row is not None]
    if not held:
        return None
    return Problem(f"{'; '.join(held)}: it cannot be claimed for {sku_of(product)} on {day}.")


def _unknown(product: Product, context: Context) -> Problem | None:
    """A heading that somebody answers for and that nothing here says anything of.

    Rates that were imported do not count: no plan is decided by them.
    """
    unknown = [each for each in context.goods_of(product).headings if not is_on_file(each)]
    if not unknown:
        return None
    return Problem(
        f"{', '.join(unknown)}: no row on file names it, so that nobody looked whether it holds for"
        f" {sku_of(product)} on {context.entry_date}."
    )


def _charging(product: Product, context: Context, programmes: Collection[Programme]) -> Sequence[str]:
    """The headings of these programmes that the product may owe something by."""
    return [
        each
        for each in context.headings_of(product)
        if programme_of(each) in programmes and context.law.may_charge(each)
    ]


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

HEADING_NOT_IN_FORCE = ProductRule(
    code="HEADING_NOT_IN_FORCE",
    severity=Severity.WARNING,
    penalty=6,
    field="section_301",
    basis="HTS chapter 99, notes 20(vvv) and 20(www), CSMS 67834313: the days that a heading holds",
    check=_not_in_force,
)

HEADING_UNKNOWN = ProductRule(
    code="HEADING_UNKNOWN",
    severity=Severity.WARNING,
    penalty=3,
    field="section_301",
    basis="HTS chapter 99: each heading holds by a note, and for its days",
    check=_unknown,
)

RULES: tuple[Rule, ...] = (
    SECTION_301_REVIEW_RECOMMENDED,
    SECTION_338_REVIEW_RECOMMENDED,
    HEADING_NOT_IN_FORCE,
    HEADING_UNKNOWN,
)
