"""Texts of other scripts that a document writes in Latin capitals: said so, with the original. Pure.

The sound is that of one language: what is written in Chinese characters comes out as Mandarin, so that a
Japanese firm gets a name that it does not bear. Accents alone are no matter of doubt.
"""

import unicodedata
from collections.abc import Iterable

from entrygo.execution.package.json_values import Json
from entrygo.execution.package.printable import ascii_capitals, clean_text

NOTE = (
    "Written by sound, character by character, Chinese characters as in Mandarin whatever the language:"
    " ask for the name in Latin letters as the firm bears it."
)


def transliterated(texts: Iterable[str | None]) -> Json:
    """The note and each such text once, in their order; empty where all is in Latin letters."""
    originals = dict.fromkeys(cleaned for each in texts if not _is_latin(cleaned := clean_text(each)))
    if not originals:
        return {}
    listed = [{"original": each, "written": ascii_capitals(each)} for each in originals]
    return {"transliterated": {"note": NOTE, "texts": listed}}


def _is_latin(text: str) -> bool:
    return text.isascii() or not any(
        char.isalpha() and not unicodedata.name(char, "").startswith("LATIN") for char in text
    )
