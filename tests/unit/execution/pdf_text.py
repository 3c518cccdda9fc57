"""Reads PDFs back: their text, and whether a character was printed as an empty box."""

import io
from functools import lru_cache

from pypdf import PdfReader
from pypdf.generic import ContentStream

MISSING_GLYPH = b"\x00\x00"


@lru_cache(maxsize=8)
def pages_of(content: bytes) -> tuple[str, ...]:
    """The text of each page; read once, whoever else asks for that of the same file."""
    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def text_of(content: bytes) -> str:
    return "\n".join(pages_of(content))


def lowest_of(content: bytes, start: str) -> float:
    """How far above the foot of its page, in points, the lowest text stands that begins like this."""
    return min(height for text, height in _heights(content) if text.startswith(start))


@lru_cache(maxsize=1)
def _heights(content: bytes) -> tuple[tuple[str, float], ...]:
    """Each piece of text, and how far above the foot of its page it stands."""
    found: list[tuple[str, float]] = []

    def visit(text: str, outer: list[float], inner: list[float], _font: object, _size: float) -> None:
        found.append((text.strip(), inner[4] * outer[1] + inner[5] * outer[3] + outer[5]))

    for page in PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=visit)
    return tuple(found)


def has_empty_boxes(content: bytes) -> bool:
    """Glyph 0 of a font is what stands for a character that the font has not."""
    return any(MISSING_GLYPH in _glyphs(shown) for shown in _shown(content))


def _glyphs(shown: bytes) -> set[bytes]:
    return {shown[at : at + 2] for at in range(0, len(shown), 2)}


def _shown(content: bytes) -> list[bytes]:
    reader = PdfReader(io.BytesIO(content))
    found: list[bytes] = []
    for page in reader.pages:
        stream = ContentStream(page.get_contents(), reader)
        for operands, operator in stream.operations:
            if operator == b"TJ":
                found += [part.original_bytes for part in operands[0] if hasattr(part, "original_bytes")]
            if operator == b"Tj":
                found.append(operands[0].original_bytes)
    return found
