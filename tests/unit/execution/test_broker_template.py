"""A broker's own layout: its columns, its way of writing, and every field that the declaration names."""

import csv
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from entrygo.domain.facts import BrokerTemplate
from entrygo.domain.snapshot import Amendment, Snapshot
from entrygo.domain.template_layout import FIELDS, HEADING_FIELDS, Content
from entrygo.execution.package import template_rows
from entrygo.execution.package.entry_columns import ENTRY_COLUMNS
from entrygo.execution.package.invoice_columns import COLUMNS
from entrygo.execution.package.template_rows import LayoutTooLong
from tests.unit.execution.rendered import rendered, sheets_of
from tests.unit.execution.shipments import make_shipment, package_of
from tests.unit.execution.snapshots import (
    make_large_snapshot,
    make_order,
    make_product,
    make_snapshot,
)


def with_template(snapshot: Snapshot | None = None, **template: object) -> Snapshot:
    snapshot = snapshot or make_snapshot()
    layout = BrokerTemplate.model_validate(template)
    return snapshot.model_copy(update={"broker": snapshot.broker.model_copy(update={"template": layout})})


def lines_of(snapshot: Snapshot) -> list[str]:
    return rendered(snapshot)["broker_template_csv"].content.decode().split("\r\n")


def column_of(snapshot: Snapshot | None = None, rows: str = "entry_line", **column: object) -> list[str]:
    """The cells of a layout with this column alone."""
    made = with_template(snapshot, rows=rows, columns=[{"header": "H", **column}])
    _, *cells, _ = lines_of(made)
    return [cell[1:-1] for cell in cells]


def with_headings(*headings: str) -> Snapshot:
    product = make_product(
        section_301={"headings": " ".join(headings), "status": "applicable", "signed_off_by": "A. Reviewer"}
    )
    return make_snapshot(products=(product,), orders=(make_order(),))


def test_the_columns_are_the_brokers_own_in_its_order() -> None:
    columns = [
        {"header": "HTSUS No.", "field": "hts_code_dotted"},
        {"header": "Mode", "constant": "TRK"},
        {"header": "Broker use"},
        {"header": "Shipper", "text": "{exporter_name} ({exporter_city})"},
        {"header": "Entered Value", "field": "entered_value"},
    ]
    shipper = '"Northshore Fulfilment Inc. (Richmond)"'
    assert lines_of(with_template(columns=columns)) == [
        '"HTSUS No.","Mode","Broker use","Shipper","Entered Value"',
        f'"6202.30.80.61","TRK","",{shipper},"220"',
        f'"6505.00.30.30","TRK","",{shipper},"140"',
        "",
    ]


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ({"field": "invoice_date"}, "2026-03-11"),
        ({"field": "invoice_date", "format": "MM/DD/YYYY"}, "03/11/2026"),
        ({"field": "invoice_date", "format": "DDMMYY"}, "110326"),
        ({"field": "gross_weight_kg"}, "1.900"),
        ({"field": "gross_weight_kg", "unit": "lb"}, "4.189"),
        ({"field": "gross_weight_kg", "unit": "g", "format": "#,##0"}, "1,900"),
        ({"field": "value_usd", "format": "0.0000"}, "220.0000"),
        ({"field": "hts_code_dotted", "format": "plain"}, "6202308061"),
        ({"field": "hts_code", "format": "dotted"}, "6202.30.80.61"),
        ({"field": "manufacturer_name", "format": "capitals"}, "NORTHSHORE APPAREL LTD"),
        ({"field": "importer_number"}, "98-7654321"),
        ({"field": "importer_number_masked"}, "****4321"),
    ],
)
def test_a_field_is_written_as_its_column_says(column: dict[str, Any], written: str) -> None:
    assert column_of(**column)[0] == written


def test_half_a_unit_is_rounded_up() -> None:
    product = make_product(gross_weight_kg="0.25")
    snapshot = make_snapshot(products=(product,), orders=(make_order(),))
    assert column_of(snapshot, field="gross_weight_kg", format="0") == ["1"]


