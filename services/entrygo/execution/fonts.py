"""The fonts that are shipped for documents: which characters they have, and how wide. No font of the machine
is used."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import noto_cjk_sans_otc
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
        advances, em = font["hmtx"].metrics, font["head"].unitsPerEm
        for code, glyph in font.getBestCmap().items():
            yield chr(code), advances[glyph][0] / em


def text_width(text: str) -> float:
    """In the font's size; kerning is left out. For text that the fonts have."""
    widths = character_widths()
    return sum(widths[char] for char in text)


@lru_cache(maxsize=16_384)
def in_shipped_fonts(text: str) -> str:
    """The text with nothing in it that would print as an empty box."""
    covered = character_widths()
    if text.isascii() or all(char in covered for char in text):
        return text
    runs = groupby(text, key=covered.__contains__)
    return "".join(_shown("".join(run), is_covered) for is_covered, run in runs) + TRANSLITERATED


def _shown(run: str, is_covered: bool) -> str:
    return run if is_covered else anyascii(run) or _NO_LETTERS
