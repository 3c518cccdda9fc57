"""Files dropped on the console: bombs, entities, formulas, what is no table, and too much of it."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from itertools import pairwise

import httpx

from entrygo.gateway.console.cookies import PLAIN_NAME
from tests.attack.tally import Tally
from tests.attack.target import Target, ask_raw

CONNECTIONS = 3
ANSWER_SECONDS = 120.0
ANNOUNCED = (
    b"POST /files HTTP/1.1\r\nhost: a\r\naccept: text/html\r\nsec-fetch-site: same-origin\r\ncookie: %b\r\n"
    b"content-type: multipart/form-data; boundary=x\r\ncontent-length: %d\r\n\r\n"
)
HEADERS = {"accept": "text/html", "sec-fetch-site": "same-origin"}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OF_PACKAGES = "http://schemas.openxmlformats.org/package/2006"
OF_DOCUMENTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FIRST_ROW = '<row r="1"><c t="inlineStr"><is><t>order_id</t></is></c></row>'
FORMULA = "=HYPERLINK('https://evil.example','x')"
LETTERS = "abcdefghij"
LAUGHS = '<!ENTITY a "ha">' + "".join(
    '<!ENTITY {} "{}">'.format(name, f"&{before};" * 10) for before, name in pairwise(LETTERS)
)


async def drop_files(target: Target, tally: Tally) -> None:
    """Each of them, again and again, with a good session of another account."""
    files = await asyncio.to_thread(lambda: tuple(bad_files()))
    async with target.http(CONNECTIONS) as http:
        http.timeout = httpx.Timeout(ANSWER_SECONDS)
        signed_in = await http.post("/login", data={"key": await target.foreign_key()}, headers=HEADERS)
        headers = {**HEADERS, "cookie": f"{PLAIN_NAME}={signed_in.cookies[PLAIN_NAME]}"}
        http.cookies.clear()
        while True:
            for name, content in files:
                answer = await http.post("/files", files={"file": (name, content)}, headers=headers)
                tally.count_http(answer.status_code, answer.content, f"the file {name}")
                tally.look_for((*target.marks, b"root:x:"), answer.content, f"the file {name}")
            cookie = headers["cookie"].encode()
            await ask_raw(target, ANNOUNCED % (cookie, 200 * 1024 * 1024), tally, "200 MB of CSV")


def bad_files() -> Iterator[tuple[str, bytes]]:
    """By their names."""
    yield "strings.xlsx", workbook(FIRST_ROW, shared="<si><t>a</t></si>" * 480_000)
    yield "too-many-strings.xlsx", workbook(FIRST_ROW, shared="<si><t>a</t></si>" * 1_500_000)
    yield "cells.xlsx", workbook(FIRST_ROW + "<row>" + "<c><v>1</v></c>" * 20_000 + "</row>")
    yield "too-many-cells.xlsx", workbook(FIRST_ROW + "<row>" + "<c><v>1</v></c>" * 1_500_000 + "</row>")
    yield "rows.xlsx", workbook(FIRST_ROW + "<row/>" * 300_000)
    yield "too-long.xlsx", workbook(FIRST_ROW + f"<row><c><v>{'1' * 60_000_000}</v></c></row>")
    yield "laughs.xlsx", workbook(FIRST_ROW + cell("&j;"), doctype=f"<!DOCTYPE x [{LAUGHS}]>")
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    yield "outside.xlsx", workbook(FIRST_ROW + cell("&a;"), doctype=outside)
    yield "no-workbook.xlsx", b"PK\x03\x04" + bytes(100_000)
    yield "formula.csv", f"order_id,destination_country\n{FORMULA},US\n@x,-1+1\n".encode()
    yield "wide.csv", b"a," * 400_000 + b"a\n"
    yield "long.csv", b"order_id\n" + b"1\n" * 1_500_000
    yield "quote.csv", b'order_id\n"' + b"x" * 3_000_000
    yield "nul.csv", b"order_id\n\0\n"
    yield "lines.ndjson", b'{"externalId":' + b"[" * 200_000
    yield "../../etc/passwd", b"order_id\n1\n"


def workbook(rows: str, *, shared: str = "", doctype: str = "") -> bytes:
    """An XLSX with these rows and shared strings."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _types())
        archive.writestr("_rels/.rels", _relations(officeDocument="xl/workbook.xml"))
        sheets = f'<sheets><sheet name="a" sheetId="1" r:id="worksheet" xmlns:r="{OF_DOCUMENTS}"/></sheets>'
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}">{sheets}</workbook>')
        related = _relations(worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml")
        archive.writestr("xl/_rels/workbook.xml.rels", related)
        sheet = f'{doctype}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
    return content.getvalue()


def cell(text: str) -> str:
    """A row with one cell."""
    return f'<row r="2"><c t="inlineStr"><is><t>{text}</t></is></c></row>'


def _types() -> str:
    of_sheets = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet",
        "/xl/sharedStrings.xml": "sharedStrings",
    }  # fmt: skip
    listed = "".join(
        f'<Override PartName="{part}" ContentType="{of_sheets}.{kind}+xml"/>' for part, kind in parts.items()
    )
    rels = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    return f'<Types xmlns="{OF_PACKAGES}/content-types">{rels}{listed}</Types>'


def _relations(**targets: str) -> str:
    listed = "".join(
        f'<Relationship Id="{kind}" Type="{OF_DOCUMENTS}/{kind}" Target="{where}"/>'
        for kind, where in targets.items()
    )
    return f'<Relationships xmlns="{OF_PACKAGES}/relationships">{listed}</Relationships>'