def test_with_a_decimal_comma_thousands_have_a_point() -> None:
    snapshot = with_template(
        make_large_snapshot(1),
        decimal_mark="comma",
        delimiter="semicolon",
        columns=[
            {"header": "V", "field": "value_usd", "format": "#,##0.00"},
            {"header": "W", "field": "net_weight_kg"},
        ],
    )
    assert lines_of(snapshot)[1] == '"220,00";"1,640"'


def test_what_is_not_known_is_blank_in_every_format() -> None:
    product = make_product(gross_weight_kg=None)
    snapshot = make_snapshot(products=(product,), orders=(make_order(),))
    assert column_of(snapshot, field="gross_weight_kg", unit="lb", format="0.00") == [""]
    assert column_of(snapshot, field="export_date", format="MM/DD/YYYY") == [""]


def test_the_headings_of_chapter_99_stand_in_columns_or_in_rows() -> None:
    snapshot = with_headings("99038803", "99038815")
    first, second, third = HEADING_FIELDS[:3]
    assert column_of(snapshot, field=first) == ["9903.88.03"]
    assert column_of(snapshot, field=second, format="plain") == ["99038815"]
    assert column_of(snapshot, field=third) == [""]
    assert column_of(snapshot, rows="tariff_line", field="tariff_number", format="dotted") == [
        "9903.88.03",
        "9903.88.15",
        "6202.30.80.61",
    ]
    # Entered once, with the number of the goods.
    assert column_of(snapshot, rows="tariff_line", field="entered_value") == ["0", "0", "220"]
    assert column_of(snapshot, rows="tariff_line", field="gross_weight_kg") == ["", "", "1.900"]
    assert column_of(snapshot, rows="tariff_line", field="entry_line") == ["1", "1", "1"]


def test_a_layout_of_order_lines_has_a_row_for_each() -> None:
    assert column_of(rows="order_line", field="order_external_id") == [
        "wms-ord_123",
        "wms-ord_123",
        "wms-ord_124",
    ]


def test_the_header_stands_in_its_row_or_nowhere() -> None:
    column = {"header": "H", "constant": "x"}
    assert lines_of(with_template(header_row=3, columns=[column]))[:4] == ["", "", '"H"', '"x"']
    assert lines_of(with_template(header_row=0, columns=[column]))[0] == '"x"'


