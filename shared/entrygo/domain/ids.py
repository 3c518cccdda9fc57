"""Public ids: a prefix that names the kind, then 26 characters that sort by time of creation."""

import re
from collections.abc import Iterable
from enum import StrEnum

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
ID_BITS = 130
MAX_ID_LENGTH = 64

_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)
RANDOM_CHARACTERS = 16  # of 5 bits each, at the end of an id
# A random byte as a character: its last five bits.
_CHARACTERS = (ALPHABET * 8).encode()

_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class IdKind(StrEnum):
    """The prefixes of the public contract."""

    ACCOUNT = "acc"
    API_KEY = "key"
    PRODUCT = "prod"
    WAREHOUSE = "wh"
    BROKER = "br"
    IMPORTER = "imp"
    ORDER = "ord"
    ORDER_SYNC = "sync"
    EXPORT = "batch"
    EXECUTION = "exe"
    CUSTOMS_PACKAGE = "cp"
    NOTIFICATION = "notif"
    BROKER_SUBMISSION = "bes"
    BROKER_TRIAL = "brt"
    MAIL_RECIPIENT = "rcp"
    EVENT = "evt"
    WITHDRAWAL = "wdr"
    WEBHOOK = "whk"
    ENTRY_SUMMARY = "ens"
    ENTRY_TASK = "etk"


def make_id(kind: IdKind, *, unix_ms: int, entropy: int) -> str:
    """`<kind>_` + 48 bits of time + 80 bits of entropy in base 32, so that later ids sort later."""
    value = (unix_ms & (1 << 48) - 1) << 80 | entropy & (1 << 80) - 1
    return f"{kind}_" + "".join([_PAIRS[value >> shift & 1023] for shift in range(ID_BITS - 10, -1, -10)])


def make_ids(kind: IdKind, *, unix_ms: int, random: bytes) -> list[str]:
    """As make_id, for the hundreds of an order sync: one for every RANDOM_CHARACTERS bytes."""
    begin = make_id(kind, unix_ms=unix_ms, entropy=0)[:-RANDOM_CHARACTERS]
    text = random.translate(_CHARACTERS).decode()
    return [begin + text[at : at + RANDOM_CHARACTERS] for at in range(0, len(text), RANDOM_CHARACTERS)]


def is_valid_id(value: str) -> bool:
    """Whether `value` can be an id at all: 1 to 64 of letters, digits, `_` and `-`."""
    return _VALID.fullmatch(value) is not None


def by_origin(names: Iterable[str], kind: IdKind) -> tuple[list[str], list[str]]:
    """What a person typed to name records: our ids of the kind, and the ids of their own; each once."""
    distinct = dict.fromkeys(names)
    ours = [name for name in distinct if name.startswith(f"{kind}_")]
    return ours, [name for name in distinct if not name.startswith(f"{kind}_")]
