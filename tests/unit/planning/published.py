"""Reads published lists on the terms that their tests share."""

from datetime import date

from entrygo.planning.reference.published import Kind, read_published
from entrygo.planning.reference.records import Terms
from entrygo.planning.reference.tables import Row, Status

START = date(2026, 10, 9)
TERMS = Terms(
    release="HTS 2026 Rev 21",
    source="usitc.gov",
    effective_from=START,
    status=Status.PRIMARY,
    checked_on=date(2026, 10, 12),
)
LINES = {
    "6505.00": [],
    "6505.00.30.30": ["doz.", "kg"],
    "6404.19.90.60": ["prs."],
    "9503.00.00.73": ["X"],
    "9903.88.15": [],
    "9802.00.80.65": ["X"],
}


def read(kind: Kind, text: str) -> dict[str, list[Row]]:
    return {table: list(rows) for table, rows in read_published(kind, text.encode(), TERMS).items()}
