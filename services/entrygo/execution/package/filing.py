"""How the lines of a product are filed; values that all of them share are computed once. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.consolidation import LineKey, line_key
from entrygo.domain.hts_quantities import HtsQuantity, Measure, hts_quantities, measures_of
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import UNKNOWN, AgencyFlag, CandidateHeading, TariffTreatment
from entrygo.execution.package.printable import clean_text


@dataclass(frozen=True, slots=True)
class Filing:
    """What distinguishes the lines of a product from others, and how they are reported."""

    key: LineKey
    treatment: TariffTreatment
    measures: tuple[Measure, ...]


class Filings:
    """The filing of every product of a snapshot, by product id."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._filings = dict(_filings(snapshot))
        # Thousands of lines have few quantities of few products.
        self._known: dict[tuple[str, Decimal], tuple[HtsQuantity, ...]] = {}

    def __getitem__(self, product_id: str) -> Filing:
        return self._filings[product_id]

    def quantities(self, product_id: str, quantity: Decimal) -> tuple[HtsQuantity, ...]:
        """Of one line, in the tariff's units."""
        found = self._known.get((product_id, quantity))
        if found is None:
            found = hts_quantities([(quantity, self._filings[product_id].measures)])
            self._known[product_id, quantity] = found
        return found

    def sum(self, quantities: Iterable[tuple[str, Decimal]]) -> tuple[HtsQuantity, ...]:
        """Of an entry line, from product ids and quantities; by product first, as fractions are slow."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for product_id, quantity in quantities:
            sums[product_id] += quantity
        return hts_quantities((total, self._filings[id].measures) for id, total in sums.items())


def _filings(snapshot: Snapshot) -> Iterable[tuple[str, Filing]]:
    for product in snapshot.products:
        treatment = snapshot.tariff.get(product.id, UNKNOWN)
        key, shown = line_key(product, snapshot.entry_date, treatment), _printable(treatment)
        yield product.id, Filing(key, shown, measures_of(product, shown.hts_units))


def _printable(treatment: TariffTreatment) -> TariffTreatment:
    """The tables may have been imported from anywhere."""
    return TariffTreatment(
        hts_units=tuple(map(clean_text, treatment.hts_units)),
        agency_flags=tuple(
            AgencyFlag(
                code=clean_text(flag.code), agency=clean_text(flag.agency), is_required=flag.is_required
            )
            for flag in treatment.agency_flags
        ),
        candidate_headings=tuple(
            CandidateHeading(programme=each.programme, heading=clean_text(each.heading))
            for each in treatment.candidate_headings
        ),
        adcvd_cases=tuple(map(clean_text, treatment.adcvd_cases)),
    )
