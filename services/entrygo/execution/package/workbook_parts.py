"""The parts of an XLSX workbook that are not its rows (ECMA-376 Part 1 and Part 2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from xml.sax.saxutils import escape

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument"

_ACCENT = "FF12466B"
_SOFT = "FF5A6A78"
_FONT = '<name val="Calibri"/></font>'
_FONTS = (
    f'<font><sz val="11"/>{_FONT}',
    f'<font><b/><sz val="11"/><color rgb="FFFFFFFF"/>{_FONT}',
    f'<font><b/><sz val="18"/><color rgb="{_ACCENT}"/>{_FONT}',
    f'<font><sz val="8"/><color rgb="{_SOFT}"/>{_FONT}',
    f'<font><b/><sz val="11"/>{_FONT}',
    f'<font><sz val="10"/>{_FONT}',
    f'<font><b/><sz val="10"/><color rgb="FFFFFFFF"/>{_FONT}',
    f'<font><b/><sz val="13"/>{_FONT}',
)
_NO_BORDER, _BELOW = 0, 1
_NO_FILL, _DARK = 0, 2
_GENERAL, _CENTS, _KILOGRAMS = 0, 4, 164


class Style(IntEnum):
    """How a cell looks; the number is its place among the cell formats below."""

    PLAIN = 0
    TITLE = 1  # of a table's column: bold white on dark blue
    HEADLINE = 2
    LABEL = 3
    NAME = 4
    TEXT = 5
    COLUMN = 6  # the title of a column of the page
    CELL = 7
    MONEY = 8
    WEIGHT = 9
    TOTAL = 10
    NUMBER = 11  # of the package, large
    FIGURES = 12  # the title of a column of figures


# Font, fill, border, number format, alignment.
_FORMATS: Mapping[Style, tuple[int, int, int, int, str]] = {
    Style.PLAIN: (0, _NO_FILL, _NO_BORDER, _GENERAL, ""),
    Style.TITLE: (1, _DARK, _NO_BORDER, _GENERAL, 'vertical="center"'),
    Style.HEADLINE: (2, _NO_FILL, _NO_BORDER, _GENERAL, 'vertical="center"'),
    Style.LABEL: (3, _NO_FILL, _NO_BORDER, _GENERAL, 'vertical="top" wrapText="1"'),
    Style.NAME: (4, _NO_FILL, _NO_BORDER, _GENERAL, 'vertical="top" wrapText="1"'),
    Style.TEXT: (5, _NO_FILL, _NO_BORDER, _GENERAL, 'horizontal="left" vertical="top" wrapText="1"'),
    Style.COLUMN: (6, _DARK, _NO_BORDER, _GENERAL, 'vertical="center" wrapText="1"'),
    Style.CELL: (5, _NO_FILL, _BELOW, _GENERAL, 'horizontal="left" vertical="top" wrapText="1"'),
    Style.MONEY: (5, _NO_FILL, _BELOW, _CENTS, 'horizontal="right" vertical="top"'),
    Style.WEIGHT: (5, _NO_FILL, _BELOW, _KILOGRAMS, 'horizontal="right" vertical="top"'),
    Style.TOTAL: (4, _NO_FILL, _BELOW, _CENTS, 'horizontal="right" vertical="top"'),
    Style.FIGURES: (6, _DARK, _NO_BORDER, _GENERAL, 'horizontal="right" vertical="center" wrapText="1"'),
    Style.NUMBER: (7, _NO_FILL, _NO_BORDER, _GENERAL, 'horizontal="right" vertical="center"'),
}


def _format(font: int, fill: int, border: int, number: int, alignment: str) -> str:
    applied = f"<alignment {alignment}/></xf>" if alignment else "</xf>"
    return (
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
        f' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">{applied}'
    )


_BORDERS = (
    "<border><left/><right/><top/><bottom/><diagonal/></border>",
    '<border><left/><right/><top/><bottom style="hair"><color rgb="FF8796A3"/></bottom><diagonal/></border>',
)
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    f'<numFmts count="1"><numFmt numFmtId="{_KILOGRAMS}" formatCode="#,##0.000"/></numFmts>'
    f'<fonts count="{len(_FONTS)}">{"".join(_FONTS)}</fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    f'<fgColor rgb="{_ACCENT}"/><bgColor indexed="64"/></patternFill></fill></fills>'
    f'<borders count="{len(_BORDERS)}">{"".join(_BORDERS)}</borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(_FORMATS)}">{"".join(_format(*_FORMATS[style]) for style in Style)}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_MARGINS = '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
_FOOTER = (
    "<headerFooter><oddFooter>&amp;L&amp;F, for broker review&amp;RPage &amp;P of &amp;N</oddFooter>"
    "</headerFooter></worksheet>"
)
# As many pages long as it takes; as wide as `pages_wide`.
_FITTED = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_SETUP = '<pageSetup paperSize="{paper}" orientation="landscape" fitToWidth="{pages_wide}" fitToHeight="0"/>'

TABLE_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}">{_FITTED}<sheetViews><sheetView{{selected}} workbookViewId="0">'
    '{frozen}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
)
FROZEN = (
    '<pane ySplit="{rows}" topLeftCell="A{below}" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft"/>'
)
TABLE_FOOT = f"</sheetData>{_MARGINS}{_SETUP}{_FOOTER}"
PAGE_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}">{_FITTED}<sheetViews>'
    '<sheetView{selected} showGridLines="0" workbookViewId="0"/></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
)
PAGE_FOOT = f"</sheetData>{{merged}}{_MARGINS}{_SETUP}{_FOOTER}"


def sheet_path(number: int) -> str:
    """Path in the archive of the sheet with this number, from 1."""
    return f"xl/worksheets/sheet{number}.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """How a sheet is printed: the row repeated on each page, 0 for none, and the area."""

    name: str
    titles: int
    area: str


def around(
    printed: Sequence[Printed], title: str, comments: str, created: datetime
) -> Iterator[tuple[str, str]]:
    """Path and content of every part but the sheets; `created` is in UTC."""
    sheets = [(number, each.name) for number, each in enumerate(printed, start=1)]
    yield "[Content_Types].xml", _content_types(sheets)
    yield (
        "_rels/.rels",
        _relationships(
            ("officeDocument", f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"),
            ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
    )
    yield "docProps/core.xml", _properties(title, comments, created)
    yield "xl/workbook.xml", _book(printed)
    yield (
        "xl/_rels/workbook.xml.rels",
        _relationships(
            *(
                (f"sheet{number}", f"{_OFFICE}/relationships/worksheet", f"worksheets/sheet{number}.xml")
                for number, _ in sheets
            ),
            ("styles", f"{_OFFICE}/relationships/styles", "styles.xml"),
        ),
    )
    yield "xl/styles.xml", _STYLES


def _content_types(sheets: Sequence[tuple[int, str]]) -> str:
    parts = {
        "/xl/workbook.xml": f"{_TYPE}.spreadsheetml.sheet.main+xml",
        **{f"/{sheet_path(number)}": f"{_TYPE}.spreadsheetml.worksheet+xml" for number, _ in sheets},
        "/xl/styles.xml": f"{_TYPE}.spreadsheetml.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    named = "".join(f'<Override PartName="{path}" ContentType="{kind}"/>' for path, kind in parts.items())
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    )


def _relationships(*related: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{id_}" Type="{kind}" Target="{to}"/>' for id_, kind, to in related)
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _properties(title: str, comments: str, created: datetime) -> str:
    at = f'xsi:type="dcterms:W3CDTF">{created:%Y-%m-%dT%H:%M:%SZ}'
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(comments)}</dc:description>"
        f"<dcterms:created {at}</dcterms:created><dcterms:modified {at}</dcterms:modified>"
        "</cp:coreProperties>"
    )


def _book(printed: Sequence[Printed]) -> str:
    listed = "".join(
        f'<sheet name="{each.name}" sheetId="{number}" r:id="sheet{number}"/>'
        for number, each in enumerate(printed, start=1)
    )
    names = "".join(_names(place, each) for place, each in enumerate(printed))
    defined = f"<definedNames>{names}</definedNames>"
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><sheets>{listed}</sheets>'
        f"{defined}</workbook>"
    )


def _names(place: int, printed: Printed) -> str:
    def name(kind: str, reference: str) -> str:
        sheet = printed.name if printed.name.isalpha() else f"'{printed.name}'"
        to = f"{sheet}!{reference}"
        return f'<definedName name="_xlnm.{kind}" localSheetId="{place}">{to}</definedName>'

    titles = name("Print_Titles", f"${printed.titles}:${printed.titles}") if printed.titles else ""
    return name("Print_Area", printed.area) + titles
