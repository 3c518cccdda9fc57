"""The API key as text: made once, stored as a hash, recognised by its shape before any look-up."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from entrygo.domain.principal import Mode, ScopeName

SECRET_BYTES = 32  # 256 bits: a plain hash needs no salt and no stretching
VISIBLE_CHARACTERS = 8

SESSION_PREFIX = "shpbndl_session_"

_SHAPE = re.compile(r"shpbndl_(live|test|session)_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key; the secret itself is not."""

    key_id: str
    account_id: str
    mode: Mode
    prefix: str
    scopes: frozenset[ScopeName]
    warehouse_id: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    name: str = ""
    # The key that made it; None: an operator.
    created_by: str | None = None

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def generate_secret(mode: Mode) -> str:
    """`shpbndl_live_…` or `shpbndl_test_…` with 256 random bits."""
    return f"shpbndl_{mode}_{secrets.token_urlsafe(SECRET_BYTES)}"


def generate_session_secret() -> str:
    """`shpbndl_session_…`: stands for a key for a few hours."""
    return f"{SESSION_PREFIX}{secrets.token_urlsafe(SECRET_BYTES)}"


def is_session_secret(secret: str) -> bool:
    """Whether a text in the shape of a key is that of a session."""
    return secret.startswith(SESSION_PREFIX)


def visible_prefix(secret: str) -> str:
    """What may be shown of a key: its kind and the first characters."""
    return secret[: len("shpbndl_live_") + VISIBLE_CHARACTERS]


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def has_key_shape(secret: str) -> bool:
    """Whether a text can be a key at all; anything else needs no look-up."""
    return _SHAPE.fullmatch(secret) is not None
