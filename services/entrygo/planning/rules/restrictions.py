"""Rules on what may not come in at all, and on whom one may not deal with."""

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import Context, PartyRule, Problem, ProductRule, Rule, sku_of, words_in


def _prohibited(product: Product, context: Context) -> Problem | None:
    rows = context.reference.programmes.prohibited.rows(product.hts_code)
    met = [text_of(row, "goods") for row in rows if _meets(row, product)]
    if not met:
        return None
    return Problem(f"Product {sku_of(product)} may not be imported: {', '.join(dict.fromkeys(met))}.")


def _meets(row: Row, product: Product) -> bool:
    """A row may be for goods of some origins only, or for those that are called by one of its words."""
    origins, words = words_of(row, "origins"), words_of(row, "words")
    named = words_in(product.customs_description) | words_in(product.material_composition)
    is_origin = not origins or product.country_of_origin in origins
    return is_origin and (not words or not named.isdisjoint(words))


def _restricted(name: str, context: Context) -> Problem | None:
    lists = context.reference.restricted_parties.lists_with(name)
    if not lists:
        return None
    return Problem(f"{name} has the name of a party on: {', '.join(lists)}.")


PRODUCT_PROHIBITED = ProductRule(
    code="PRODUCT_PROHIBITED",
    severity=Severity.ERROR,
    penalty=10,
    field="hts_code",
    basis="The statute or order that the table's row names",
    flag="prohibited_goods",
    check=_prohibited,
)

RESTRICTED_PARTY_POSSIBLE_MATCH = PartyRule(
    code="RESTRICTED_PARTY_POSSIBLE_MATCH",
    severity=Severity.WARNING,
    penalty=6,
    field="manufacturer.name",
    basis="15 CFR 744; 31 CFR chapter V; Public Law 117-78, section 2(d)(2)(B)",
    flag="denied_party_review",
    check=_restricted,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_PROHIBITED,
    RESTRICTED_PARTY_POSSIBLE_MATCH,
)
