"""External text made safe to print: removes characters that readers must not see. Format-independent."""

import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Excel, LibreOffice and Sheets read a cell that opens with one of these as a formula. The pipe is for readers
# that take it for the end of a cell: what follows it would open the next one.
FORMULA_OPENERS = frozenset("=+-@|＝＋－＠｜﹢﹣﹦﹫")
_SPACES = frozenset("\t\n\v\f\r\x85\u2028\u2029")
# Controls, format characters (bidi overrides, zero-width, tags), lone surrogates, private use, unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@lru_cache(maxsize=16_384)
def clean_text(text: str | None) -> str:
    """NFC text of visible characters only; line breaks and tabs become spaces. None is empty."""
    if text is None:
        return ""
    if text.isascii() and text.isprintable():
        return text.strip()
    visible = (" " if char in _SPACES else char for char in text)
    kept = "".join(char for char in visible if unicodedata.category(char) not in _HIDDEN)
    return unicodedata.normalize("NFC", kept).strip()


@lru_cache(maxsize=16_384)
def spreadsheet_text(text: str | None) -> str:
    """Clean text that no spreadsheet takes for a formula: a leading apostrophe marks such a cell as text."""
    cleaned = clean_text(text)
    return f"'{cleaned}" if cleaned[:1] in FORMULA_OPENERS else cleaned


@lru_cache(maxsize=16_384)
def dotted_hts(code: str | None) -> str:
    """The code as the tariff prints it: 6110202041 is 6110.20.20.41, 99038803 is 9903.88.03.

    What has not eight or ten digits stays as it is.
    """
    cleaned = clean_text(code)
    digits = cleaned.replace(".", "")
    if len(digits) not in (8, 10) or not digits.isdigit():
        return cleaned
    return ".".join([digits[:4], *(digits[start : start + 2] for start in range(4, len(digits), 2))])


def undotted_hts(code: str | None) -> str:
    """The code without dots, as filing software takes it."""
    return clean_text(code).replace(".", "")


def ascii_capitals(text: str) -> str:
    """Text for ACE: transliterated, ASCII capitals, single spaces."""
    return " ".join(anyascii(text).upper().split())
