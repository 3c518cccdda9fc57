"""Rules on goods that come back: US goods returned (9801), goods repaired or assembled abroad (9802).

Both are lawful, and rest on documents that somebody has to hold.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from entrygo.domain.consolidation import claimed_provision
from entrygo.domain.facts import Chapter98, Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.law.chapter_98 import is_assembled, is_provision, is_repaired, is_returned_as_it_was
from entrygo.planning.rules.base import (
    Context,
    Problem,
    ProductPartsRule,
    ProductRule,
    Rule,
    is_blank,
    sku_of,
)

# The rate line of eight digits, or the statistical one of ten.
_NUMBER = re.compile(r"98[0-9]{6}([0-9]{2})?")
# Foreign goods return under 9801.00.10 within these after they left the United States.
RETURN_YEARS = 3


def _data_missing(product: Product, context: Context) -> Sequence[Problem]:
    claim = claimed_provision(product)
    if not claim:
        return []
    return [
        Problem(f"Product {sku_of(product)} is claimed under {claim[:4]} and needs {text}.", field)
        for field, text in _asked(claim, product.chapter_98)
    ]


def _asked(claim: str, facts: Chapter98) -> Sequence[tuple[str, str]]:
    """What the provision asks for and nobody gave: field and words for it.

    Repairs that nothing was charged for have a value all the same (19 CFR 10.8(b)).
    """
    repaired, assembled = is_repaired(claim), is_assembled(claim)
    components = facts.us_components_value_usd
    # Samples (9811), goods that stay for a time (9813) and others were never in the United States.
    is_exported_unknown = is_provision(claim) and facts.exported_on is None
    asked = (
        ("declaration", "the declaration that supports it", is_blank(facts.declaration)),
        ("exported_on", "the day it left the United States", is_exported_unknown),
        ("repair_value_usd", "the value of the repairs", repaired and not facts.repair_value_usd),
        ("us_components_value_usd", "the value of the US components", assembled and not components),
    )
    return [(field, text) for field, text, is_missing in asked if is_missing]


def _claim_invalid(product: Product, context: Context) -> Sequence[Problem]:
    claim = claimed_provision(product)
    if not claim:
        return []
    return [*_wrong_number(product, claim), *_wrong_day(product, claim, context.entry_date)]


def _wrong_number(product: Product, claim: str) -> Iterator[Problem]:
    if not _NUMBER.fullmatch(claim):
        given = product.chapter_98.provision
        text = f"{given} of {sku_of(product)} is no number of chapter 98: give its eight or ten digits."
        yield Problem(text, "provision")


def _wrong_day(product: Product, claim: str, entry_date: date) -> Iterator[Problem]:
    left = product.chapter_98.exported_on
    if left is None:
        return
    if left > entry_date:
        text = f"{sku_of(product)} left the United States on {left}, after the entry date {entry_date}."
        yield Problem(text, "exported_on")
    elif is_returned_as_it_was(claim) and product.country_of_origin != "US" and _is_late(left, entry_date):
        text = (
            f"{sku_of(product)} left the United States on {left}:"
            f" goods that are not of US origin return under 9801.00.10 within {RETURN_YEARS} years."
        )
        yield Problem(text, "exported_on")


def _is_late(left: date, entry_date: date) -> bool:
    return (left.year + RETURN_YEARS, left.month, left.day) < (
        entry_date.year,
        entry_date.month,
        entry_date.day,
    )


def _not_checked(product: Product, context: Context) -> Problem | None:
    """Samples, goods that stay for a time and others: nothing here knows on what their provision rests."""
    claim = claimed_provision(product)
    if not _NUMBER.fullmatch(claim) or is_provision(claim):
        return None
    return Problem(
        f"{sku_of(product)} is claimed under {product.chapter_98.provision}, and of chapter 98 only 9801 and"
        " 9802 are looked at: whether the goods may come in under it is for a person to say."
    )


def _may_return_free(product: Product, context: Context) -> Problem | None:
    if product.country_of_origin != "US" or claimed_provision(product):
        return None
    return Problem(
        f"{sku_of(product)} is of US origin and claims nothing: returned as it left, it is free of duty"
        " and of the merchandise processing fee under 9801.00.10."
    )


CHAPTER_98_DATA_MISSING = ProductPartsRule(
    code="CHAPTER_98_DATA_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="chapter_98",
    basis="19 CFR 10.1 (US goods returned), 10.8 (repairs and alterations), 10.24 (assembly abroad)",
    is_datum_missing=True,
    check=_data_missing,
)

CHAPTER_98_CLAIM_INVALID = ProductPartsRule(
    code="CHAPTER_98_CLAIM_INVALID",
    severity=Severity.ERROR,
    penalty=8,
    field="chapter_98",
    basis="HTS 9801.00.10 as amended by Public Law 114-125, section 904; 19 CFR 10.1",
    check=_claim_invalid,
)

CHAPTER_98_NOT_CHECKED = ProductRule(
    code="CHAPTER_98_NOT_CHECKED",
    severity=Severity.WARNING,
    penalty=3,
    field="chapter_98",
    basis="HTS chapter 98: each provision has conditions of its own",
    check=_not_checked,
)

US_GOODS_RETURNED = ProductRule(
    code="US_GOODS_RETURNED",
    severity=Severity.INFO,
    penalty=0,
    field="chapter_98",
    basis="HTS 9801.00.10; 19 CFR 10.1; 19 USC 58c(b)(8)",
    check=_may_return_free,
)

RULES: tuple[Rule, ...] = (
    CHAPTER_98_DATA_MISSING,
    CHAPTER_98_CLAIM_INVALID,
    CHAPTER_98_NOT_CHECKED,
    US_GOODS_RETURNED,
)
