"""Documents of a package: shown on a page as far as a browser can do that without rights, and downloaded."""

import asyncio
import codecs
import csv
import io
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import orjson
from starlette.responses import Response, StreamingResponse

from entrygo.domain.errors import NotFound
from entrygo.domain.template_layout import DELIMITERS
from entrygo.gateway.console.pdf_pages import NotShown, count_pages, picture
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.routes.customs_packages import (
    MISSING_ARTIFACT,
    MISSING_PACKAGE,
    bytes_of,
    document_headers,
    open_artifact,
)
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

T = TypeVar("T")

DOCUMENT = "/packages/{id}/documents/{filename}"
# What a page shows of a long file; the file itself is a click away.
SHOWN_BYTES = 256 * 1024
SHOWN_ROWS = 200
SHOWN_PAGES = 40
MAX_LOOKED_AT = 32 * 1024 * 1024
# A document never changes under its name, and nobody else's browser keeps it.
PICTURE = {"cache-control": "private, max-age=86400", "cross-origin-resource-policy": "same-origin"}
# A page of the package may be framed by our own page, without script, form or origin of its own.
FRAMED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


async def show(visit: Visit) -> Response:
    """GET …/documents/{filename}: the document on a page."""
    package_id, filename = visit.path_id(MISSING_PACKAGE), visit.request.path_params["filename"]
    package = await visit.read(
        visit.services.inspection.GetCustomsPackage, inspection_pb2.GetCustomsPackageRequest(id=package_id)
    )
    artifact = next((one for one in package.artifacts if one.filename == filename), None)
    if artifact is None:
        raise NotFound(MISSING_ARTIFACT)
    return visit.page(
        "document.html",
        filename=filename,
        artifact=artifact,
        export_id=package.export_batch_id,
        address=f"/packages/{package_id}/documents/{quote(filename, safe='')}",
        **await _view(visit, artifact),
    )


async def _view(visit: Visit, artifact: events_pb2.Artifact) -> dict[str, Any]:
    media_type = artifact.media_type.partition(";")[0]
    if media_type == "text/html":
        return {"view": "frame"}
    if media_type == "application/pdf":
        return await _pages(visit)
    if media_type == "text/csv":
        return await _table(visit)
    if media_type == "application/json":
        text, is_cut = await _beginning(visit)
        return {"view": "text", "text": text if is_cut else _indented(text), "is_cut": is_cut}
    if media_type.startswith("text/"):
        text, is_cut = await _beginning(visit)
        return {"view": "text", "text": text, "is_cut": is_cut}
    return {"view": "none"}


async def _table(visit: Visit) -> dict[str, Any]:
    text, is_cut = await _beginning(visit)
    try:
        rows = _rows(text)
    except csv.Error:
        # A cell is longer than what such a reader takes.
        return {"view": "text", "text": text, "is_cut": is_cut}
    return {
        "view": "table",
        "rows": rows[: SHOWN_ROWS + 1] or [[]],
        "is_cut": is_cut or len(rows) > SHOWN_ROWS + 1,
    }


async def _pages(visit: Visit) -> dict[str, Any]:
    content = await _whole(visit)
    if content is None:
        return {"view": "none"}
    try:
        pages = await _aside(visit, count_pages, content)
    except NotShown:
        return {"view": "none"}
    return {"view": "pages", "pages": pages, "shown": min(pages, SHOWN_PAGES)}


async def page(visit: Visit) -> Response:
    """GET …/pages/{number}: a page of a PDF as a picture."""
    number = visit.request.path_params["number"]
    content = await _whole(visit) if number.isascii() and number.isdecimal() and len(number) < 5 else None
    if content is None:
        raise NotFound(MISSING_ARTIFACT)
    try:
        png = await _aside(visit, picture, content, int(number))
    except NotShown as error:
        raise NotFound(MISSING_ARTIFACT) from error
    return Response(png, headers=PICTURE, media_type="image/png")


async def _aside(visit: Visit, work: Callable[..., T], *arguments: Any) -> T:
    """In a thread, as it takes a while, and in turn with others who read much."""
    async with visit.readers:
        return await asyncio.to_thread(work, *arguments)


async def _whole(visit: Visit) -> bytes | None:
    """A document's bytes; None where it is too large to be looked at here."""
    artifact, chunks = await open_artifact(visit)
    try:
        if artifact.size_bytes > MAX_LOOKED_AT or artifact.media_type.partition(";")[0] != "application/pdf":
            return None
        return b"".join([chunk.content async for chunk in chunks])
    finally:
        await chunks.aclose()


def _rows(text: str) -> list[list[str]]:
    """By what stands between the cells of the first line: all are quoted, and not all layouts have commas."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS.values(), key=lambda each: first.count(f'"{each}"'))
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]


def _decoded(content: bytes) -> str:
    """UTF-8, where the end of a letter may be cut off; a broker's layout may be in an older encoding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(content)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _indented(text: str) -> str:
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()
    except ValueError:
        return text


async def _beginning(visit: Visit) -> tuple[str, bool]:
    """The first part of a document as text, and whether more follows."""
    _, chunks = await open_artifact(visit)
    content = b""
    try:
        async for chunk in chunks:
            content += chunk.content
            if len(content) > SHOWN_BYTES:
                return _decoded(content[:SHOWN_BYTES]), True
    finally:
        await chunks.aclose()
    return _decoded(content), False


async def download(visit: Visit) -> Response:
    """GET …/file: the bytes, as a file."""
    artifact, chunks = await open_artifact(visit)
    return StreamingResponse(bytes_of(chunks), headers=document_headers(artifact))


async def framed(visit: Visit) -> Response:
    """GET …/shown: an HTML document, for the frame of its page."""
    artifact, chunks = await open_artifact(visit)
    if artifact.media_type.partition(";")[0] != "text/html":
        await chunks.aclose()
        raise NotFound(MISSING_ARTIFACT)
    headers = {**document_headers(artifact), "content-security-policy": FRAMED}
    headers["content-disposition"] = headers["content-disposition"].replace("attachment", "inline", 1)
    return StreamingResponse(bytes_of(chunks), headers=headers)


PAGES = (
    Page("GET", DOCUMENT, show),
    Page("GET", f"{DOCUMENT}/file", download, streams=True, is_file=True),
    Page("GET", f"{DOCUMENT}/shown", framed, streams=True),
    Page("GET", f"{DOCUMENT}/pages/{{number}}", page, streams=True, is_file=True),
)
