"""Which of the lists that decide are loaded, and what each code was checked for by them. Pure.

The shipped seed counts for the codes that it was written for; everything else is said not to be checked.
"""

from collections.abc import Iterable, Mapping

from entrygo.domain.coverage import (
    ADCVD,
    AGENCIES,
    CPSC,
    SCOPES,
    TARIFF,
    Check,
    Checked,
    CodeCoverage,
    Coverage,
    LoadedList,
)
from entrygo.domain.facts import Product
from entrygo.planning.reference.in_force import ReferenceData

# The subject of each list, and the table that an import of it fills.
LISTS: Mapping[str, str] = {
    TARIFF: "hts_lines",
    AGENCIES: "pga_flags",
    CPSC: "cpsc_codes",
    SCOPES: "agency_scopes",
    ADCVD: "adcvd_cases",
}


def checks_of(code: str | None, reference: ReferenceData) -> Mapping[str, Checked]:
    """By what a code was looked up, for each subject."""
    seeded = _seeded(code, reference)
    return {
        subject: Checked.LIST
        if table in reference.imported
        else Checked.SEED
        if subject in seeded
        else Checked.NOT_CHECKED
        for subject, table in LISTS.items()
    }


def was_looked_up(subject: str, table: str, code: str | None, reference: ReferenceData) -> bool:
    """Whether the list that fills `table` was imported, or its shipped rows were written for the code."""
    return table in reference.imported or subject in _seeded(code, reference)


def _seeded(code: str | None, reference: ReferenceData) -> set[str]:
    """The subjects whose shipped rows were written for the code."""
    return {row.key for row in reference.seed_scopes.rows(code)}


def coverage_of(products: Iterable[Product], reference: ReferenceData) -> Coverage:
    """The lists of the day, and each code and origin of the products once."""
    goods = {(product.hts_code or "", product.country_of_origin or "") for product in products}
    return Coverage(
        lists=tuple(_list(subject, table, reference) for subject, table in LISTS.items()),
        codes=tuple(_code(code, origin, reference) for code, origin in sorted(goods) if code),
    )


def _code(code: str, origin: str, reference: ReferenceData) -> CodeCoverage:
    checks = tuple(Check(subject=subject, by=by) for subject, by in checks_of(code, reference).items())
    return CodeCoverage(hts_code=code, country_of_origin=origin, checks=checks)


def _list(subject: str, table: str, reference: ReferenceData) -> LoadedList:
    row = reference.imported.get(table)
    if row is None:
        return LoadedList(subject=subject, table=table, is_loaded=False)
    return LoadedList(
        subject=subject,
        table=table,
        is_loaded=True,
        source=f"{row.key}, {row.source}" if subject == TARIFF else row.source,
        effective_from=row.effective_from,
        checked_on=row.checked_on,
    )
