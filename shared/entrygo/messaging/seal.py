"""Marks what our relays publish, so that a reader knows it from what anybody else wrote to the topic.

A seal is the HMAC-SHA-256 of the record's value under a key that only the services have: it is derived from
their token. Without one, a record is a hint to ask its owner; it is never applied.
"""

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "entrygo-seal"
PURPOSE = b"entrygo event seal v1"


class Seal:
    """Seals with the first token and accepts the seal of any, so that a token can be changed."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._keys = [hmac.digest(token.encode(), PURPOSE, hashlib.sha256) for token in tokens]

    def of(self, value: bytes) -> bytes:
        """The seal of a record's value; empty without a token."""
        return hmac.digest(self._keys[0], value, hashlib.sha256) if self._keys else b""

    def holds(self, value: bytes, seal: bytes) -> bool:
        """Whether one of our relays published this value."""
        return any(hmac.compare_digest(hmac.digest(key, value, hashlib.sha256), seal) for key in self._keys)


# Of an installation without a token: nothing of it is trusted, everything is asked for.
NO_SEAL = Seal(())
