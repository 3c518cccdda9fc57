"""What the tariff of the entry date says of a product, as planning looked it up: nothing here is determined.

Planning has the dated reference rows; execution has the snapshot alone, so the answers travel in it.
"""

from collections.abc import Sequence

from entrygo.domain.facts import Fact

# Programmes of additional duties, in the order in which their headings are filed.
SECTION_301, SECTION_338, SECTION_232 = "section_301", "section_338", "section_232"


class AgencyFlag(Fact):
    """What an agency asks for; `code` is the regulation (21 CFR 1.281) or ACE's flag (FD4)."""

    code: str
    agency: str
    # Else data or a disclaimer.
    is_required: bool


class CandidateHeading(Fact):
    """A heading of chapter 99 that may apply: a broker decides whether it does."""

    programme: str
    # With its dots: 9903.05.38. Plans of earlier releases also name groups: 9903.82, 9903.05.38/.39.
    heading: str


class TariffTreatment(Fact):
    """How a product is reported, who asks for data, and which headings of chapter 99 may apply."""

    # Units of quantity in the tariff's order: doz, kg. Empty where none is known.
    hts_units: tuple[str, ...] = ()
    agency_flags: tuple[AgencyFlag, ...] = ()
    # In the order of filing, which is before the product's own code.
    candidate_headings: tuple[CandidateHeading, ...] = ()
    # Antidumping and countervailing cases that the goods are under, or may be: A-570-504.
    adcvd_cases: tuple[str, ...] = ()


# Of a product that nothing is known of, or that was planned before this was looked up.
UNKNOWN = TariffTreatment()


def headings_of(candidates: Sequence[CandidateHeading]) -> tuple[str, ...]:
    """The headings as the lists write them, each once, in the order of filing."""
    return tuple(dict.fromkeys(each.heading for each in candidates))
