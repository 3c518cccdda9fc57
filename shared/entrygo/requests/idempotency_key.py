"""The form of an idempotency key, for the REST header, the REST body and every service."""

import re

from entrygo.requests.issues import Issues, Wrong

FIELD = "idempotencyKey"
PATTERN = r"^[\x21-\x7e]{1,255}$"
FORM = "1 to 255 visible ASCII characters"

_KEY = re.compile(PATTERN)


def idempotency_key(value: str) -> str:
    """A key: 1 to 255 visible ASCII characters, so no blank; Wrong otherwise."""
    if not _KEY.fullmatch(value):
        raise Wrong(f"Expected {FORM}")
    return value


def check_key(value: str, issues: Issues) -> None:
    """As idempotency_key, for a message in which an empty one means that there is none."""
    issues.optional(idempotency_key, value, FIELD)
