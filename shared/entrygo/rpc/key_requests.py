"""Reads requests about keys; a ValidationFailed names everything that is wrong."""

from collections.abc import Sequence
from datetime import timedelta

from google.protobuf.message import Message

from entrygo.domain.principal import ScopeName
from entrygo.identity.own_keys import Once, Wanted
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.keys import DEFAULT_OVERLAP_HOURS, MAX_EXPIRES_IN_DAYS, MAX_NAME, MAX_OVERLAP_HOURS
from entrygo.requests.pages import page_request
from entrygo.requests.texts import one_of, public_id, text

CREATE = "keys.create"
ROTATE = "keys.rotate"


def read_page(request: identity_pb2.ListKeysRequest) -> tuple[str, int]:
    """The id before which the page begins, empty for the first one, and how many it has."""
    page = page_request(limit=request.limit, cursor=request.cursor, external_id="")
    return page.after, page.limit


def read_create(request: identity_pb2.CreateKeyRequest) -> tuple[Wanted, Once]:
    """The key that is wanted and its idempotency key; ValidationFailed names everything that is wrong."""
    issues = Issues()
    issues.require(name=request.name.strip())
    name = issues.take(text(MAX_NAME), request.name, "name")
    scopes = _scopes(request.scopes, issues)
    warehouse_id = issues.optional(public_id, request.warehouse_id, "warehouseId")
    days = request.expires_in_days
    if days:
        issues.bounded(days, 1, MAX_EXPIRES_IN_DAYS, "expiresInDays")
    check_key(request.idempotency_key, issues)
    issues.check()
    wanted = Wanted(
        name=name or "",
        scopes=scopes,
        warehouse_id=warehouse_id,
        expires_in=timedelta(days=days) if days else None,
    )
    return wanted, _once(CREATE, request.idempotency_key, request)


def read_rotate(request: identity_pb2.RotateKeyRequest) -> tuple[timedelta, Once]:
    """How long the old key stays valid; ValidationFailed names everything that is wrong."""
    issues = Issues()
    hours = request.overlap_hours if request.HasField("overlap_hours") else DEFAULT_OVERLAP_HOURS
    issues.bounded(hours, 0, MAX_OVERLAP_HOURS, "overlapHours")
    check_key(request.idempotency_key, issues)
    issues.check()
    return timedelta(hours=hours), _once(ROTATE, request.idempotency_key, request)


def _scopes(names: Sequence[str], issues: Issues) -> frozenset[ScopeName]:
    if not names:
        issues.required("scopes")
    if len(names) > len(ScopeName):
        issues.add("scopes", f"At most {len(ScopeName)} scopes", "too_big")
    looked_at = enumerate(names[: len(ScopeName)])
    taken = [issues.take(one_of(*ScopeName), name, f"scopes.{place}") for place, name in looked_at]
    return frozenset(ScopeName(name) for name in taken if name)


def _once(operation: str, key: str, request: Message) -> Once:
    return Once(operation=operation, key=key, fingerprint=fingerprint(operation, request))
