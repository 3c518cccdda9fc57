"""The gRPC edge of an account's own keys: proto in, use case, proto out."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import grpc

from entrygo.domain.principal import ScopeName, Visible
from entrygo.domain.time import rfc3339
from entrygo.identity.current import check_account, principal
from entrygo.identity.keys import ApiKey
from entrygo.identity.own_keys import Made, OwnKeys
from entrygo.process.clock import utc_now
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.requests.pages import encode_cursor
from entrygo.rpc.interceptors.auth import RequiredScopes
from entrygo.rpc.key_requests import read_create, read_page, read_rotate
from entrygo.rpc.replay import mark_replayed

Context = grpc.aio.ServicerContext[Any, Any]

_KEYS = identity_pb2.DESCRIPTOR.services_by_name["Keys"]
SERVICE_NAME = _KEYS.full_name
REQUIRED_SCOPES: RequiredScopes = {
    f"/{_KEYS.full_name}/{method.name}": ScopeName.SETUP for method in _KEYS.methods
}


class KeysServicer(identity_pb2_grpc.KeysServicer):
    """Keys over gRPC. `check_warehouse` raises for one that is not there for who asks."""

    def __init__(self, keys: OwnKeys, check_warehouse: Callable[[Visible, str], Awaitable[None]]) -> None:
        self._keys = keys
        self._check_warehouse = check_warehouse

    async def ListKeys(
        self, request: identity_pb2.ListKeysRequest, context: Context
    ) -> identity_pb2.ListKeysResponse:
        """A page of the account's keys, newest first, without secrets, and the cursor of the next."""
        before, limit = read_page(request)
        found, has_more = await self._keys.page(principal(), before=before, limit=limit)
        return identity_pb2.ListKeysResponse(
            data=map(key_message, found),
            has_more=has_more,
            next_cursor=encode_cursor(found[-1].key_id) if has_more else "",
        )

    async def CreateKey(self, request: identity_pb2.CreateKeyRequest, context: Context) -> identity_pb2.Key:
        """A new key; its secret is in this answer alone. One that is bound to no warehouse of ours could do
        nothing, without a word."""
        wanted, once = read_create(request)
        check_account(request.account_id)
        visible = principal().visible
        if wanted.warehouse_id is not None and visible.includes(wanted.warehouse_id):
            await self._check_warehouse(visible, wanted.warehouse_id)
        return _made_message(await self._keys.create(principal(), wanted, once), context)

    async def RotateKey(self, request: identity_pb2.RotateKeyRequest, context: Context) -> identity_pb2.Key:
        """Another key in the place of one; its secret is in this answer alone."""
        overlap, once = read_rotate(request)
        return _made_message(await self._keys.rotate(principal(), request.id, overlap, once), context)

    async def RevokeKey(self, request: identity_pb2.RevokeKeyRequest, context: Context) -> identity_pb2.Key:
        """Ends a key for good; one that is revoked already stays so. NotFound for another account's."""
        return key_message(await self._keys.revoke(principal(), request.id))


def _made_message(made: Made, context: Context) -> identity_pb2.Key:
    message = key_message(made.key)
    if made.replayed:
        mark_replayed(context)
    else:
        message.secret = made.secret or ""
    return message


def key_message(key: ApiKey) -> identity_pb2.Key:
    """A key as it is answered, without its secret."""
    return identity_pb2.Key(
        id=key.key_id,
        name=key.name,
        prefix=key.prefix,
        mode=key.mode,
        scopes=sorted(map(str, key.scopes)),
        warehouse_id=key.warehouse_id or "",
        status=_status(key),
        created_by=key.created_by or "",
        created_at=rfc3339(key.created_at),
        expires_at=_instant(key.expires_at),
        revoked_at=_instant(key.revoked_at),
        last_used_at=_instant(key.last_used_at),
    )


def _status(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "usable" if key.is_usable(utc_now()) else "expired"


def _instant(moment: datetime | None) -> str:
    return rfc3339(moment) if moment is not None else ""
