"""Rules on goods that come back: US goods returned (9801), goods repaired or assembled abroad (9802).

Both are lawful, and rest on documents that somebody has to hold.
"""

from collections.abc import Sequence

from entrygo.domain.consolidation import claimed_provision
from entrygo.domain.facts import Chapter98, Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.law.chapter_98 import is_assembled, is_repaired
from entrygo.planning.rules.base import Context, Problem, ProductPartsRule, Rule, is_blank, sku_of


def _data_missing(product: Product, context: Context) -> Sequence[Problem]:
    claim = claimed_provision(product)
    if not claim:
        return []
    return [
        Problem(f"Product {sku_of(product)} is claimed under {claim[:4]} and needs {text}.", field)
        for field, text in _asked(claim, product.chapter_98)
    ]


def _asked(claim: str, facts: Chapter98) -> Sequence[tuple[str, str]]:
    """What the provision asks for and nobody gave: field and words for it."""
    repaired, assembled = is_repaired(claim), is_assembled(claim)
    components = facts.us_components_value_usd
    asked = (
        ("declaration", "the declaration that supports it", is_blank(facts.declaration)),
        ("exported_on", "the day it left the United States", facts.exported_on is None),
        ("repair_value_usd", "the value of the repairs", repaired and facts.repair_value_usd is None),
        ("us_components_value_usd", "the value of the US components", assembled and components is None),
    )
    return [(field, text) for field, text, is_missing in asked if is_missing]


CHAPTER_98_DATA_MISSING = ProductPartsRule(
    code="CHAPTER_98_DATA_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="chapter_98",
    basis="19 CFR 10.1 (US goods returned), 10.8 (repairs and alterations), 10.24 (assembly abroad)",
    is_datum_missing=True,
    check=_data_missing,
)

RULES: tuple[Rule, ...] = (CHAPTER_98_DATA_MISSING,)
