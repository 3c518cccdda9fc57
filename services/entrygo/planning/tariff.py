"""Looks up what the reference rows of the entry date say of a product, for the documents. Pure.

The rules ask people about the same rows; what a person has answered for is no candidate any more.
"""

from collections.abc import Iterator

from entrygo.domain.facts import Pga, Product
from entrygo.domain.programmes import SECTION_301 as UNDER_301
from entrygo.domain.programmes import Programme, programme_of
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

# By which law a programme adds its duty, as candidates name it.
AUTHORITIES = {
    **dict.fromkeys(Programme, SECTION_232),
    **dict.fromkeys(UNDER_301, SECTION_301),
    Programme.CANADA: SECTION_338,
}


def treatment_of(product: Product, context: Context) -> TariffTreatment:
    """Units, agency flags and candidate headings of one product."""
    return TariffTreatment(
        hts_units=units_of(product, context),
        agency_flags=tuple(_agency_flags(product, context)),
        candidate_headings=tuple(_candidates(product, context)),
        adcvd_cases=adcvd_cases(product, context) if is_under_adcvd(product, context) else (),
    )


def needs_agency_data(product: Product, treatment: TariffTreatment) -> bool:
    """Whether its line carries a message to an agency: data that the tariff asks for, or that were given."""
    return product.pga != Pga() or any(flag.is_required for flag in treatment.agency_flags)


def _agency_flags(product: Product, context: Context) -> Iterator[AgencyFlag]:
    for row in flags_of(product, context):
        agency, need = text_of(row, "agency"), text_of(row, "need")
        yield AgencyFlag(code=row.key, agency=agency, is_required=need == REQUIRED)


def _candidates(product: Product, context: Context) -> Iterator[CandidateHeading]:
    """Without the headings that somebody answers for, in the order of filing."""
    found = context.goods_of(product).headings
    for heading in context.headings_of(product):
        if heading not in found:
            yield CandidateHeading(programme=AUTHORITIES[programme_of(heading)], heading=heading)
