"""Signed links for brokers: what a token says, who made it, and until when. No I/O, no clock of its own.

A token is the right to see and answer one submission. It is signed, not stored: nothing is to be looked up
before its signature holds.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from entrygo.domain.errors import NotFound
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Mode, Tenant, Visible

MAX_TOKEN_LENGTH = 512
MIN_SECRET_LENGTH = 32
_PURPOSE = b"entrygo broker link 1\0"


class LinkNotValid(NotFound):
    """This link is not valid. Please use the link in the newest mail about this package."""

    code = "LINK_NOT_VALID"


class LinkExpired(NotFound):
    """This link has expired. Please ask the sender to submit the package again."""

    code = "LINK_EXPIRED"


class LinkReplaced(NotFound):
    """This package was sent again: only the link in the newest mail is valid."""

    code = "LINK_REPLACED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as a mail carries it."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """What a token with a good signature says."""

    tenant: Tenant
    package_id: str
    submission_id: str
    expires_at: datetime

    @property
    def visible(self) -> Visible:
        """Every row of the account: a link is for one package, whatever its warehouse."""
        return Visible.whole(self.tenant)


class LinkSigner:
    """Makes links and reads their tokens. The first secret signs; the others still verify."""

    def __init__(self, secrets: Sequence[str], *, public_url: str, lifetime: timedelta) -> None:
        self._keys = tuple(each.encode() for each in secrets)
        self._public_url = public_url.rstrip("/")
        self._lifetime = lifetime

    def link(self, tenant: Tenant, package_id: str, submission_id: str, now: datetime) -> Link:
        expires_at = (now + self._lifetime).replace(microsecond=0)
        parts = (
            tenant.account_id,
            tenant.mode,
            package_id,
            submission_id,
            str(int(expires_at.timestamp())),
        )
        payload = _encoded("/".join(parts).encode())
        token = f"{payload}.{_signature(self._keys[0], payload)}"
        return Link(url=f"{self._public_url}/broker/{token}", expires_at=expires_at)

    def read(self, token: str, now: datetime) -> LinkClaim:
        """What the token says; LinkNotValid unless we signed it, LinkExpired when its time is over."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise LinkNotValid
        payload, _, signature = token.partition(".")
        if not any(hmac.compare_digest(_signature(key, payload), signature) for key in self._keys):
            raise LinkNotValid
        claim = _claim(payload)
        if claim.expires_at <= now:
            raise LinkExpired
        return claim


def _claim(payload: str) -> LinkClaim:
    try:
        text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
        account_id, mode, package_id, submission_id, expires = text.split("/")
        claim = LinkClaim(
            tenant=Tenant(account_id, Mode(mode)),
            package_id=package_id,
            submission_id=submission_id,
            expires_at=datetime.fromtimestamp(int(expires), UTC),
        )
    except (ValueError, binascii.Error, OverflowError) as error:
        raise LinkNotValid from error
    if not all(map(is_valid_id, (account_id, package_id, submission_id))):
        raise LinkNotValid
    return claim


def _signature(key: bytes, payload: str) -> str:
    return _encoded(hmac.digest(key, _PURPOSE + payload.encode(), hashlib.sha256))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
