"""Rules on the customs description: present, in English, and saying what the article is and is made of."""

import re

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, sku_of

MIN_WORDS = 3
MAX_FOREIGN_SHARE = 0.3

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PUNCTUATION = re.compile(r"[^\w\s-]+")


def _missing(product: Product, context: Context) -> Problem | None:
    if _normal(product.customs_description or ""):
        return None
    return Problem(f"Product {sku_of(product)} has no customs description.")


def _vague(product: Product, context: Context) -> Problem | None:
    text = product.customs_description or ""
    if not _normal(text) or _is_foreign(text) or not _is_vague(text, product, context):
        return None
    return Problem(f'Description of {sku_of(product)} is too vague for CBP: "{text.strip()}".')


def _not_english(product: Product, context: Context) -> Problem | None:
    if not _is_foreign(product.customs_description or ""):
        return None
    return Problem(f"Description of {sku_of(product)} must be in English.")


def _is_vague(text: str, product: Product, context: Context) -> bool:
    words = _WORD.findall(text)
    if _normal(text) in context.reference.vague_terms or len(words) < MIN_WORDS:
        return True
    # Where the tariff classifies by material, a description without one cannot be checked.
    chapter = (product.hts_code or "")[:2]
    if chapter not in context.reference.material_chapters:
        return False
    return context.reference.material_words.isdisjoint(word.lower() for word in words)


def _normal(text: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", text.lower()).split())


def _is_foreign(text: str) -> bool:
    """Whether more than 30 % of the letters are not those of English."""
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(not letter.isascii() for letter in letters)
    return bool(letters) and foreign > MAX_FOREIGN_SHARE * len(letters)


PRODUCT_DESCRIPTION_MISSING = ProductRule(
    code="PRODUCT_DESCRIPTION_MISSING",
    severity=Severity.ERROR,
    penalty=10,
    field="customs_description",
    basis="19 CFR 141.86(a)(3)",
    is_datum_missing=True,
    check=_missing,
)

PRODUCT_DESCRIPTION_VAGUE = ProductRule(
    code="PRODUCT_DESCRIPTION_VAGUE",
    severity=Severity.WARNING,
    penalty=5,
    field="customs_description",
    basis="CSMS 60011750; 19 CFR 4.7a, 122.48a, 123.91",
    check=_vague,
)

PRODUCT_DESCRIPTION_NOT_ENGLISH = ProductRule(
    code="PRODUCT_DESCRIPTION_NOT_ENGLISH",
    severity=Severity.WARNING,
    penalty=4,
    field="customs_description",
    basis="19 CFR 141.86(d)",
    check=_not_english,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_DESCRIPTION_MISSING,
    PRODUCT_DESCRIPTION_VAGUE,
    PRODUCT_DESCRIPTION_NOT_ENGLISH,
)
