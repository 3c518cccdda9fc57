"""Checks of texts: each gives the value as it is kept, or raises Wrong."""

import re
from datetime import datetime
from functools import cache, lru_cache

from entrygo.domain.ids import is_valid_id
from entrygo.domain.time import parse_day, parse_rfc3339
from entrygo.requests.issues import Check, Wrong

MAX_EXTERNAL_ID = 128  # characters of an id, or of a SKU, in the caller's own system
MAX_FAILURE = 2000  # characters of what execution says to planning about a failure

# As regular expressions that a JSON schema can have, too.
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
COUNTRY = r"^[A-Za-z]{2}$"
CURRENCY = r"^[A-Za-z]{3}$"
# Room for longer ones than ours, which have 73 characters.
PLAN_HASH = r"^[A-Za-z0-9_-]{1,128}$"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLACEHOLDERS = frozenset(
    {"TBD", "TBA", "TBC", "NA", "NONE", "NULL", "NIL", "PENDING", "UNKNOWN", "TEST", "DUMMY", "PLACEHOLDER"}
    | {"123456789012"[:length] for length in range(8, 13)}
)
_COUNTRY = re.compile(COUNTRY)
_PLAN_HASH = re.compile(PLAN_HASH)
_CURRENCY = re.compile(CURRENCY)


@cache
def text(maximum: int) -> Check[str]:
    """A check of text of at most `maximum` characters."""

    def check(value: str) -> str:
        return bounded_text(value, maximum)

    return check


def bounded_text(value: str, maximum: int) -> str:
    """Without the blanks around it; at most `maximum` characters, none of them a control character."""
    value = value.strip()
    if len(value) > maximum:
        raise Wrong(f"At most {maximum} characters", "too_big")
    check_printable(value)
    return value


def check_printable(value: str) -> None:
    """Wrong when there is a control character, NUL included, which PostgreSQL cannot store."""
    # str.isprintable is a fast yes; only its doubtful cases (rare spaces, new letters) are looked at closely.
    if not value.isprintable() and _CONTROL.search(value):
        raise Wrong("Control characters are not allowed")


@cache
def no_placeholder(maximum: int) -> Check[str]:
    """A check of text as `text`, which refuses what people write where they have nothing to say."""

    def check(value: str) -> str:
        found = bounded_text(value, maximum)
        bare = "".join(char for char in found.upper() if char.isalnum())
        if found and (bare in _PLACEHOLDERS or (len(bare) != 1 and len(set(bare)) <= 1)):
            raise Wrong("A placeholder is not taken: leave it empty until it is known")
        return found

    return check


@cache
def exact_text(maximum: int) -> Check[str]:
    """A check of text that gives it exactly as it was: blanks around it are refused, not cut."""

    def check(value: str) -> str:
        bare = bounded_text(value, maximum)
        if bare == value:
            return value
        raise Wrong("Blanks around it are not allowed") if bare else Wrong("Required", "invalid_type")

    return check


# An id of the caller's own system, which is to match when it comes again.
external_id = exact_text(MAX_EXTERNAL_ID)


def public_id(value: str) -> str:
    """An id of ours, as far as its form goes."""
    if not is_valid_id(value):
        raise Wrong("Expected 1 to 64 letters, digits, '_' or '-'")
    return value


def plan_hash(value: str) -> str:
    """A text that has the form of a plan hash."""
    if not _PLAN_HASH.fullmatch(value):
        raise Wrong("Not a plan hash")
    return value


def is_country(value: str) -> bool:
    """Whether it has the form of a country code: two letters."""
    return _COUNTRY.fullmatch(value) is not None


@lru_cache(maxsize=4096)  # There are few, and each order has one.
def country(value: str) -> str:
    """Two letters, in upper case; whether there is such a country is not looked at."""
    if not is_country(value):
        raise Wrong("Expected a two-letter country code")
    return value.upper()


def currency(value: str) -> str:
    """Three letters, in upper case."""
    if not _CURRENCY.fullmatch(value):
        raise Wrong("Expected a three-letter currency code")
    return value.upper()


def day(value: str) -> str:
    """A day of the calendar: YYYY-MM-DD."""
    try:
        parse_day(value)
    except ValueError:
        raise Wrong("Expected a date: YYYY-MM-DD", "invalid_date") from None
    return value


def moment(value: str) -> datetime:
    """The instant (UTC) of a text with an offset, as RFC 3339 writes it."""
    try:
        return parse_rfc3339(value)
    except (ValueError, OverflowError):
        raise Wrong("Expected an instant: 2026-03-11T16:10:00.000Z", "invalid_date") from None


def instant(value: str) -> str:
    """A text that `moment` takes, as it was given."""
    moment(value)
    return value


@cache
def one_of(*allowed: str) -> Check[str]:
    """A check that takes these words alone."""

    def check(value: str) -> str:
        if value not in allowed:
            raise Wrong(f"Expected one of {', '.join(allowed)}", "invalid_enum_value")
        return value

    return check
