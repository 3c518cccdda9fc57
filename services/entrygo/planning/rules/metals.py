"""Rules on metal content under Section 232."""

from collections.abc import Sequence
from decimal import Decimal

from entrygo.domain.facts import Metal, Product, Section232Status
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import (
    Context,
    Problem,
    ProductRule,
    Rule,
    chapter_of,
    is_blank,
    sku_of,
    words_in,
)

# The annex of goods that were taken out again.
REMOVED = "II"


def annexes_of(product: Product, context: Context) -> Sequence[Row]:
    """The rows of the annexes that name the product's code on the entry date."""
    rows = context.reference.programmes.section_232.nearest(product.hts_code)
    return [row for row in rows if text_of(row, "annex") != REMOVED]


def _review(product: Product, context: Context) -> Problem | None:
    if not needs_metals_review(product, context):
        return None
    return Problem(f"Product {sku_of(product)} should receive metals review before execution.")


def needs_metals_review(product: Product, context: Context) -> bool:
    """Somebody asked for it, nobody has assessed what may hold metal, or the lists changed since."""
    section, annexes = product.section_232, annexes_of(product, context)
    match section.status:
        case Section232Status.REVIEW:
            return True
        case Section232Status.NOT_ASSESSED:
            words = words_in(product.material_composition)
            return bool(annexes) or not context.reference.metal_words.isdisjoint(words)
    assessed_on = section.assessed_on
    if assessed_on is not None and any(row.effective_from > assessed_on for row in annexes):
        return True
    is_denied = section.status is Section232Status.NOT_APPLICABLE and bool(annexes)
    return is_denied and not _has_threshold(product, context)


def _data_missing(product: Product, context: Context) -> Problem | None:
    annexes = annexes_of(product, context)
    if product.section_232.status is not Section232Status.APPLICABLE or not annexes:
        return None
    given = product.section_232.metals
    asked = {text_of(row, "metal") for row in annexes}
    if not asked.isdisjoint(metal.metal for metal in given) and all(map(_is_complete, given)):
        return None
    return Problem(
        f"Product {sku_of(product)} is in a Section 232 annex;"
        " metal weights and melt/smelt/cast countries are required."
    )


def _is_complete(metal: Metal) -> bool:
    """Weight, and the countries of CBP Form 7501: a second smelt only where there was one."""
    if metal.weight_kg is None:
        return False
    match metal.metal:
        case "steel":
            return not is_blank(metal.melt_pour)
        case "aluminum":
            return not is_blank(metal.smelt_1) and not is_blank(metal.cast)
    return True


def _threshold_undocumented(product: Product, context: Context) -> Problem | None:
    if not annexes_of(product, context) or not _has_threshold(product, context):
        return None
    row = context.reference.programmes.section_232_threshold
    section = product.section_232
    below = text_of(row, "below") if row is not None else ""
    share = section.metal_weight_pct
    is_claimed = section.status is Section232Status.NOT_APPLICABLE or (
        section.status is Section232Status.APPLICABLE and share is not None and share < Decimal(below)
    )
    if not is_claimed or (share is not None and not is_blank(section.evidence)):
        return None
    return Problem(f"{sku_of(product)} claims under {below} % metal by weight without evidence.")


def _has_threshold(product: Product, context: Context) -> bool:
    """Whether little metal takes the product out: never in the chapters of the metals themselves."""
    row = context.reference.programmes.section_232_threshold
    return row is not None and chapter_of(product) not in words_of(row, "metal_chapters")


METALS_REVIEW_RECOMMENDED = ProductRule(
    code="METALS_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="section_232",
    basis="Section 232, Trade Expansion Act of 1962; 19 CFR 141.87",
    check=_review,
)

METALS_DATA_MISSING = ProductRule(
    code="METALS_DATA_MISSING",
    severity=Severity.ERROR,
    penalty=10,
    field="section_232",
    basis="HTS 9903.82; CBP Form 7501, blocks 21 to 24",
    is_datum_missing=True,
    check=_data_missing,
)

METALS_THRESHOLD_UNDOCUMENTED = ProductRule(
    code="METALS_THRESHOLD_UNDOCUMENTED",
    severity=Severity.WARNING,
    penalty=5,
    field="section_232.metal_weight_pct",
    basis="HTS chapter 99, note 16",
    is_datum_missing=True,
    check=_threshold_undocumented,
)

RULES: tuple[Rule, ...] = (
    METALS_REVIEW_RECOMMENDED,
    METALS_DATA_MISSING,
    METALS_THRESHOLD_UNDOCUMENTED,
)
