"""PDF by typst in the fonts that are shipped: which characters they have, and how wide. No font of the
machine is used. Text goes in as data and is never read as markup."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate, groupby
from pathlib import Path
from struct import Struct

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import noto_cjk_sans_otc
import orjson
import typst
from anyascii import anyascii
from fontTools.ttLib import TTFont

# In the order in which a character is looked for.
FAMILIES = ("Noto Sans", "Noto Sans CJK SC", "Noto Sans Arabic")
FONT_FILES = (
    Path(fontpkg_noto_sans.ROOT) / "files" / "NotoSans[wdth,wght].ttf",
    Path(str(noto_cjk_sans_otc.FONT_PATH)),
    Path(fontpkg_noto_sans_arabic.ROOT) / "files" / "NotoSansArabic[wdth,wght].ttf",
)
# Marks a text in which letters that no shipped font has are written in Latin ones.
TRANSLITERATED = " †"
_NO_LETTERS = "?"
# Typst puts the time of its run into a PDF unless given another; the document's own date stands in its text.
_NO_TIME = 0
# Typst forgets what it remembers of a document once this many others have been set.
_REMEMBERED = 10
# Characters of data: some two hundred lines, or the entries and the listed part of thousands of orders.
_LARGE = 60_000
_LONGEST_CODE = 8
_LONGEST_WORD = 20
_BREAK = "\u200b"
# In characters, of which as many fit into the narrowest column; a place after each would be slow to set.
_BREAK_EVERY = 4
_CUT = "…"
_CUT_WIDTH = 1.0
# Of the table hmtx: advance and left side bearing of a glyph; the last one's advance is that of all after it.
_METRIC = Struct(">Hh")
# By destination; everywhere else prints on A4.
_LETTER_COUNTRIES = frozenset({"US", "CA", "MX"})


def pdf(source: bytes, view: Mapping[str, object]) -> bytes:
    """The pages that a typst template sets of a view; equal arguments give equal bytes."""
    data = orjson.dumps({**view, "fonts": FAMILIES}).decode()
    content = _compiled(source, data)
    if len(data) > _LARGE:
        # Else the memory of large documents, up to a hundred MB each, would be kept until ten more came.
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
    """The beginning of the text that fits one line of this width (in units of the font size)."""
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


@cache
def shipped_fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(file.parent) for file in FONT_FILES],
    )


@cache
def character_widths() -> Mapping[str, float]:
    """Every character that a font has a glyph for, with its width in the font's size."""
    return {char: width for file in reversed(FONT_FILES) for char, width in _widths(file)}


def _widths(file: Path) -> Iterator[tuple[str, float]]:
    # The first face of the collection of Chinese, Japanese and Korean stands for its sisters.
    with TTFont(file, fontNumber=0, lazy=True) as font:
        # Names of our own for the glyphs: theirs are in the table of the outlines, tens of MB to be read.
        font.setGlyphOrder([str(glyph) for glyph in range(font["maxp"].numGlyphs)])
        em, measured = font["head"].unitsPerEm, font["hhea"].numberOfHMetrics
        metrics = font.getTableData("hmtx")[: measured * _METRIC.size]
        # Few widths are those of many thousands: one figure for all that are the same.
        widths = dict[int, float]()
        of_glyph = [widths.setdefault(advance, advance / em) for advance, _ in _METRIC.iter_unpack(metrics)]
        for code, glyph in font.getBestCmap().items():
            yield chr(code), of_glyph[min(int(glyph), measured - 1)]


def text_width(text: str, before: float = 0.0) -> float:
    """In the font's size, that of what stands `before` it included; kerning is left out.

    For text that the fonts have.
    """
    return sum(map(character_widths().__getitem__, text), before)


@lru_cache(maxsize=16_384)
def in_shipped_fonts(text: str) -> str:
    """The text without characters that the shipped fonts lack."""
    covered = character_widths()
    if text.isascii() or all(char in covered for char in text):
        return text
    runs = groupby(text, key=covered.__contains__)
    return "".join(_shown("".join(run), is_covered) for is_covered, run in runs) + TRANSLITERATED


def _shown(run: str, is_covered: bool) -> str:
    return run if is_covered else anyascii(run) or _NO_LETTERS
