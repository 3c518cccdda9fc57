"""Tables as an XLSX workbook, written row by row in constant memory. Text stays text: codes keep their zeros,
and nothing is ever a formula or a link.

The parts are written out, not built by a library: of tens of thousands of rows that would take most of the
time of a package. Their form is that of ECMA-376; two readers of other make open them in the tests.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import count, islice
from typing import Any, NewType, TypeVar

from entrygo.execution.package import workbook_parts as parts
from entrygo.execution.package.workbook_parts import Style
from entrygo.execution.package.zip_entries import Packed, deflated, deflated_pieces, zip_archive

R = TypeVar("R")
Cell = str | int | float | Decimal | None

WORKBOOK_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32_767  # characters; the format allows no more
_CUT = " …"
_ROWS_AT_A_TIME = 500
# What the format adds on both sides of a column's text.
_PADDING = 0.7109375
# Of the rows of a page, in points: each line of text, and what is left around them.
_LINE_PT = 13.0
_ROW_PT = 3.0
# Stands for the number of a row; text has no such character, nor has XML.
_ROW_NUMBER = "\0"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# What XML has another way of writing, or none at all; and what would be read as one of ours.
_ODD = re.compile(r"[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_WITHOUT_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


PAPERS = {"us-letter": 1, "a4": 9}


# Cells by the `cell_writer` of their columns, one after another.
WrittenRow = NewType("WrittenRow", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table: a header that stays in view, and its rows. `name` is plain letters, digits and blanks.

    The header stands in the row `header_row`, with blank ones above it; 0 is a table without one. Rows are
    cells, or texts of cells that a `cell_writer` wrote.
    """

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]] | Iterable[WrittenRow]
    pages_wide: int = 1
    header_row: int = 1


