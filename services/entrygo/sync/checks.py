"""Checks of single values, and the list of everything wrong with a request; paths as REST spells them."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.importer_number import is_importer_number
from entrygo.domain.money import parse_decimal, plain
from entrygo.domain.time import parse_day

MAX_ID_TEXT = 128
MAX_IDEMPOTENCY_KEY = 255
MAX_DECIMAL_TEXT = 64

COUNTRY = re.compile(r"[A-Za-z]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HTS_PUNCTUATION = re.compile(r"[. ]")
_UN_NUMBER = re.compile(r"(?:UN ?)?([0-9]{4})", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]{2,3}")

# A stored value: text, a whole number, a flag, or objects and lists of them.
Fact = str | int | bool | Mapping[str, "Fact"] | list[Mapping[str, "Fact"]]
Facts = dict[str, Fact]


class Wrong(ValueError):
    """A value that cannot be taken: what to tell, and the stable code of the issue."""

    def __init__(self, message: str, code: str = "invalid_string") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Issues:
    """Collects everything wrong with one request, so that the caller learns all of it at once."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []

    def add(self, path: str, message: str, code: str) -> None:
        self._found.append((path, message, code))

    def required(self, path: str) -> None:
        self.add(path, "Required", "invalid_type")

    def wrong(self, path: str, wrong: Wrong) -> None:
        self.add(path, wrong.message, wrong.code)

    def check(self) -> None:
        """Raises ValidationFailed with all issues, if there are any."""
        if self._found:
            raise ValidationFailed.of(self._found)


Check = Callable[[str], Fact]


def text(maximum: int) -> Check:
    """Printable text of at most `maximum` characters, without the blanks around it."""

    def check(value: str) -> str:
        return bounded_text(value, maximum)

    return check


def bounded_text(value: str, maximum: int) -> str:
    value = value.strip()
    if len(value) > maximum:
        raise Wrong(f"At most {maximum} characters", "too_big")
    # str.isprintable is a fast yes; only its doubtful cases (rare spaces, new letters) are looked at closely.
    if not value.isprintable() and _CONTROL.search(value):
        raise Wrong("Control characters are not allowed")
    return value


def public_id(value: str) -> str:
    if not is_valid_id(value):
        raise Wrong("Expected 1 to 64 letters, digits, '_' or '-'")
    return value


def country(value: str) -> str:
    if not COUNTRY.fullmatch(value):
        raise Wrong("Expected a two-letter country code")
    return value.upper()


def origin(value: str) -> str:
    """A country code in upper case (metals also know OTH); anything else as given, for planning to judge."""
    return value.upper() if _CODE.fullmatch(value) else bounded_text(value, 100)


def email(value: str) -> str:
    value = bounded_text(value, 254)
    if not _EMAIL.fullmatch(value):
        raise Wrong("Expected an email address")
    return value


def hts_code(value: str) -> str:
    """Digits without the dots and blanks that tariff tables print; never padded, and judged by planning."""
    return bounded_text(_HTS_PUNCTUATION.sub("", value), 32)


def disclaimer(value: str) -> str:
    """Why an agency's data do not apply, as ACE codes it."""
    return str(one_of("A", "B", "C", "D")(value.upper()))


def un_number(value: str) -> str:
    match = _UN_NUMBER.fullmatch(value)
    if match is None:
        raise Wrong("Expected a UN number: four digits")
    return f"UN{match[1]}"


def day(value: str) -> str:
    try:
        parse_day(value)
    except ValueError:
        raise Wrong("Expected a date: YYYY-MM-DD", "invalid_date") from None
    return value


def importer_number(value: str) -> str:
    """In upper case; what was given is not told again, because it may be somebody's SSN."""
    number = value.strip().upper()
    if not is_importer_number(number):
        raise Wrong("Expected an importer number: NN-NNNNNNNXX, NNN-NN-NNNN or YYDDPP-NNNNN")
    return number


def one_of(*allowed: str) -> Check:
    def check(value: str) -> str:
        if value not in allowed:
            raise Wrong(f"Expected one of: {', '.join(allowed)}", "invalid_enum_value")
        return value

    return check


def criterion(value: str) -> str:
    return str(one_of("A", "B", "C", "D")(value.upper()))


def currency(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", value):
        raise Wrong("Expected a three-letter currency code")
    return value.upper()


@lru_cache(maxsize=65_536)
def decimal(value: str) -> Decimal:
    """A decimal of the contract, from plain notation; prices and quantities repeat, hence the cache."""
    if len(value) > MAX_DECIMAL_TEXT or not _DECIMAL.fullmatch(value):
        raise Wrong("Expected a decimal number", "invalid_type")
    try:
        return parse_decimal(value)
    except ValueError as error:
        code = "not_multiple_of" if "decimal places" in str(error) else "too_big"
        raise Wrong(str(error), code) from None


def amount(value: str) -> str:
    """A decimal that is not negative, as canonical text."""
    return plain(not_negative(value))


def percent(value: str) -> str:
    number = not_negative(value)
    if number > 100:
        raise Wrong("Must be at most 100", "too_big")
    return plain(number)


def not_negative(value: str) -> Decimal:
    number = decimal(value)
    if number < 0:
        raise Wrong("Must not be negative", "too_small")
    return number


def positive(value: str) -> Decimal:
    number = decimal(value)
    if number <= 0:
        raise Wrong("Must be greater than 0", "too_small")
    return number


def check_key(key: str, issues: Issues) -> None:
    """An idempotency key: up to 255 printable characters; none is fine."""
    if len(key) > MAX_IDEMPOTENCY_KEY:
        issues.add("idempotencyKey", f"At most {MAX_IDEMPOTENCY_KEY} characters", "too_big")
    elif _CONTROL.search(key):
        issues.add("idempotencyKey", "Control characters are not allowed", "invalid_string")
