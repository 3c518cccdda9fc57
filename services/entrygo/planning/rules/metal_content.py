"""Rules on metal content under Section 232."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from entrygo.domain.facts import Metal, Product, Section232Status
from entrygo.domain.money import plain
from entrygo.domain.programmes import SECTION_232, Programme, programme_of
from entrygo.domain.snapshot import Severity
from entrygo.planning.coverage import was_looked_up
from entrygo.planning.law.metals import (
    NO_SECOND_SMELT,
    US_METAL,
    annexes_of,
    is_of_metal,
    is_out_of_date,
    names_little_metal,
    sources_of,
    threshold_of,
)
from entrygo.planning.reference.scopes import text_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import (
    Context,
    Problem,
    ProductPartsRule,
    ProductRule,
    Rule,
    chapter_of,
    is_blank,
    materials_in,
    sku_of,
)

# A country that is not known (CBP Form 7501); instead of a code.
OTHER_COUNTRY = "OTH"
# Articles of base metal, machines, electrical goods, vehicles, furniture: chapters beside those of the metals
# whose goods the annexes name by the dozen. The rows that ship were written for few of their codes.
CHAPTERS_OF_ANNEXES = frozenset({"82", "83", "84", "85", "87", "94"})
ANNEXES, SEEDED = "section_232_annexes", "section_232"
# How the rows of its programmes begin.
SECTION = "section 232, "


def _annexes(product: Product, context: Context) -> Sequence[Row]:
    return annexes_of(product.hts_code, context.reference.programmes)


def _threshold(product: Product, context: Context) -> Decimal | None:
    return threshold_of(product.hts_code, context.reference.programmes)


def _review(product: Product, context: Context) -> Problem | None:
    if needs_metals_review(product, context):
        return Problem(f"Product {sku_of(product)} should receive metals review before execution.")
    unloaded = _unloaded(product, context)
    if not unloaded:
        return None
    named = "; ".join(f"{row.key}: {text_of(row, 'decided_by')}" for row in unloaded)
    return Problem(f"Product {sku_of(product)} was not assessed for {named}.")


def _unloaded(product: Product, context: Context) -> Sequence[Row]:
    """Other programmes of Section 232, which have no list here: nobody has assessed the goods under any."""
    if product.section_232.status is not Section232Status.NOT_ASSESSED or _has_heading(product, context):
        return []
    return [row for row in context.law.unloaded_for(product.hts_code or "") if row.key.startswith(SECTION)]


def needs_metals_review(product: Product, context: Context) -> bool:
    """Somebody asked for it, nobody has assessed what may hold metal, or the lists changed since."""
    section, annexes = product.section_232, _annexes(product, context)
    match section.status:
        case Section232Status.REVIEW:
            return True
        case Section232Status.NOT_ASSESSED:
            words = materials_in(product.material_composition)
            names_metal = not context.reference.metal_words.isdisjoint(words)
            is_metal = is_of_metal(product.hts_code, context.reference.programmes)
            return bool(annexes) or names_metal or is_metal or _is_unread(product, context)
    if is_out_of_date(section, annexes):
        return True
    is_denied = section.status is Section232Status.NOT_APPLICABLE and bool(annexes)
    return is_denied and _threshold(product, context) is None


def _is_unread(product: Product, context: Context) -> bool:
    """Goods that the annexes may well name, and whose code was looked up on none."""
    if chapter_of(product) not in CHAPTERS_OF_ANNEXES:
        return False
    return not was_looked_up(SEEDED, ANNEXES, product.hts_code, context.reference)


def _annex_unknown(product: Product, context: Context) -> Problem | None:
    """Somebody found the duty to apply, and no row names a heading by which it would be filed."""
    is_applicable = product.section_232.status is Section232Status.APPLICABLE
    if not is_applicable or _annexes(product, context) or _has_heading(product, context):
        return None
    return Problem(
        f"{sku_of(product)} is declared under Section 232, and no annex on file for {context.entry_date}"
        f" names its code: whether the duty is due, and by which heading, is open."
    )


def _has_heading(product: Product, context: Context) -> bool:
    """Whether any duty under Section 232 meets it, such as that of wood."""
    under = (Programme.METALS, *SECTION_232)
    return any(programme_of(heading) in under for heading in context.headings_of(product))


def _data_missing(product: Product, context: Context) -> Problem | None:
    annexes = _annexes(product, context)
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
    """Weight, and the countries of CBP Form 7501; that there was no second smelt is stated, too (N)."""
    if metal.weight_kg is None:
        return False
    match metal.metal:
        case "steel":
            return not is_blank(metal.melt_pour)
        case "aluminum":
            return not any(map(is_blank, (metal.smelt_1, metal.smelt_2, metal.cast)))
    return True


def _data_invalid(product: Product, context: Context) -> Sequence[Problem]:
    """Countries that do not exist or do not go with US metal, and more metal than the product weighs."""
    return [*_wrong_countries(product, context), *_wrong_weights(product), *_not_of_us(product, context)]


def _wrong_countries(product: Product, context: Context) -> Iterator[Problem]:
    known = context.reference.countries | {OTHER_COUNTRY}
    for metal in product.section_232.metals:
        for name in ("melt_pour", "smelt_1", "smelt_2", "cast"):
            given = getattr(metal, name)
            allowed = known | {NO_SECOND_SMELT} if name == "smelt_2" else known
            if not is_blank(given) and given.strip() not in allowed:
                yield Problem(
                    f"{given} is no country of the {metal.metal} in {sku_of(product)}:"
                    f" give an ISO code, or {OTHER_COUNTRY} where it is not known.",
                    f"metals.{metal.metal}.{name}",
                )


def _wrong_weights(product: Product) -> Iterator[Problem]:
    net, weights = product.net_weight_kg, [metal.weight_kg for metal in product.section_232.metals]
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    if net and total > net:
        text = f"{sku_of(product)} weighs {plain(net)} kg and holds {plain(total)} kg of metal."
        yield Problem(text, "metals")


def _not_of_us(product: Product, context: Context) -> Iterator[Problem]:
    """The lower duty on goods of US metal, and metal that comes from elsewhere by all that is stated."""
    if US_METAL not in context.headings_of(product):
        return
    stated = [{each for each in sources_of(metal) if each} for metal in product.section_232.metals]
    sources = set[str]().union(*stated)
    if sources and "US" not in sources:
        named = ", ".join(sorted(sources))
        text = f"{sku_of(product)} is stated to be of US metal, and its metal to come from {named}."
        yield Problem(text, "us_metal_pct")


def _threshold_undocumented(product: Product, context: Context) -> Problem | None:
    below = _threshold(product, context)
    if below is None or not _annexes(product, context):
        return None
    section = product.section_232
    share = section.metal_weight_pct
    is_little = share < below if share is not None else names_little_metal(section, below)
    is_claimed = section.status is Section232Status.NOT_APPLICABLE or (
        section.status is Section232Status.APPLICABLE and is_little
    )
    if not is_claimed or (share is not None and not is_blank(section.evidence)):
        return None
    return Problem(f"{sku_of(product)} claims under {plain(below)} % metal by weight without evidence.")


METALS_REVIEW_RECOMMENDED = ProductRule(
    code="METALS_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="section_232",
    basis="Section 232, Trade Expansion Act of 1962; 19 CFR 141.87",
    check=_review,
)

METALS_ANNEX_UNKNOWN = ProductRule(
    code="METALS_ANNEX_UNKNOWN",
    severity=Severity.WARNING,
    penalty=6,
    field="section_232",
    basis="HTS chapter 99, note 16(c): the annexes name the goods by their codes",
    check=_annex_unknown,
)

METALS_DATA_MISSING = ProductRule(
    code="METALS_DATA_MISSING",
    severity=Severity.ERROR,
    penalty=10,
    field="section_232",
    basis="HTS 9903.82; CBP Form 7501, blocks 21 to 24; CSMS 55438432 (second smelt)",
    is_datum_missing=True,
    check=_data_missing,
)

METALS_DATA_INVALID = ProductPartsRule(
    code="METALS_DATA_INVALID",
    severity=Severity.ERROR,
    penalty=8,
    field="section_232",
    basis="CBP Form 7501, blocks 21 to 24; CSMS 55438432",
    check=_data_invalid,
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
    METALS_ANNEX_UNKNOWN,
    METALS_DATA_MISSING,
    METALS_DATA_INVALID,
    METALS_THRESHOLD_UNDOCUMENTED,
)
