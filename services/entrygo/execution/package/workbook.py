"""Tables as an XLSX workbook, written row by row in constant memory. Text stays text: codes keep their zeros,
and nothing is ever a formula or a link."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import xlsxwriter

Cell = str | int | float | Decimal | None

WORKBOOK_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32_767  # characters; the format allows no more
_CUT = " …"
_ROW_BY_ROW = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table: a header that stays in view, and its rows."""

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]


def workbook(
    sheets: Sequence[Sheet], *, title: str, comments: str, created: datetime, is_small: bool
) -> bytes:
    """Equal arguments give equal bytes: `created` is the only time in it. What is not small is put
    together on disk, which costs a small one most of its time.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {**_ROW_BY_ROW, "in_memory": is_small}) as book:
        book.set_properties({"title": title, "comments": comments, "created": created})
        bold = book.add_format(
            {"bold": True, "font_color": "#FFFFFF", "bg_color": "#12466B", "valign": "vcenter"}
        )
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, bold)
    return buffer.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, bold: xlsxwriter.format.Format) -> None:
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.repeat_rows(0)
    page.set_footer("&L&F, for broker review&RPage &P of &N")
    for column, name in enumerate(sheet.header):
        page.write_string(0, column, name, bold)
    for number, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    page.write_string(number, column, _shortened(cell))
            elif cell is not None:
                page.write_number(number, column, cell)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - len(_CUT)] + _CUT
