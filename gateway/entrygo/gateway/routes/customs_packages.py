"""Customs packages and their documents."""

import base64
import re
from collections.abc import AsyncGenerator, AsyncIterator
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from entrygo.domain.errors import InternalError, NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples import exports as examples
from entrygo.gateway.exchange import Exchange, is_not_modified, json_answer
from entrygo.gateway.mapping.exports import customs_package
from entrygo.gateway.schemas.export_views import CustomsPackageAnswer
from entrygo.gateway.schemas.packages import PackageByNumber, PackageQuery, PackagesByNumber
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

MISSING_PACKAGE = "Customs package not found."
MISSING_ARTIFACT = "Artifact not found."

_FILENAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,255}")
_UNQUOTABLE = re.compile(r"[^A-Za-z0-9._ -]")


async def get_package(exchange: Exchange) -> Response:
    """GET /api/customs-packages/{id}: its state and documents; 404 for one that the key does not reach."""
    package_id = exchange.path_id(MISSING_PACKAGE)
    request = inspection_pb2.GetCustomsPackageRequest(id=package_id)
    found = await exchange.read(exchange.services.inspection.GetCustomsPackage, request)
    return json_answer(customs_package(found))


async def find_packages(exchange: Exchange) -> Response:
    """GET /api/customs-packages?number=…: those with this package number or entry number, on one page."""
    request = execution_pb2.FindCustomsPackagesRequest(number=exchange.query(PackageQuery).number)
    found = await exchange.read(exchange.services.execution.FindCustomsPackages, request)
    data: list[PackageByNumber] = [
        {
            "customsPackageId": each.id,
            "packageNumber": each.package_number,
            "exportId": each.export_id,
            "entryNumbers": list(each.entry_numbers),
        }
        for each in found.data
    ]
    answer: PackagesByNumber = {"data": data, "hasMore": False, "nextCursor": None}
    return json_answer(answer)


async def get_artifact(exchange: Exchange) -> Response:
    """GET /api/customs-packages/{id}/artifacts/{filename}: the bytes, streamed."""
    return await _document(exchange, *await open_artifact(exchange))


async def open_artifact(
    exchange: Exchange,
) -> tuple[events_pb2.Artifact, AsyncGenerator[execution_pb2.ArtifactChunk, None]]:
    """What the document that the path names is, and its bytes, which the caller closes. Raises NotFound."""
    package_id = exchange.path_id(MISSING_PACKAGE)
    filename: str = exchange.request.path_params["filename"]
    if not _FILENAME.fullmatch(filename):
        raise NotFound(MISSING_ARTIFACT)
    request = execution_pb2.GetArtifactRequest(customs_package_id=package_id, filename=filename)
    chunks = exchange.document(exchange.services.execution.GetArtifact, request)
    return await described(chunks), chunks


async def described(chunks: AsyncGenerator[execution_pb2.ArtifactChunk, None]) -> events_pb2.Artifact:
    """What the first chunk of a document says of it; where it says nothing, the document is closed."""
    first = await anext(chunks, None)
    if first is None or first.WhichOneof("part") != "artifact":
        await chunks.aclose()
        raise InternalError
    return first.artifact


async def _document(
    exchange: Exchange,
    artifact: events_pb2.Artifact,
    chunks: AsyncGenerator[execution_pb2.ArtifactChunk, None],
) -> Response:
    headers = document_headers(artifact)
    if is_not_modified(exchange.request, headers["etag"]):
        await chunks.aclose()
        return Response(status_code=304, headers={"etag": headers["etag"]})
    if exchange.request.method == "HEAD":
        await chunks.aclose()
        return Response(headers=headers)
    return StreamingResponse(bytes_of(chunks), headers=headers)


async def bytes_of(chunks: AsyncGenerator[execution_pb2.ArtifactChunk, None]) -> AsyncIterator[bytes]:
    """The bytes of a document whose first chunk, the description, was read already."""
    async for chunk in chunks:
        yield chunk.content


def document_headers(artifact: events_pb2.Artifact) -> dict[str, str]:
    """Length and digest let a client prove that it got the whole document (RFC 9530, RFC 6266)."""
    digest = base64.b64encode(bytes.fromhex(artifact.sha256)).decode("ascii")
    plain_name = _UNQUOTABLE.sub("_", artifact.filename)
    disposition = f'attachment; filename="{plain_name}"'
    if plain_name != artifact.filename:
        disposition += f"; filename*=UTF-8''{quote(artifact.filename, safe='')}"
    return {
        "content-type": artifact.media_type,
        "content-length": str(artifact.size_bytes),
        "content-disposition": disposition,
        "repr-digest": f"sha-256=:{digest}:",
        "etag": f'"{artifact.sha256}"',
        # A document is shown without rights, should a browser be made to render it.
        "content-security-policy": "sandbox",
    }


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/customs-packages",
        handler=find_packages,
        tag="Customs packages",
        name="findCustomsPackages",
        summary="Find packages by a number",
        description="By the number of a package, or of an entry that its broker gave, with or without dashes."
        " Newest first, 20 at most.",
        query=PackageQuery,
        answer=PackagesByNumber,
    ),
    Endpoint(
        method="GET",
        path="/api/customs-packages/{id}",
        handler=get_package,
        tag="Customs packages",
        name="getCustomsPackage",
        summary="Read a customs package",
        description="State and artifact inventory of one package.",
        answer=CustomsPackageAnswer,
        errors=(NotFound,),
        answer_example=examples.CUSTOMS_PACKAGE_ANSWER,
        path_parameters={"id": "Customs package ID"},
    ),
    Endpoint(
        method="GET",
        path="/api/customs-packages/{id}/artifacts/{filename}",
        handler=get_artifact,
        tag="Customs packages",
        name="getArtifact",
        summary="Download a document",
        description="The bytes, with the Content-Type of the document, Content-Length, Content-Disposition,"
        " Repr-Digest (sha-256) and ETag.",
        media_type="application/octet-stream",
        has_etag=True,
        errors=(NotFound,),
        path_parameters={
            "id": "Customs package ID",
            "filename": "As listed in the package, e.g. manifest.json",
        },
    ),
)
