"""Looks up what the reference rows of the entry date say of a product, for the documents. Pure.

The rules ask people about the same rows; what a person has answered for is no candidate any more.
"""

import re
from collections.abc import Iterator

from entrygo.domain.consolidation import chapter_99
from entrygo.domain.facts import Pga, Product, ReviewStatus, Section232Status, TradeReview
from entrygo.domain.tariff import (
    SECTION_232,
    SECTION_301,
    SECTION_338,
    AgencyFlag,
    CandidateHeading,
    TariffTreatment,
)
from entrygo.planning.reference.scopes import text_of
from entrygo.planning.rules.adcvd import adcvd_cases, is_under_adcvd
from entrygo.planning.rules.agencies import REQUIRED, flags_of
from entrygo.planning.rules.base import Context
from entrygo.planning.rules.measures import units_of
from entrygo.planning.rules.metals import annexes_of, needs_metals_review
from entrygo.planning.rules.programmes import section_301_duties, section_338_duties

# A heading that can be filed, and the part of it that those of one group share: 9903.05.
_HEADING = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}")
GROUP_LENGTH = 7


def treatment_of(product: Product, context: Context) -> TariffTreatment:
    """Units, agency flags and candidate headings of one product."""
    # In the order of filing: Section 301 before Section 232, all before the code itself (CSMS 18-000624).
    candidates = (
        *_candidates(SECTION_301, _section_301(product, context)),
        *_candidates(SECTION_338, _section_338(product, context)),
        *_candidates(SECTION_232, _section_232(product, context)),
    )
    found = chapter_99(product, context.entry_date)
    return TariffTreatment(
        hts_units=units_of(product, context),
        agency_flags=tuple(_agency_flags(product, context)),
        candidate_headings=tuple(
            each for each in dict.fromkeys(candidates) if each.heading.replace(".", "") not in found
        ),
        adcvd_cases=adcvd_cases(product, context) if is_under_adcvd(product, context) else (),
    )


def needs_agency_data(product: Product, treatment: TariffTreatment) -> bool:
    """Whether its line carries a message to an agency: data that the tariff asks for, or that were given."""
    return product.pga != Pga() or any(flag.is_required for flag in treatment.agency_flags)


def _agency_flags(product: Product, context: Context) -> Iterator[AgencyFlag]:
    for row in flags_of(product, context):
        agency, need = text_of(row, "agency"), text_of(row, "need")
        yield AgencyFlag(code=row.key, agency=agency, is_required=need == REQUIRED)


def _section_301(product: Product, context: Context) -> Iterator[str]:
    """Section 301 headings by origin, without those that the importer denied for all products.

    An importer's sign-off that they apply names no product, so the headings are still to be chosen.
    """
    if _is_answered(product.section_301, context):
        return
    is_denied_for_all = _is_denied(context.importer.section_301, context)
    for duty in section_301_duties(product, context):
        if not (duty.is_blanket and is_denied_for_all):
            yield duty.heading


def _section_338(product: Product, context: Context) -> Iterator[str]:
    if not _is_answered(product.section_338, context):
        yield from (duty.heading for duty in section_338_duties(product, context))


def _section_232(product: Product, context: Context) -> Iterator[str]:
    is_denied = product.section_232.status is Section232Status.NOT_APPLICABLE
    if not is_denied or needs_metals_review(product, context):
        yield from (text_of(row, "heading") for row in annexes_of(product, context))


def _is_answered(review: TradeReview, context: Context) -> bool:
    """Somebody answers for it that nothing applies, or for the headings that do."""
    return review.is_signed_off_on(context.entry_date) and (
        review.status is ReviewStatus.NOT_APPLICABLE or bool((review.headings or "").strip())
    )


def _is_denied(review: TradeReview, context: Context) -> bool:
    return review.is_signed_off_on(context.entry_date) and review.status is ReviewStatus.NOT_APPLICABLE


def _candidates(programme: str, headings: Iterator[str]) -> Iterator[CandidateHeading]:
    for text in headings:
        for heading in real_headings(text):
            yield CandidateHeading(programme=programme, heading=heading)


def real_headings(text: str) -> Iterator[str]:
    """`9903.05.38/.39` is two headings; a list's name behind one, and a group of them (9903.82), are none."""
    group = ""
    for part in text.partition(" ")[0].split("/"):
        heading = f"{group}{part}" if part.startswith(".") else part
        if _HEADING.fullmatch(heading):
            group = heading[:GROUP_LENGTH]
            yield heading
