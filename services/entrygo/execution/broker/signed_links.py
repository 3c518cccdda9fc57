"""Signed links for brokers: what a token says, who made it, and until when. No I/O, no clock of its own.

A token is the right to see and answer one submission, or to answer for one address. It is signed, not
stored: nothing is to be looked up before its signature holds.
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
# No token of one purpose is one of another.
_SUBMISSION = b"entrygo broker link 1\0"
_RECIPIENT = b"entrygo recipient link 1\0"


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


class TokenSigner:
    """Signs what a link of one purpose says. The first secret signs; the others still verify."""

    def __init__(self, secrets: Sequence[str], *, purpose: bytes, address: str, lifetime: timedelta) -> None:
        """`address` is what the links begin with."""
        self._keys = tuple(each.encode() for each in secrets)
        self._purpose = purpose
        self._address = address
        self._lifetime = lifetime

    def link(self, parts: Sequence[str], now: datetime) -> Link:
        """A link that says `parts`, none of which has a slash, until its lifetime is over."""
        expires_at = (now + self._lifetime).replace(microsecond=0)
        payload = _encoded("/".join((*parts, str(int(expires_at.timestamp())))).encode())
        token = f"{payload}.{self._signature(self._keys[0], payload)}"
        return Link(url=f"{self._address}/{token}", expires_at=expires_at)

    def read(self, token: str, now: datetime) -> tuple[Sequence[str], datetime]:
        """The parts and when they expire; LinkNotValid unless we signed them, LinkExpired afterwards."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise LinkNotValid
        payload, _, signature = token.partition(".")
        if not any(hmac.compare_digest(self._signature(key, payload), signature) for key in self._keys):
            raise LinkNotValid
        try:
            text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
            *parts, expires = text.split("/")
            expires_at = datetime.fromtimestamp(int(expires), UTC)
        except (ValueError, binascii.Error, OverflowError) as error:
            raise LinkNotValid from error
        if expires_at <= now:
            raise LinkExpired
        return parts, expires_at

    def _signature(self, key: bytes, payload: str) -> str:
        return _encoded(hmac.digest(key, self._purpose + payload.encode(), hashlib.sha256))


class LinkSigner:
    """Makes the links of submissions and reads their tokens."""

    def __init__(self, secrets: Sequence[str], *, public_url: str, lifetime: timedelta) -> None:
        address = f"{public_url.rstrip('/')}/broker"
        self._signer = TokenSigner(secrets, purpose=_SUBMISSION, address=address, lifetime=lifetime)

    def link(self, tenant: Tenant, package_id: str, submission_id: str, now: datetime) -> Link:
        return self._signer.link((tenant.account_id, tenant.mode, package_id, submission_id), now)

    def read(self, token: str, now: datetime) -> LinkClaim:
        """What the token says; LinkNotValid unless we signed it, LinkExpired when its time is over."""
        parts, expires_at = self._signer.read(token, now)
        account_id, mode, package_id, submission_id = _checked(parts, count=4)
        return LinkClaim(
            tenant=Tenant(account_id, Mode(mode)),
            package_id=package_id,
            submission_id=submission_id,
            expires_at=expires_at,
        )


class RecipientSigner:
    """Makes the links through which a recipient says whether it takes an account's mail."""

    def __init__(self, secrets: Sequence[str], *, public_url: str, lifetime: timedelta) -> None:
        address = f"{public_url.rstrip('/')}/recipient"
        self._signer = TokenSigner(secrets, purpose=_RECIPIENT, address=address, lifetime=lifetime)

    def link(self, tenant: Tenant, recipient_id: str, now: datetime) -> Link:
        return self._signer.link((tenant.account_id, tenant.mode, recipient_id), now)

    def read(self, token: str, now: datetime) -> tuple[Tenant, str]:
        """Whose recipient the token is about, and its id; LinkNotValid or LinkExpired."""
        parts, _ = self._signer.read(token, now)
        account_id, mode, recipient_id = _checked(parts, count=3)
        return Tenant(account_id, Mode(mode)), recipient_id


def _checked(parts: Sequence[str], *, count: int) -> Sequence[str]:
    """The parts: an account, its mode, and ids; LinkNotValid for anything else."""
    if len(parts) != count or parts[1] not in set(Mode):
        raise LinkNotValid
    if not all(map(is_valid_id, (parts[0], *parts[2:]))):
        raise LinkNotValid
    return parts


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
