"""Rules on forced labour in the supply chain."""

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import words_of
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, sku_of, words_in


def _uflpa(product: Product, context: Context) -> Problem | None:
    if product.supply_chain.is_signed_off_on(context.entry_date):
        return None
    places = {product.country_of_origin, product.manufacturer.country}
    words = words_in(product.material_composition)
    inputs = [
        row.key
        for row in context.reference.programmes.uflpa_inputs
        if not places.isdisjoint(words_of(row, "origins")) and not words.isdisjoint(words_of(row, "words"))
    ]
    if not inputs:
        return None
    return Problem(f"{sku_of(product)} contains a UFLPA priority input ({', '.join(inputs)}).")


UFLPA_REVIEW_RECOMMENDED = ProductRule(
    code="UFLPA_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=6,
    field="supply_chain",
    basis="Uyghur Forced Labor Prevention Act, Public Law 117-78",
    check=_uflpa,
)

RULES: tuple[Rule, ...] = (UFLPA_REVIEW_RECOMMENDED,)
