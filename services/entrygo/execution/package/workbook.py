"""Tables as an XLSX workbook, written row by row in constant memory. Text stays text: codes keep their zeros,
and nothing is ever a formula or a link.

The parts are written out, not built by a library: of tens of thousands of rows that would take most of the
time of a package. Their form is that of ECMA-376; two readers of other make open them in the tests.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count, islice

from entrygo.execution.package import workbook_parts as parts
from entrygo.execution.package.zip_entries import plain_entry

Cell = str | int | float | Decimal | None

WORKBOOK_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32_767  # characters; the format allows no more
_CUT = " …"
_ROWS_AT_A_TIME = 500
# What the format adds on both sides of a column's text.
_PADDING = 0.7109375
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# What XML has another way of writing, or none at all; and what would be read as one of ours.
_ODD = re.compile(r"[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_WITHOUT_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table: a header that stays in view, and its rows. `name` is plain letters."""

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet], *, title: str, comments: str, created: datetime) -> bytes:
    """Equal arguments give equal bytes: `created`, in UTC, is the only time in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.around([sheet.name for sheet in sheets], title, comments, created):
            archive.writestr(plain_entry(name), content, zipfile.ZIP_DEFLATED)
        for number, sheet in enumerate(sheets, start=1):
            entry = plain_entry(parts.sheet_path(number))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as page:
                for piece in _pieces(sheet, is_first=number == 1):
                    page.write(piece.encode())
    return buffer.getvalue()


def _pieces(sheet: Sheet, *, is_first: bool) -> Iterator[str]:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width + _PADDING}" customWidth="1"/>'
        for number, width in enumerate(sheet.widths, start=1)
    )
    yield parts.SHEET_HEAD.format(selected=' tabSelected="1"' if is_first else "", columns=columns)
    letters = [_letters(index) for index in range(len(sheet.header))]
    titles = "".join(
        f'<c r="{letter}1" s="{parts.TITLE_STYLE}" t="inlineStr"><is>{_text(name)}</is></c>'
        for letter, name in zip(letters, sheet.header, strict=True)
    )
    yield f'<row r="1">{titles}</row>'
    rows = zip(count(2), sheet.rows)
    while piece := "".join(_row(number, row, letters) for number, row in islice(rows, _ROWS_AT_A_TIME)):
        yield piece
    yield parts.SHEET_FOOT


def _row(number: int, row: Sequence[Cell], letters: Sequence[str]) -> str:
    cells = "".join(
        [
            f'<c r="{letter}{number}" t="inlineStr"><is>{_text(cell)}</is></c>'
            if isinstance(cell, str)
            # A spreadsheet makes binary floats of its numbers, whatever is written into it.
            else f'<c r="{letter}{number}"><v>{cell:.16g}</v></c>'
            for letter, cell in zip(letters, row, strict=True)
            if cell is not None and cell != ""
        ]
    )
    return f'<row r="{number}">{cells}</row>'


def _text(text: str) -> str:
    if len(text) > MAX_CELL:
        text = text[: MAX_CELL - len(_CUT)] + _CUT
    if _ODD.search(text) is None:
        return f"<t>{text}</t>"
    text = _WITHOUT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{text}</t>'


def _letters(index: int) -> str:
    """A, B, … Z, AA, AB …"""
    before, last = divmod(index, len(_LETTERS))
    return (_letters(before - 1) if before else "") + _LETTERS[last]
