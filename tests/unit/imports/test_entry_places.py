"""What is refused of an entry is named by the place where it stands in the file."""

import pytest

from entrygo.imports.entry_summaries import given_entries
from entrygo.imports.rows import SourceRow

ROWS = [
    {"export_id": "batch_1", "entry_number": "ABC-1234567-6"},
    {"export_id": "batch_1", "hts_code": "4202923120"},
    {"export_id": "batch_1", "hts_code": "9.01E+08"},
]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("lines.1.htsCode", "line 4: hts_code"),
        ("lines.0.valueUsd", "line 3: value_usd"),
        ("entryDate", "entry_date"),
        ("liquidation.dutyUsd", "liquidated_duty_usd"),
        ("lines.2.htsCode", "lines.2.htsCode"),
        ("somethingElse", "somethingElse"),
    ],
)
def test_a_path_of_the_body_is_the_row_and_the_column_of_the_file(path: str, place: str) -> None:
    [entry] = given_entries((SourceRow(number, cells), cells) for number, cells in enumerate(ROWS, start=2))
    assert entry.place(path) == place