def cell_writer(column: int, *, is_figure: bool) -> Callable[[str], str]:
    """Writes the cells of a column, which counts from 0, for rows that are put together elsewhere."""
    head = f'<c r="{_letters(column)}{_ROW_NUMBER}"'
    if is_figure:
        return lambda text: f"{head}{_figure(float(text))}" if text else ""
    return lambda text: f"{head}{_inline(text)}" if text else ""


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell of a page; it may reach over several columns."""

    content: Cell
    style: Style
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a page; `lines` is how many lines of text it has room for."""

    cells: Sequence[Styled]
    lines: float = 1

    @property
    def height(self) -> float:
        """Row height in points."""
        return _LINE_PT * self.lines + _ROW_PT


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet to print. `titles` is the number, from 1, of the row repeated on each page."""

    name: str
    widths: Sequence[int]
    rows: Sequence[Row]
    titles: int


def workbook(
    sheets: Sequence[Page | Sheet],
    *,
    title: str,
    comments: str,
    created: datetime,
    paper: str = "us-letter",
) -> bytes:
    """Equal arguments give equal bytes: `created`, in UTC, is the only time in it."""
    members, printed = list[tuple[str, Packed]](), []
    for number, sheet in enumerate(sheets, start=1):
        selected = ' tabSelected="1"' if number == 1 else ""
        rows = _Counted(sheet.rows)
        pieces = (piece.encode() for piece in _pieces(sheet, rows, PAPERS[paper], selected))
        members.append((parts.sheet_path(number), deflated_pieces(pieces)))
        printed.append(_printed(sheet, rows.count))
    # Once it is known how many rows each sheet has: what is printed of it says that.
    around = parts.around(printed, title, comments, created)
    members += [(name, deflated(content.encode())) for name, content in around]
    return zip_archive(members)


class _Counted(Iterable[R]):
    """Rows, one at a time, and how many there were so far."""

    def __init__(self, rows: Iterable[R]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[R]:
        for row in self._rows:
            self.count += 1
            yield row


def _printed(sheet: Page | Sheet, rows: int) -> parts.Printed:
    """All of it, with the row of its titles on each page; of an empty sheet the first cell."""
    if isinstance(sheet, Sheet):
        titles, columns, last = sheet.header_row, len(sheet.header), sheet.header_row + rows
    else:
        titles, columns, last = sheet.titles, len(sheet.widths), rows
    area = f"$A$1:${_letters(max(columns, 1) - 1)}${max(last, 1)}"
    return parts.Printed(name=sheet.name, titles=titles, area=area)


def _pieces(sheet: Page | Sheet, rows: "_Counted[Any]", paper: int, selected: str) -> Iterator[str]:
    if isinstance(sheet, Sheet):
        return _table(sheet, rows, paper, selected)
    return _page(sheet, rows, paper, selected)


def _columns(widths: Sequence[int]) -> str:
    return "".join(
        f'<col min="{number}" max="{number}" width="{width + _PADDING}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )


def _table(sheet: Sheet, given: Iterable[Sequence[Cell]], paper: int, selected: str) -> Iterator[str]:
    top = sheet.header_row
    frozen = parts.FROZEN.format(rows=top, below=top + 1) if top else ""
    yield parts.TABLE_HEAD.format(selected=selected, columns=_columns(sheet.widths), frozen=frozen)
    letters = [_letters(index) for index in range(len(sheet.header))]
    if top:
        titles = "".join(
            f'<c r="{letter}{top}" s="{Style.TITLE:d}" t="inlineStr"><is>{_text(name)}</is></c>'
            for letter, name in zip(letters, sheet.header, strict=True)
        )
        yield f'<row r="{top}">{titles}</row>'
    rows = zip(count(top + 1), given)
    while piece := "".join(_row(number, row, letters) for number, row in islice(rows, _ROWS_AT_A_TIME)):
        yield piece
    yield parts.TABLE_FOOT.format(paper=paper, pages_wide=sheet.pages_wide)


def _page(page: Page, rows: Iterable[Row], paper: int, selected: str) -> Iterator[str]:
    yield parts.PAGE_HEAD.format(selected=selected, columns=_columns(page.widths))
    merged: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells, place = [], 0
        for cell in row.cells:
            start, last = _letters(place), _letters(place + cell.columns - 1)
            cells.append(_styled(f"{start}{number}", cell))
            # The cells that one reaches over keep its line below.
            cells += [
                f'<c r="{_letters(beside)}{number}" s="{cell.style:d}"/>'
                for beside in range(place + 1, place + cell.columns)
            ]
            if cell.columns > 1:
                merged.append(f"{start}{number}:{last}{number}")
            place += cell.columns
        yield f'<row r="{number}" ht="{row.height:g}" customHeight="1">{"".join(cells)}</row>'
    listed = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    yield parts.PAGE_FOOT.format(
        merged=f'<mergeCells count="{len(merged)}">{listed}</mergeCells>' if merged else "",
        paper=paper,
        pages_wide=1,
    )


def _styled(reference: str, cell: Styled) -> str:
    if cell.content is None or cell.content == "":
        return f'<c r="{reference}" s="{cell.style:d}"/>'
    if isinstance(cell.content, str):
        return f'<c r="{reference}" s="{cell.style:d}" t="inlineStr"><is>{_text(cell.content)}</is></c>'
    return f'<c r="{reference}" s="{cell.style:d}"><v>{cell.content:.16g}</v></c>'


def _row(number: int, row: Sequence[Cell] | WrittenRow, letters: Sequence[str]) -> str:
    if isinstance(row, str):
        cells = row.replace(_ROW_NUMBER, str(number))
    else:
        cells = "".join(
            [
                f'<c r="{letter}{number}"{_inline(cell) if isinstance(cell, str) else _figure(cell)}'
                for letter, cell in zip(letters, row, strict=True)
                if cell is not None and cell != ""
            ]
        )
    return f'<row r="{number}">{cells}</row>'


def _figure(value: float | Decimal) -> str:
    """A plain cell of a figure from behind its reference on."""
    # A spreadsheet makes binary floats of its numbers, whatever is written into it.
    return f"><v>{value:.16g}</v></c>"


@lru_cache(maxsize=16_384)
def _inline(text: str) -> str:
    """A plain cell of text from behind its reference on: most stand in thousands of rows."""
    return f' t="inlineStr"><is>{_text(text)}</is></c>'


def _text(text: str) -> str:
    if len(text) > MAX_CELL:
        text = text[: MAX_CELL - len(_CUT)] + _CUT
    if _ODD.search(text) is None:
        return f"<t>{text}</t>"
    text = _WITHOUT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{text}</t>'


@cache
def _letters(index: int) -> str:
    """A, B, … Z, AA, AB …"""
    before, last = divmod(index, len(_LETTERS))
    return (_letters(before - 1) if before else "") + _LETTERS[last]
