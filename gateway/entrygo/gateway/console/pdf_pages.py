"""Pages of a PDF as pictures, from the stored bytes. No I/O.

A page shows them because phones show no PDF inside a page. PDFium must not be entered by two threads at once.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from entrygo.process.late_imports import imported_late

# Of a picture, in pixels: an A4 page of text is read well at it.
WIDTH = 1_400
MAX_HEIGHT = 4_000
# Deflate's fastest: half the time of the usual level for a tenth more bytes.
COMPRESSION = 1

_ENTERED = Lock()
# Read once somebody looks at a PDF, which is within the lock; it takes a tenth of a second.
_PDFIUM: Any = imported_late("pypdfium2")


class NotShown(ValueError):
    """The bytes are no PDF that can be shown, or have no such page."""


def count_pages(content: bytes) -> int:
    """How many pages a PDF has; NotShown."""
    with _opened(content) as document:
        return len(document)


def picture(content: bytes, number: int) -> bytes:
    """The page `number`, from 1, as a PNG; NotShown."""
    with _opened(content) as document:
        if not 1 <= number <= len(document):
            raise NotShown(f"no page {number}")
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / width, MAX_HEIGHT / height)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        rows, size, stride = bytes(bitmap.buffer), (bitmap.width, bitmap.height), bitmap.stride
    return _png(rows, *size, stride)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    with _ENTERED:
        try:
            document = _PDFIUM.PdfDocument(content)
        except _PDFIUM.PdfiumError as error:
            raise NotShown("no PDF") from error
        try:
            yield document
        finally:
            document.close()


def _png(pixels: bytes, width: int, height: int, stride: int) -> bytes:
    """RGB of eight bits a colour; each row without a filter."""
    rows = b"".join(b"\0" + pixels[at : at + 3 * width] for at in range(0, stride * height, stride))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, COMPRESSION)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
