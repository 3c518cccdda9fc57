"""Checks of the values that customs knows: codes, numbers and countries as the trade writes them."""

import re

from entrygo.domain.importer_number import is_importer_number
from entrygo.requests.issues import Wrong
from entrygo.requests.texts import bounded_text

_HTS_PUNCTUATION = re.compile(r"[. ]")
# What a program makes of a code that it takes for a number: 901210045.0 was 0901.21.00.45, not 9012.10.04.50.
_CODE_AS_DECIMAL = re.compile(r"([0-9]{7,})\.0")
_CODE_AS_POWER = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_UN_NUMBER = re.compile(r"(?:UN ?)?([0-9]{4})", re.IGNORECASE)
_COUNTRY_OR_OTHER = re.compile(r"[A-Za-z]{2,3}")


def origin(value: str) -> str:
    """A country code in upper case (metals also know OTH); anything else as given, for planning to judge."""
    return value.upper() if _COUNTRY_OR_OTHER.fullmatch(value) else bounded_text(value, 100)


def hts_code(value: str) -> str:
    """Digits without the dots and blanks that tariff tables print; never padded, and judged by planning."""
    if (number := _CODE_AS_DECIMAL.fullmatch(value.strip())) is not None:
        return number[1]
    if _CODE_AS_POWER.fullmatch(value.strip()):
        return bounded_text(value.strip(), 32)
    return bounded_text(_HTS_PUNCTUATION.sub("", value), 32)


def un_number(value: str) -> str:
    """UN and four digits (49 CFR 172.101)."""
    match = _UN_NUMBER.fullmatch(value)
    if match is None:
        raise Wrong("Expected a UN number: four digits")
    return f"UN{match[1]}"


def importer_number(value: str) -> str:
    """In upper case; "" for blanks. A refusal does not repeat what was given: it may be somebody's SSN."""
    number = value.strip().upper()
    if number and not is_importer_number(number):
        raise Wrong("Expected an importer number: NN-NNNNNNNXX, NNN-NN-NNNN or YYDDPP-NNNNN")
    return number
