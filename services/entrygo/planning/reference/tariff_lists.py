"""Published lists of the tariff, of additional duties and of fees: what of each makes which dated rows."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from entrygo.planning.reference.records import (
    Tables,
    Terms,
    UnusableFile,
    amount_of,
    csv_records,
    digits_of,
    first_of,
    json_records,
    known_of,
    prefix_of,
)
from entrygo.planning.reference.tables import row_from
from entrygo.planning.reference.units import units_of

CODE_LENGTH = 10
# Chapters 98 and 99 classify no goods, and 77 is kept empty.
CHAPTERS = frozenset(f"{number:02}" for number in range(1, 98) if number != 77)
CHINA, CANADA = "CN", "CA"
# Published beside the others, and never in force.
NEVER_IN_FORCE = "4B"
# The heading that goods of an annex are entered under, of any origin but Russia and the United Kingdom.
HEADINGS_232 = {"I-A": "9903.82.02", "I-B": "9903.82.09", "II": "", "III": "9903.82.10/.11"}
# As the file writes them, and as the proclamation does.
ANNEXES = {"1a": "I-A", "1b": "I-B", "2": "II", "3": "III"}
# As products name theirs.
METALS = {metal: metal for metal in ("steel", "aluminum", "copper")}
# Of the merchandise processing fee, whose rate is 0.3464 % (19 CFR 24.23(b)(1)).
FEE_AMOUNTS = ("rate", "minimum", "maximum", "informal")
RATE_OF_NO_YEAR = Decimal("0.01")


def hts(content: bytes, terms: Terms) -> Tables:
    """The export of the USITC, CSV or JSON: which codes there are, and the units each is reported in."""
    units: dict[str, tuple[str, ...]] = {}
    for record in json_records(content) if content.lstrip()[:1] in b"[{" else csv_records(content):
        code = digits_of(first_of(record, "HTS Number", "htsno"))
        if len(code) == CODE_LENGTH and code[:2] in CHAPTERS:
            units[code] = units_of(first_of(record, "Unit of Quantity", "units"))
    if not units:
        raise UnusableFile("The file has no ten-digit code under 'HTS Number' or 'htsno'.")
    # An export of a range of the tariff looks like a whole one, and would make every other code out of date.
    if lacking := sorted(CHAPTERS - {code[:2] for code in units}):
        raise UnusableFile(f"The file has no line of chapter {', '.join(lacking)}: export the whole tariff.")
    by_units: dict[tuple[str, ...], list[str]] = {}
    for code, names in sorted(units.items()):
        by_units.setdefault(names, []).append(code)
    return {
        "hts_lines": [terms.row("hts_lines", terms.release, sorted(units))],
        "hts_units": [
            terms.row("hts_units", "; ".join(names), {"units": list(names), "prefixes": codes})
            for names, codes in sorted(by_units.items())
            if names
        ],
    }


def section_232(content: bytes, terms: Terms) -> Tables:
    """Columns: hts_prefix, annex (1a, 1b, 2, 3), metal_type; effective_date where it differs."""
    groups: dict[tuple[str, str, date], list[str]] = {}
    for record in csv_records(content, "hts_prefix", "annex", "metal_type"):
        day = date.fromisoformat(record["effective_date"]) if record.get("effective_date") else None
        key = (
            known_of(record["annex"], ANNEXES, "Annex"),
            known_of(record["metal_type"], METALS, "Metal"),
            day or terms.effective_from,
        )
        groups.setdefault(key, []).append(prefix_of(record["hts_prefix"]))
    return {
        "section_232_annexes": [
            terms.row(
                "section_232_annexes",
                f"{annex} {metal}",
                {
                    "annex": annex,
                    "metal": metal,
                    "heading": HEADINGS_232[annex],
                    "prefixes": sorted(set(prefixes)),
                },
                day,
            )
            for (annex, metal, day), prefixes in sorted(groups.items())
        ]
    }


def section_301_tables(content: bytes, terms: Terms) -> Tables:
    """USTR's lists of China (notes 20 and 31). Columns: hts8, list, ch99_code."""
    groups: dict[tuple[str, str], list[str]] = {}
    for record in csv_records(content, "hts8", "list", "ch99_code"):
        if record["list"].strip() != NEVER_IN_FORCE:
            groups.setdefault((record["ch99_code"].strip(), record["list"].strip()), []).append(
                prefix_of(record["hts8"])
            )
    return {
        "section_301_lists": [
            terms.row(
                "section_301_lists",
                f"{heading} {name}" if _is_shared(heading, groups) else heading,
                {"list": name, "origins": [CHINA], "prefixes": sorted(set(prefixes))},
            )
            for (heading, name), prefixes in sorted(groups.items())
        ]
    }


def _is_shared(heading: str, groups: Iterable[tuple[str, str]]) -> bool:
    return sum(one == heading for one, _ in groups) > 1


def section_338_tables(content: bytes, terms: Terms) -> Tables:
    """The lists of Canada (note 51(b)). Columns: hts_prefix, ch99_code."""
    groups: dict[str, list[str]] = {}
    for record in csv_records(content, "hts_prefix", "ch99_code"):
        groups.setdefault(record["ch99_code"].strip(), []).append(prefix_of(record["hts_prefix"]))
    return {
        "section_338_lists": [
            terms.row("section_338_lists", heading, {"origins": [CANADA], "prefixes": sorted(set(prefixes))})
            for heading, prefixes in sorted(groups.items())
        ]
    }


def fees(content: bytes, terms: Terms) -> Tables:
    """Columns: fiscal_year, effective_from, effective_to, rate, minimum, maximum, informal."""
    rows = [
        row_from(
            "merchandise_processing_fees",
            {
                "key": f"FY{record['fiscal_year'].strip().removeprefix('FY')}",
                "value": _fee_amounts(record),
                "effective_from": record["effective_from"],
                "effective_to": record["effective_to"],
                "source": terms.source,
                "status": terms.status,
                "checked_on": terms.checked_on.isoformat() if terms.checked_on else None,
            },
        )
        for record in csv_records(content, "fiscal_year", "effective_from", "effective_to", *FEE_AMOUNTS)
    ]
    return {"merchandise_processing_fees": rows}


def _fee_amounts(record: Mapping[str, str]) -> Mapping[str, str]:
    found = {name: amount_of(record[name]) for name in FEE_AMOUNTS}
    rate, minimum, maximum, _ = (Decimal(text) for text in found.values())
    if rate >= RATE_OF_NO_YEAR:
        raise UnusableFile(f"The rate {found['rate']} is a part of the value: 0.3464 % is 0.003464.")
    if minimum > maximum:
        raise UnusableFile(f"The minimum {found['minimum']} is above the maximum {found['maximum']}.")
    return found
