"""PDF by typst from the templates beside the documents. Text goes in as data and is never read as markup."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate

import orjson
import typst

from entrygo.execution.fonts import FAMILIES, in_shipped_fonts, shipped_fonts, text_width

# Typst puts a creation date into a PDF unless told which; the document's own date stands in its text.
_NO_TIME = 0
# Typst forgets what it remembers of a document once this many others have been set.
_REMEMBERED = 10
_LARGE = 100_000
_LONGEST_CODE = 8
_LONGEST_WORD = 20
_BREAK = "\u200b"
# In characters, of which as many fit into the narrowest column; a place after each would be slow to set.
_BREAK_EVERY = 4
_CUT = "…"
_CUT_WIDTH = 1.0
# By destination; everywhere else prints on A4.
_LETTER_COUNTRIES = frozenset({"US", "CA", "MX"})


def pdf(template: str, view: Mapping[str, object]) -> bytes:
    """Equal arguments give equal bytes."""
    data = orjson.dumps({**view, "fonts": FAMILIES}).decode()
    content = _compiled(_source(template), data)
    if len(data) > _LARGE:
        # Else the memory of the largest documents, some hundred MB each, would be kept until ten more came.
        for _ in range(_REMEMBERED + 1):
            _compiled(b"", "")
    return content


def _compiled(source: bytes, data: str) -> bytes:
    content = typst.compile(
        source,
        font_paths=shipped_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"view": data},
        timestamp=_NO_TIME,
        format="pdf",
    )
    assert isinstance(content, bytes)
    return content


@cache
def _source(template: str) -> bytes:
    return (files("entrygo.execution.documents") / "templates" / template).read_bytes()


def paper_for(country: str) -> str:
    return "us-letter" if country in _LETTER_COUNTRIES else "a4"


def printable(value: object) -> object:
    """A value in which every text has glyphs, and may break where it must."""
    if isinstance(value, str):
        return _breakable(in_shipped_fonts(value), _LONGEST_WORD)
    if isinstance(value, Mapping):
        return {name: printable(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [printable(each) for each in value]
    return value


def printable_code(text: str) -> str:
    """A code or figure for a narrow column."""
    return _breakable(in_shipped_fonts(text), _LONGEST_CODE)


@lru_cache(maxsize=16_384)
def printable_line(text: str, width: float) -> str:
    """As much of the text as one line of this width, in the font's size, has room for."""
    shown = in_shipped_fonts(text)
    if text_width(shown) <= width:
        return shown
    widths = accumulate(text_width(char) for char in shown)
    kept = sum(1 for so_far in widths if so_far + _CUT_WIDTH <= width)
    return shown[:kept].rstrip() + _CUT


@lru_cache(maxsize=16_384)
def _breakable(text: str, longest: int) -> str:
    """Longer words get places to break at, so that none runs into the next column."""
    return " ".join(word if len(word) <= longest else _broken(word) for word in text.split(" "))


def _broken(word: str) -> str:
    return _BREAK.join(word[start : start + _BREAK_EVERY] for start in range(0, len(word), _BREAK_EVERY))
