"""The file of what is missing: made from a plan, filled in, and read back by the import."""

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from entrygo.cli.fix_file import fix_sheet, template_sheet, write_sheet
from entrygo.imports.choosing import choose_columns
from entrygo.imports.entries import Entry
from entrygo.imports.kinds import PRODUCTS
from entrygo.imports.reading import open_source


def issue(sku: str, field: str, severity: str = "error", **changes: Any) -> dict[str, Any]:
    return {
        "sku": sku,
        "severity": severity,
        "message": f"{sku} lacks {field}.",
        "orders_affected": 3,
        "fix": {"method": "PATCH", "path": "/api/products/p", "field": field},
        "accepted": f"What {field} takes, in words",
        "suggestion": None,
        "remedy": None,
        **changes,
    }


ISSUES = (
    issue("CAP-002", "countryOfOrigin", suggestion="CN"),
    issue("CAP-002", "pga.fcc"),
    issue("JKT-001", "manufacturer.mid"),
    issue("TEE-020", "unitOfMeasure", "warning"),
)


def read_back(file: Path) -> list[dict[str, Any]]:
    """The products that an import of the file sends."""
    source = open_source(file)
    columns = choose_columns(source.columns, {}, known=PRODUCTS.known, required=PRODUCTS.required)
    assert columns.ignored == ()
    return [entry.item for entry in PRODUCTS.entries(source, columns) if isinstance(entry, Entry)]


@pytest.mark.parametrize("name", ["fixes.csv", "fixes.xlsx"])
def test_a_file_of_what_blocks_is_read_back_once_it_is_filled_in(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    write_sheet(file, fix_sheet(ISSUES))
    assert read_back(file) == [{"externalId": sku, "sku": sku} for sku in ("CAP-002", "JKT-001")]
    fill_in(file, {"CAP-002": {"country_of_origin": "CN"}, "JKT-001": {"manufacturer_mid": "XCNOR"}})
    assert read_back(file) == [
        {"externalId": "CAP-002", "sku": "CAP-002", "countryOfOrigin": "CN"},
        {"externalId": "JKT-001", "sku": "JKT-001", "manufacturer": {"mid": "XCNOR"}},
    ]


def fill_in(file: Path, cells: dict[str, dict[str, str]]) -> None:
    """As a person does, who leaves what stands above the header."""
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        sheet = book.worksheets[0]
        names = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            for name, value in cells[str(row[0].value)].items():
                row[names.index(name)].value = value
        book.save(file)
        return
    lines = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    header = next(index for index, line in enumerate(lines) if line.startswith("sku,"))
    rows = list(csv.DictReader(lines[header:]))
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        text.writelines(lines[:header])
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(row | cells[row["sku"]] for row in rows)


def test_it_has_the_columns_of_what_is_missing_and_says_what_they_take(tmp_path: Path) -> None:
    file = tmp_path / "fixes.csv"
    write_sheet(file, fix_sheet(ISSUES))
    text = file.read_text(encoding="utf-8-sig")
    header = next(line for line in text.splitlines() if line.startswith("sku,"))
    assert header.startswith("sku,country_of_origin,manufacturer_mid,fcc_")
    assert "unit_of_measure" not in header
    assert "# manufacturer_mid: What manufacturer.mid takes, in words" in text
    assert "(suggested, to be confirmed: CN)" in text
    of_a_review = fix_sheet([issue("TEE-020", "unitOfMeasure", "warning")])
    assert list(of_a_review.columns) == ["unit_of_measure"]


def test_it_asks_for_nothing_that_would_mend_nothing() -> None:
    unchecked = issue("TEE-020", "htsCode", "warning", remedy="Import the tariff.")
    assert fix_sheet([unchecked]).rows == {}
    assert list(fix_sheet([unchecked, issue("TEE-020", "unitOfMeasure", "warning")]).columns) == [
        "unit_of_measure"
    ]


def test_a_line_number_of_a_reject_counts_the_comments(tmp_path: Path) -> None:
    file = tmp_path / "fixes.csv"
    file.write_text('# one\n"# two, in quotes",\nsku,unit_value_usd\nA,1\nB,2\n')
    source = open_source(file)
    assert [row.line for row in source.rows()] == [4, 5]


def test_a_template_is_read_as_a_file_of_products(tmp_path: Path) -> None:
    write_sheet(tmp_path / "new.csv", template_sheet())
    assert read_back(tmp_path / "new.csv") == []
