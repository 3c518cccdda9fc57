"""The number of an entry with its check digit, as ACE computes it (ABI CATAIR, Appendix E). Pure.

Filer code (three letters or digits), seven digits, check digit. Printed as CBP Form 7501 prints it:
ABC-1234567-6.
"""

import re

_FORM = re.compile(r"([A-Z0-9]{3})[- ]?([0-9]{7})[- ]?([0-9])")
FILER_CODE = re.compile(r"[A-Z0-9]{3}")
# A to I and J to R count 1 to 9, S to Z count 2 to 9.
_VALUES = {letter: 1 + place % 9 for place, letter in enumerate("ABCDEFGHIJKLMNOPQR")} | {
    letter: 2 + place for place, letter in enumerate("STUVWXYZ")
}


def entry_number(filer_code: str, serial: int) -> str:
    """The number that a filer gives its entry with this serial number, at most seven digits."""
    body = f"{filer_code}{serial:07d}"
    return f"{filer_code}-{body[3:]}-{check_digit(body)}"


def parts_of(text: str) -> tuple[str, str, str] | None:
    """Filer code, serial number and check digit; None for what has not the form. `text` in upper case."""
    match = _FORM.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3])


def filer_of(number: str) -> str:
    """The filer code of a number in its printed form."""
    return number[:3]


def check_digit(body: str) -> int:
    """Of filer code and serial number, ten characters: every second one counts double."""
    total = 0
    for place, character in enumerate(body, start=1):
        value = _VALUES.get(character) or int(character)
        if place % 2 == 0:
            value *= 2
        # Of a doubled value above nine its digits count.
        total += value - 9 if value > 9 else value
    return -total % 10