def test_the_encoding_is_the_layouts_and_letters_that_it_has_not_are_transliterated() -> None:
    snapshot = make_snapshot()
    named = snapshot.warehouse.model_copy(update={"name": "Łódź Café"})
    snapshot = snapshot.model_copy(update={"warehouse": named})
    column = {"header": "Ort", "field": "exporter_name"}

    def bytes_in(encoding: str) -> bytes:
        made = with_template(snapshot, encoding=encoding, columns=[column])
        return rendered(made)["broker_template_csv"].content

    assert "Łódź Café" in bytes_in("utf-8").decode()
    assert bytes_in("utf-8-bom").startswith(b"\xef\xbb\xbf")
    assert "Lódz Café" in bytes_in("windows-1252").decode("cp1252")
    assert "Lodz Cafe" in bytes_in("us-ascii").decode("ascii")


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_layout_that_makes_gigabytes_of_a_plan_is_no_document(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = {"header": "H", "text": "{customs_description}" * 20}
    snapshot = make_large_snapshot(50)
    made = with_template(snapshot, format=format, rows="order_line", columns=[column])
    monkeypatch.setattr(template_rows, "MAX_CHARACTERS", 50_000)
    with pytest.raises(LayoutTooLong, match="more than 50,000 characters"):
        rendered(made)
    short = with_template(
        snapshot, format=format, rows="order_line", columns=[{"header": "H", "field": "sku"}]
    )
    assert rendered(short)[f"broker_template_{format}"].content


def test_text_that_a_spreadsheet_would_run_is_marked_in_a_layout_too() -> None:
    product = make_product(manufacturer={"name": "=1+1"})
    snapshot = make_snapshot(products=(product,), orders=(make_order(),))
    assert column_of(snapshot, field="manufacturer_name") == ["'=1+1"]
    assert column_of(snapshot, text="{manufacturer_name}") == ["'=1+1"]


def test_a_workbook_has_the_sheet_the_header_and_the_same_cells_for_two_readers() -> None:
    snapshot = with_template(
        format="xlsx",
        sheet="Line Items",
        header_row=2,
        columns=[
            {"header": "HTS", "field": "hts_code"},
            {"header": "Lb", "field": "gross_weight_kg", "unit": "lb", "format": "0.0"},
        ],
    )
    content = rendered(snapshot)["broker_template_xlsx"].content
    assert "broker_template_csv" not in rendered(snapshot)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [[cell.value for cell in row] for row in book["Line Items"].iter_rows()] == [
        [None, None],
        ["HTS", "Lb"],
        ["6202308061", 4.2],
        ["6505003030", 1.1],
    ]
    assert book["Line Items"].print_title_rows == "$2:$2"
    assert sheets_of(content)["Line Items"][-2:] == [["6202308061", 4.2], ["6505003030", 1.1]]


def test_a_workbook_without_headers_names_no_row_of_them() -> None:
    snapshot = with_template(format="xlsx", header_row=0, columns=[{"field": "hts_code"}])
    content = rendered(snapshot)["broker_template_xlsx"].content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "Print_Titles" not in parts.read("xl/workbook.xml").decode()
    assert sheets_of(content)["Lines"] == [["6202308061"], ["6505003030"]]


def test_a_layout_goes_only_to_the_broker_that_has_one_and_takes_it() -> None:
    assert "broker_template_csv" not in rendered()
    off = with_template(format="none")
    assert not {"broker_template_csv", "broker_template_xlsx"} & rendered(off).keys()
    asked = with_template(columns=[{"header": "H", "field": "hts_code"}])
    others = asked.broker.model_copy(update={"documents": ("manifest",)})
    assert "broker_template_csv" not in rendered(asked.model_copy(update={"broker": others}))
    only = asked.broker.model_copy(update={"documents": ("broker_template_csv",)})
    assert list(rendered(asked.model_copy(update={"broker": only}))) == ["broker_template_csv"]


def test_what_corrects_a_filed_entry_has_no_layout_to_import() -> None:
    amendment = Amendment(supersedes="batch_1", reason="r", after_entry=True, entry_number="ABC-1234567-6")
    snapshot = with_template(
        make_snapshot(amendment=amendment), columns=[{"header": "H", "field": "hts_code"}]
    )
    assert "broker_template_csv" not in rendered(snapshot)


@pytest.mark.parametrize("rows", FIELDS)
def test_every_field_that_may_be_named_can_be_written_and_none_is_forgotten(rows: str) -> None:
    known = FIELDS[rows]  # type: ignore[index]
    columns = [{"header": name, "field": name} for name in known]
    snapshot = with_template(rows=rows, columns=columns)
    content = rendered(snapshot, package_of(make_shipment()))["broker_template_csv"].content.decode()
    first, *_ = csv.DictReader(io.StringIO(content, newline=""))
    assert list(first) == list(known)
    ours = {column.name for column in (COLUMNS if rows == "order_line" else ENTRY_COLUMNS)}
    assert ours <= known.keys()
    assert known.keys() - ours <= {*HEADING_FIELDS, "importer_number", "tariff_number"}


def test_what_is_a_figure_of_ours_is_a_number_or_a_weight_and_nothing_else_is() -> None:
    for rows, columns in (("entry_line", ENTRY_COLUMNS), ("order_line", COLUMNS)):
        known = FIELDS[rows]  # type: ignore[index]
        figures = {column.name for column in columns if column.is_figure} | {"packages"}
        assert figures & known.keys() == {
            name for name, content in known.items() if content in (Content.NUMBER, Content.WEIGHT)
        }
