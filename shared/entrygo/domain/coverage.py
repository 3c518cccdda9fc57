"""What a plan could have found out: which lists are loaded, and whether one of them could catch a code."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from entrygo.domain.facts import Fact

# What lists decide of.
TARIFF, AGENCIES, CPSC, SCOPES, ADCVD = "tariff", "agencies", "cpsc", "scopes", "adcvd"
# How findings and pages call them.
SUBJECTS: Mapping[str, str] = {
    TARIFF: "the tariff",
    AGENCIES: "agency flags of ACE",
    CPSC: "CPSC certificates",
    SCOPES: "TTB, ATF, FWS and Lacey Act",
    ADCVD: "AD/CVD orders",
}


class Checked(StrEnum):
    """By what a code was looked up: a published list, the shipped seed if written for the code, nothing."""

    LIST = "list"
    SEED = "seed"
    NOT_CHECKED = "not_checked"


class LoadedList(Fact):
    """One list that decides: whether it was imported, of which release or source, and who checked it when."""

    subject: str
    table: str
    is_loaded: bool
    source: str | None = None
    effective_from: date | None = None
    checked_on: date | None = None


class Check(Fact):
    """What a code was looked up for, and by what."""

    subject: str
    by: Checked


class CodeCoverage(Fact):
    """One code of one origin and what it was checked for."""

    hts_code: str
    country_of_origin: str
    checks: tuple[Check, ...]


class Coverage(Fact):
    """Every list that decides, loaded or not, and every code of the products that are looked at."""

    lists: tuple[LoadedList, ...] = ()
    codes: tuple[CodeCoverage, ...] = ()
