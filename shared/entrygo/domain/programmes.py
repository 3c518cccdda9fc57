"""Which programme a heading of chapter 99 belongs to, and in which order headings stand on an entry. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class Programme(StrEnum):
    """Duties beside the tariff's own."""

    CHINA = "section 301, China"
    NICARAGUA = "section 301, Nicaragua"
    BRAZIL = "section 301, Brazil"
    FORCED_LABOR = "section 301, forced labor"
    CANADA = "section 338, Canada"
    SEMICONDUCTORS = "section 232, semiconductors"
    TRUCKS = "section 232, trucks"
    AUTOMOBILES = "section 232, automobiles"
    WOOD = "section 232, wood"
    PHARMACEUTICALS = "section 232, pharmaceuticals"
    DRONES = "section 232, unmanned aircraft"
    METALS = "section 232, metals"
    SAFEGUARD = "section 201"
    OTHER = "chapter 99"


# From heading to heading, both inclusive, as the subchapters are numbered.
HEADINGS = (
    ("9903.03.12", "9903.03.16", Programme.CANADA),
    ("9903.04.60", "9903.04.70", Programme.PHARMACEUTICALS),
    ("9903.05.01", "9903.05.09", Programme.BRAZIL),
    ("9903.05.20", "9903.06.21", Programme.FORCED_LABOR),
    ("9903.08.20", "9903.08.26", Programme.DRONES),
    ("9903.45", "9903.45.99", Programme.SAFEGUARD),
    ("9903.74", "9903.74.99", Programme.TRUCKS),
    ("9903.76", "9903.76.99", Programme.WOOD),
    ("9903.79", "9903.79.99", Programme.SEMICONDUCTORS),
    ("9903.81", "9903.82.99", Programme.METALS),
    ("9903.85", "9903.85.99", Programme.METALS),
    ("9903.88", "9903.88.99", Programme.CHINA),
    ("9903.89", "9903.89.99", Programme.NICARAGUA),
    ("9903.91", "9903.91.99", Programme.CHINA),
    ("9903.94", "9903.94.99", Programme.AUTOMOBILES),
)
# Of several duties under Section 232 the first one applies.
SECTION_232 = (
    Programme.SEMICONDUCTORS,
    Programme.TRUCKS,
    Programme.AUTOMOBILES,
    Programme.WOOD,
    Programme.PHARMACEUTICALS,
    Programme.DRONES,
)
# Those under Section 301 of the Trade Act of 1974; all but the lists of China meet every good of an origin.
BY_ORIGIN = (Programme.NICARAGUA, Programme.BRAZIL, Programme.FORCED_LABOR)
SECTION_301 = (Programme.CHINA, *BY_ORIGIN)
# Section 301 before 338 before 232 (CSMS 69668138), all before the code of the goods.
PRINTED = (
    Programme.SAFEGUARD,
    Programme.CHINA,
    Programme.NICARAGUA,
    Programme.BRAZIL,
    Programme.FORCED_LABOR,
    Programme.CANADA,
    *SECTION_232,
    Programme.METALS,
    Programme.OTHER,
)


@lru_cache(maxsize=4096)
def programme_of(heading: str) -> Programme:
    """The programme that a heading of chapter 99 belongs to, such as 9903.88.03."""
    return next((found for first, last, found in HEADINGS if first <= heading <= last), Programme.OTHER)


def in_print_order(headings: Iterable[str]) -> tuple[str, ...]:
    """Dotted headings, each once, in the order of filing; those of one programme by their numbers."""
    return tuple(sorted(dict.fromkeys(headings), key=lambda each: (PRINTED.index(programme_of(each)), each)))


def dotted(code: str) -> str:
    """`99038803` and `9903.88.03` are 9903.88.03; `4202923120` is 4202.92.31.20."""
    digits = code.replace(".", "").replace(" ", "")
    parts = (digits[:4], digits[4:6], digits[6:8], digits[8:10])
    return ".".join(part for part in parts if part)
