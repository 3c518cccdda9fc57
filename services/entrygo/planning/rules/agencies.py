"""Rules on what partner government agencies ask for: FDA, CPSC, FCC and others by flags of the tariff."""

import re
from collections.abc import Sequence

from entrygo.domain.facts import Cpsc, Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row
from entrygo.planning.rules.base import (
    Context,
    Problem,
    ProductPartsRule,
    ProductRule,
    Rule,
    is_blank,
    sku_of,
    words_in,
)

# CPSC has a rule of its own: a certificate's reference stands for the elements.
CPSC = "cpsc"
REQUIRED, REVIEW = "required", "review"
# Five to seven characters: industry, class, subclass, process, product.
_FDA_PRODUCT_CODE = re.compile(r"[0-9]{2}[A-Za-z][A-Za-z0-9-]{2,4}")
_FOOD_REGISTRATION = re.compile(r"[0-9]{11}")


def flags_of(product: Product, context: Context) -> Sequence[Row]:
    """The rows of flags that the product's code carries on the entry date, for goods called by its words."""
    named = words_in(product.customs_description) | words_in(product.material_composition)
    return [
        row
        for row in context.reference.programmes.pga.rows(product.hts_code)
        if not (words := words_of(row, "words")) or not named.isdisjoint(words)
    ]


def _data_missing(product: Product, context: Context) -> Sequence[Problem]:
    """A required flag cannot be disclaimed."""
    return [
        Problem(f"{sku_of(product)} requires {agency.upper()} data ({row.key}).", agency)
        for row in flags_of(product, context)
        if text_of(row, "need") == REQUIRED
        and (agency := text_of(row, "agency")) != CPSC
        and any(is_blank(_datum(product, agency, name)) for name in words_of(row, "data"))
    ]


def _review(product: Product, context: Context) -> Sequence[Problem]:
    return [
        Problem(f"{sku_of(product)} may need {agency.upper()} data or a disclaimer ({row.key}).", agency)
        for row in flags_of(product, context)
        if text_of(row, "need") == REVIEW
        and (agency := text_of(row, "agency"))
        and is_blank(_datum(product, agency, "disclaimer"))
        and _lacks_data(product, agency, words_of(row, "data"))
    ]


def _lacks_data(product: Product, agency: str, names: Sequence[str]) -> bool:
    """CPSC's data are a certificate, which stands for its elements; where there are none a person looks."""
    if agency == CPSC:
        return is_blank(product.pga.cpsc.certificate) and not _has_elements(product.pga.cpsc)
    return not names or any(is_blank(_datum(product, agency, name)) for name in names)


def _datum(product: Product, agency: str, name: str) -> str | None:
    """What the product has for a field of an agency; None for what its message does not know."""
    value = getattr(getattr(product.pga, agency, None), name, None)
    return str(value) if value is not None else None


def _certificate_missing(product: Product, context: Context) -> Problem | None:
    cpsc = product.pga.cpsc
    asks = any(
        text_of(row, "agency") == CPSC and text_of(row, "need") == REQUIRED
        for row in flags_of(product, context)
    )
    if not asks or not is_blank(cpsc.disclaimer) or not is_blank(cpsc.certificate) or _has_elements(cpsc):
        return None
    return Problem(f"{sku_of(product)} needs CPSC certificate data (from 2026-07-08).")


def _has_elements(cpsc: Cpsc) -> bool:
    """The seven elements of 16 CFR 1110, for a certificate that is not in the registry."""
    texts = (cpsc.product_id, cpsc.citations, cpsc.manufactured_at, cpsc.laboratory, cpsc.records_contact)
    dates = (cpsc.manufactured_on, cpsc.tested_on)
    return not any(map(is_blank, texts)) and None not in dates


def _is_food(product: Product, context: Context) -> bool:
    """Whether FDA is to be notified before it arrives."""
    return any(text_of(row, "prior_notice") == REQUIRED for row in flags_of(product, context))


def _food_data_invalid(product: Product, context: Context) -> Sequence[Problem]:
    """What a prior notice says of the product: forms that FDA's system takes, and no made-up number."""
    fda = product.pga.fda
    if not _is_food(product, context):
        return []
    problems = []
    if not is_blank(fda.product_code) and not _FDA_PRODUCT_CODE.fullmatch(fda.product_code or ""):
        message = f"{sku_of(product)}: an FDA product code is two digits, a letter, and two to four more."
        problems.append(Problem(message, "product_code"))
    if not is_blank(fda.registration) and not _is_registration(fda.registration or ""):
        message = f"{sku_of(product)}: a food facility's registration has eleven digits, not all the same."
        problems.append(Problem(message, "registration"))
    return problems


def _is_registration(number: str) -> bool:
    return _FOOD_REGISTRATION.fullmatch(number) is not None and len(set(number)) > 1


def _prior_notice_due(product: Product, context: Context) -> Problem | None:
    """A notice is of an arrival, so no number on a product can be one."""
    if not _is_food(product, context):
        return None
    return Problem(
        f"Food product {sku_of(product)} needs FDA prior notice of its arrival:"
        " state border port and time of arrival with execute."
    )


PGA_DATA_MISSING = ProductPartsRule(
    code="PGA_DATA_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="pga",
    basis="ACE HTS flags",
    is_datum_missing=True,
    flag="pga_data_required",
    check=_data_missing,
)

PGA_REVIEW_RECOMMENDED = ProductPartsRule(
    code="PGA_REVIEW_RECOMMENDED",
    severity=Severity.WARNING,
    penalty=5,
    field="pga",
    basis="ACE HTS flags",
    check=_review,
)

CPSC_CERTIFICATE_MISSING = ProductRule(
    code="CPSC_CERTIFICATE_MISSING",
    severity=Severity.ERROR,
    penalty=8,
    field="pga.cpsc",
    basis="16 CFR 1110",
    is_datum_missing=True,
    flag="pga_data_required",
    check=_certificate_missing,
)

FDA_DATA_INVALID = ProductPartsRule(
    code="FDA_DATA_INVALID",
    severity=Severity.ERROR,
    penalty=8,
    field="pga.fda",
    basis="21 CFR 1.281(a)(5) and (6); 21 CFR 1.226",
    check=_food_data_invalid,
)

FDA_PRIOR_NOTICE_MISSING = ProductRule(
    code="FDA_PRIOR_NOTICE_MISSING",
    severity=Severity.INFO,
    penalty=0,
    field="pga.fda",
    basis="21 CFR 1.276 to 1.285",
    remedy="Nothing on the product mends this: state border port and time of arrival with execute.",
    check=_prior_notice_due,
)

RULES: tuple[Rule, ...] = (
    PGA_DATA_MISSING,
    PGA_REVIEW_RECOMMENDED,
    CPSC_CERTIFICATE_MISSING,
    FDA_DATA_INVALID,
    FDA_PRIOR_NOTICE_MISSING,
)
