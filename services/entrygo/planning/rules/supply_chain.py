"""Rules on forced labour in the supply chain."""

from collections.abc import Container

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.law.metals import sources_of
from entrygo.planning.reference.scopes import words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, materials_in, sku_of

# How texts call the region, and the country that it is in.
CHINESE = frozenset({"china", "chinese", "prc", "uyghur", "uighur", "xinjiang"})
METALS = frozenset({"steel", "aluminum", "copper"})


def _uflpa(product: Product, context: Context) -> Problem | None:
    """Of the sectors of the strategy: goods of China, made in it, or of an input from there."""
    if product.supply_chain.is_signed_off_on(context.entry_date):
        return None
    words = materials_in(product.material_composition) | materials_in(product.customs_description)
    places = {product.country_of_origin, product.manufacturer.country}
    inputs = [
        row.key
        for row in context.reference.programmes.uflpa_inputs
        if not words.isdisjoint(words_of(row, "words")) and _comes_from(row, places, words, product)
    ]
    if not inputs:
        return None
    return Problem(f"{sku_of(product)} contains a UFLPA priority input ({', '.join(inputs)}).")


def _comes_from(row: Row, places: Container[str | None], words: frozenset[str], product: Product) -> bool:
    """Where a metal was melted or smelted is known better than where the article was made."""
    origins = words_of(row, "origins")
    if row.key in METALS and (sources := _sources(product, row.key)):
        return any(origin in sources for origin in origins)
    return any(origin in places for origin in origins) or not words.isdisjoint(CHINESE)


def _sources(product: Product, metal: str) -> frozenset[str]:
    """The countries that were given for a metal; empty unless each of its parts has one."""
    parts = [part for part in product.section_232.metals if part.metal == metal]
    given = [source for part in parts for source in sources_of(part)]
    return frozenset() if None in given else frozenset(source for source in given if source)


UFLPA_REVIEW_RECOMMENDED = ProductRule(
    code="UFLPA_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="supply_chain",
    basis="Uyghur Forced Labor Prevention Act, Public Law 117-78, section 3: wholly or in part",
    check=_uflpa,
)

RULES: tuple[Rule, ...] = (UFLPA_REVIEW_RECOMMENDED,)
