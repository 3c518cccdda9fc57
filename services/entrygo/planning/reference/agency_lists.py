"""Published lists of what agencies ask for and of antidumping cases: what of each makes which dated rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from entrygo.planning.reference.records import (
    Record,
    Tables,
    Terms,
    UnusableFile,
    csv_records,
    known_of,
    prefix_of,
)
from entrygo.planning.reference.tables import Row

# Agencies as products have data of them, by the codes that ACE writes.
AGENCIES: Mapping[str, str] = {
    "fda": "fda", "cps": "cpsc", "cpsc": "cpsc", "fcc": "fcc", "aph": "usda", "aphis": "usda", "usda": "usda",
    "fsi": "usda", "fsis": "usda", "ams": "usda", "lacey": "usda", "fws": "fws", "epa": "epa", "nht": "dot",
    "nhtsa": "dot", "dot": "dot", "ttb": "ttb", "atf": "atf", "nmf": "nmfs", "nmfs": "nmfs", "dea": "dea",
}  # fmt: skip
# The data of each message; an agency that is not here has none on a product, so a person looks.
DATA: Mapping[str, Sequence[str]] = {
    "fda": ("product_code",),
    "cpsc": (),
    "fcc": ("authorization",),
    **dict.fromkeys(("usda", "fws", "epa", "dot", "ttb"), ("reference",)),
}
NEEDS = {"required": "required", "must": "required", "review": "review", "may": "review"}
# FDA's flag of food: prior notice must be given, and the facility's registration with it.
PRIOR_NOTICE = "FD4"

_CASE = re.compile(r"[AC]-[0-9]{3}-[0-9]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def pga_flags(content: bytes, terms: Terms) -> Tables:
    """ACE's flags. Columns: hts_prefix, agency, flag (FD4), need (required or must, review or may)."""
    return {
        "pga_flags": _rows("pga_flags", csv_records(content, "hts_prefix", "agency", "flag", "need"), terms)
    }


def cpsc_codes(content: bytes, terms: Terms) -> Tables:
    """CPSC's list for electronic filing. Columns: hts_prefix, citation; need where it is not review."""
    records = (
        {**record, "agency": "cpsc", "flag": record["citation"], "need": record.get("need") or "review"}
        for record in csv_records(content, "hts_prefix", "citation")
    )
    return {"cpsc_codes": _rows("cpsc_codes", records, terms)}


def agency_scopes(content: bytes, terms: Terms) -> Tables:
    """TTB, ATF, FWS, Lacey Act. Columns: hts_prefix, agency, programme; need where it is not review."""
    records = (
        {**record, "flag": record["programme"], "need": record.get("need") or "review"}
        for record in csv_records(content, "hts_prefix", "agency", "programme")
    )
    return {"agency_scopes": _rows("agency_scopes", records, terms)}


def adcvd_cases(content: bytes, terms: Terms) -> Tables:
    """Columns: case (A-570-504), hts_prefix, origin (ISO 3166-1 alpha-2)."""
    groups: dict[str, tuple[set[str], set[str]]] = {}
    for record in csv_records(content, "case", "hts_prefix", "origin"):
        case, origin = record["case"].strip().upper(), record["origin"].strip().upper()
        if not _CASE.fullmatch(case):
            raise UnusableFile(f"{record['case']!r} is not a case number (A-570-504).")
        if not _COUNTRY.fullmatch(origin):
            raise UnusableFile(f"{record['origin']!r} is not a country of two letters.")
        prefixes, origins = groups.setdefault(case, (set(), set()))
        prefixes.add(prefix_of(record["hts_prefix"]))
        origins.add(origin)
    return {
        "adcvd_cases": [
            terms.row("adcvd_cases", case, {"origins": sorted(origins), "prefixes": sorted(prefixes)})
            for case, (prefixes, origins) in sorted(groups.items())
        ]
    }


def _rows(table: str, records: Iterable[Record], terms: Terms) -> list[Row]:
    groups: dict[tuple[str, str, str], set[str]] = {}
    for record in records:
        key = (
            record["flag"].strip(),
            known_of(record["agency"], AGENCIES, "Agency"),
            known_of(record["need"], NEEDS, "Need"),
        )
        groups.setdefault(key, set()).add(prefix_of(record["hts_prefix"]))
    return [
        terms.row(table, f"{flag} {agency} {need}", _value(flag, agency, need, sorted(prefixes)))
        for (flag, agency, need), prefixes in sorted(groups.items())
    ]


def _value(flag: str, agency: str, need: str, prefixes: Sequence[str]) -> Mapping[str, Any]:
    # Data that a product has no field for cannot be demanded of it: a person looks instead.
    value: dict[str, Any] = {
        "agency": agency,
        "need": need if agency in DATA else "review",
        "data": list(DATA.get(agency, ())),
        "prefixes": prefixes,
    }
    if flag.upper() == PRIOR_NOTICE:
        value |= {"data": ["product_code", "registration"], "prior_notice": "required"}
    return value
