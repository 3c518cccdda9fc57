"""Checks of entry numbers and filer codes; wherever one is taken in, it is taken in by these."""

from entrygo.domain.entry_number import FILER_CODE, check_digit, filer_of, parts_of
from entrygo.requests.issues import Wrong

# Characters of what somebody looks for as a number of a package or an entry.
MAX_NUMBER = 64


def entry_number(value: str) -> str:
    """As it is printed, ABC-1234567-6: dashes, blanks around it and lower case make no difference."""
    parts = parts_of(value.strip().upper())
    if parts is None:
        raise Wrong("An entry number has a filer code, seven digits and a check digit: ABC-1234567-6")
    filer, serial, digit = parts
    if int(digit) != check_digit(filer + serial):
        # Which digit it should be is not said: it is as likely that another one was mistyped.
        raise Wrong("The check digit does not fit this entry number: one of its characters is wrong")
    return f"{filer}-{serial}-{digit}"


def filer_code(value: str) -> str:
    """Three letters or digits, in upper case."""
    text = value.strip().upper()
    if not FILER_CODE.fullmatch(text):
        raise Wrong("Expected three letters or digits")
    return text


def of_filer(number: str, filer: str | None) -> str:
    """The number (in its printed form) if it is this filer's; a filer that is not known may be any."""
    known = (filer or "").strip().upper()
    if FILER_CODE.fullmatch(known) and filer_of(number) != known:
        raise Wrong(f"This broker files as {known}, and the number begins with {filer_of(number)}")
    return number
