"""A tariff as the USITC exports it, small: every chapter has a line, as a whole export does."""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from entrygo.planning.reference.tariff_lists import CHAPTERS

HEADER = ("HTS Number", "Indent", "Description", "Unit of Quantity", "General Rate of Duty")


def tariff_csv(lines: Mapping[str, Sequence[str]]) -> str:
    """Lines by their dotted code with the units of each, among one of every chapter."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER)
    for code, units in {**_filler(), **lines}.items():
        cell = json.dumps(units) if units else ""
        writer.writerow((code, "3", "<i>Other</i>", cell, "Free"))
    return f"\ufeff{file.getvalue()}"


def tariff_json(lines: Mapping[str, Sequence[str]]) -> str:
    """As tariff_csv."""
    records = [{"htsno": code, "units": units or None} for code, units in {**_filler(), **lines}.items()]
    return json.dumps([*records, {"htsno": "", "units": None, "superior": "true"}])


def _filler() -> Mapping[str, Sequence[str]]:
    return {f"{chapter}99.00.00.00": ["X"] for chapter in sorted(CHAPTERS)}
