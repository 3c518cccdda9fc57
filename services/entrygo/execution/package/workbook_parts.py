"""The parts of an XLSX workbook that are not its rows (ECMA-376 Part 1 and Part 2)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument"

# The style of a header's cells: bold white on dark blue.
TITLE_STYLE = 1

SHEET_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView{{selected}} workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
)
SHEET_FOOT = (
    '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    '<pageSetup orientation="landscape"/>'
    "<headerFooter><oddFooter>&amp;L&amp;F, for broker review&amp;RPage &amp;P of &amp;N</oddFooter>"
    "</headerFooter></worksheet>"
)
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FF12466B"/><bgColor indexed="64"/></patternFill></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"'
    ' applyAlignment="1"><alignment vertical="center"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def sheet_path(number: int) -> str:
    """Where the sheet of this number, from 1 on, lies in the archive."""
    return f"xl/worksheets/sheet{number}.xml"


def around(names: Sequence[str], title: str, comments: str, created: datetime) -> Iterator[tuple[str, str]]:
    """Path and content of every part but the sheets; `names` are those of the sheets, `created` is in UTC."""
    sheets = list(enumerate(names, start=1))
    yield "[Content_Types].xml", _content_types(sheets)
    yield (
        "_rels/.rels",
        _relationships(
            ("officeDocument", f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"),
            ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
    )
    yield "docProps/core.xml", _properties(title, comments, created)
    yield "xl/workbook.xml", _book(sheets)
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


def _book(sheets: Sequence[tuple[int, str]]) -> str:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="sheet{number}"/>' for number, name in sheets
    )
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number - 1}">{name}!$1:$1</definedName>'
        for number, name in sheets
    )
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><sheets>{listed}</sheets>'
        f"<definedNames>{titles}</definedNames></workbook>"
    )
