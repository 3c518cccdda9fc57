"""Reads the form with a file in it (RFC 7578). The file stays in memory, where its size is bounded."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import PurePosixPath

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from entrygo.domain.errors import PayloadTooLarge, UnsupportedMediaType, ValidationFailed
from entrygo.gateway.console.files.carried import MAX_BYTES, TOO_LARGE
from entrygo.gateway.console.visit import Visit
from entrygo.gateway.forms import PLEASE, storable

MULTIPART = "multipart/form-data"
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, and what it was said to hold; empty where it is to be recognised."""

    name: str
    content: bytes
    kind: str


class _InMemory(MultiPartParser):
    spool_max_size = 2 * MAX_BYTES


async def read_upload(visit: Visit) -> Upload:
    """The file of the form. ValidationFailed without one, PayloadTooLarge beyond MAX_BYTES."""
    headers = visit.request.headers
    if headers.get("content-type", "").partition(";")[0].strip().lower() != MULTIPART:
        raise UnsupportedMediaType(PLEASE)
    try:
        form = await _InMemory(headers, _once(visit.content), max_files=1, max_fields=4).parse()
    except MultiPartException as error:
        raise UnsupportedMediaType(PLEASE) from error
    try:
        return await _upload(form)
    finally:
        await form.close()


async def _upload(form: FormData) -> Upload:
    file, kind = form.get("file"), form.get("kind")
    if not isinstance(file, UploadFile) or not file.size:
        raise ValidationFailed.of([("file", "Choose a file that is not empty", "invalid_type")])
    if file.size > MAX_BYTES:
        raise PayloadTooLarge(TOO_LARGE)
    name = PurePosixPath(storable(file.filename or "").replace("\\", "/")).name
    return Upload(name[-MAX_NAME:] or "file", await file.read(), kind if isinstance(kind, str) else "")


async def _once(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content
