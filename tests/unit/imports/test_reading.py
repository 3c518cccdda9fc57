"""Files of people as rows: workbooks, text in the encodings of spreadsheets, and what is no table."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from entrygo.imports import reading
from entrygo.imports.reading import source_of
from entrygo.imports.rows import UnreadableFile
from entrygo.imports.workbooks import SENT, WorkbookLimits


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def cells(name: str, content: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in source_of(name, content).rows()]


def test_cells_of_a_workbook_read_as_somebody_would_type_them() -> None:
    header = ("sku", "hts_code", "net_weight_kg", "unit_value_usd", "usmca_blanket_from", "seen", "origin")
    row = ("CAP-1", 6109100010, 0.25, 12.0, datetime(2026, 3, 11), date(2026, 3, 12), None)
    assert cells("a.xlsx", workbook([header, row])) == [
        {
            "sku": "CAP-1",
            "hts_code": "6109100010",
            "net_weight_kg": "0.25",
            "unit_value_usd": "12",
            "usmca_blanket_from": "2026-03-11",
            "seen": "2026-03-12",
            "origin": "",
        }
    ]


@pytest.mark.parametrize(
    ("first", "between", "of_others"),
    [
        ("sep=;\r\n", ";", ";"),
        ('"sep=;"\n', ";", ";"),
        ("\ufeffSEP=\t\n", "\t", "\t"),
        ("# a note; of ours\nsep=,\n", ",", ","),
        ("sep=:\n", ":", ","),
        ("", "|", "|"),
    ],
)
def test_what_stands_between_cells_is_named_by_the_first_line_of_excel_or_found(
    first: str, between: str, of_others: str
) -> None:
    rows = [between.join(cells) for cells in (("sku", "name;, of it"), ("A", "x"), ("B", "y"))]
    header = rows[0].replace("name;, of it", f'"name;, of it{between}x"')
    source = source_of("a.csv", f"{first}{header}\n{rows[1]}\n{rows[2]}\n".encode())
    assert source.columns == ("sku", f"name;, of it{between}x")
    assert [row.cells["sku"] for row in source.rows()] == ["A", "B"]
    assert [row.line for row in source.rows()] == [2 + first.count("\n"), 3 + first.count("\n")]
    assert source.delimiter == of_others


def test_rows_keep_their_numbers_in_the_sheet() -> None:
    content = workbook([], [(), ("sku", ""), ("A",), (), ("B", "more")])
    source = source_of("a.xlsx", content)
    assert source.columns == ("sku",)
    rows = list(source.rows())
    assert [(row.line, row.cells["sku"], bool(row.fault)) for row in rows] == [
        (3, "A", False),
        (5, "B", True),
    ]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (replace(SENT, unpacked_bytes=1000), "unpacks to more"),
        (replace(SENT, tags=100), "too many cells"),
    ],
)
def test_workbook_that_unpacks_to_too_much_is_refused(
    limits: WorkbookLimits, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = workbook([("sku",), *[(f"A{number}",) for number in range(30)]])
    monkeypatch.setattr(reading, "SENT", limits)
    monkeypatch.setattr("openpyxl.load_workbook", None)
    with pytest.raises(UnreadableFile, match=said):
        source_of("a.xlsx", content)


def test_header_of_very_many_columns_takes_no_longer_than_it_is_long() -> None:
    # A name was held against all others before: this took minutes.
    with pytest.raises(UnreadableFile, match="names a column twice: a"):
        source_of("a.csv", b"a," * 200_000 + b"a\n")


def test_empty_rows_of_a_workbook_that_was_sent_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SENT", replace(SENT, rows=30))
    assert len(cells("a.xlsx", workbook([("sku",), *[()] * 28, ("A",)]))) == 1
    with pytest.raises(UnreadableFile, match="more than 30 rows"):
        source_of("a.xlsx", workbook([("sku",), *[()] * 29, ("A",)]))


def test_entry_of_a_workbook_that_cannot_be_unpacked_is_said_to_be_damaged() -> None:
    content = workbook([("sku",), ("A",)])
    # Of the central directory's first entry: a way to pack that nobody knows.
    at = content.index(b"PK\x01\x02") + 10
    spoilt = content[:at] + b"\x63\x00" + content[at + 2 :]
    with pytest.raises(UnreadableFile, match="is no workbook that can be read"):
        source_of("a.xlsx", spoilt)


def test_cell_far_to_the_right_costs_no_memory() -> None:
    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD2"] = "sku", "A", "far"
    content = io.BytesIO()
    book.save(content)
    [row] = cells("a.xlsx", content.getvalue())
    assert row == {"sku": "A"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 nothing", "no workbook"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"%PDF-1.7\n\0\0", "no table"),
        (b"", "no header row"),
        (b"sku,sku\nA,B\n", "twice"),
    ],
)
def test_what_is_no_table_is_said(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        list(source_of("file", content).rows())


def test_archive_that_is_no_workbook_is_said() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(UnreadableFile, match="no workbook"):
        source_of("a.xlsx", content.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_the_encodings_of_spreadsheets_is_read(encoding: str) -> None:
    source = source_of("a.csv", "sku;name\nA;Tuque en laine étoilée\n".encode(encoding))
    [row] = source.rows()
    assert row.cells["name"] == "Tuque en laine étoilée"
    assert bool(source.note) is (encoding == "cp1252")


@pytest.mark.parametrize(
    "rows",
    [
        [("Week 48",), (), ("sku", "name", "hts_code"), ("A", "Cap", 6505)],
        [(None, "Söhne Ltd", None), ("sku", "name", "hts_code"), ("A", "Cap", 6505)],
    ],
)
def test_a_title_above_the_columns_of_a_workbook_is_passed_over(rows: Sequence[Sequence[object]]) -> None:
    source = source_of("a.xlsx", workbook(rows))
    assert source.columns == ("sku", "name", "hts_code")
    assert [(row.line, row.cells["sku"]) for row in source.rows()] == [(len(rows), "A")]
    assert "which was not read" in source.note


@pytest.mark.parametrize("content", ["sku\nA\nB\n", "sku\nA,Cap\n", "sku,name\nA,Cap\n"])
def test_a_header_of_one_column_is_no_title(content: str) -> None:
    source = source_of("a.csv", content.encode())
    assert (source.columns[0], source.note) == ("sku", "")
    assert next(source.rows()).line == 2
