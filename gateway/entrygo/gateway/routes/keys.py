"""API keys: what an account makes, replaces and revokes by itself."""

from starlette.responses import Response

from entrygo.domain.errors import KeyNotUsable, NotFound, ReferenceOutsideAccount
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.setup import CREATE_KEY_REQUEST
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.schemas import keys as views
from entrygo.gateway.schemas.keys import CreateKeyBody, RotateKeyBody
from entrygo.gateway.schemas.pages import PageQuery
from entrygo.proto.identity.v1 import identity_pb2

MISSING = "Key not found."
ID = {"id": "Key ID, as the list shows it"}


async def list_all(exchange: Exchange) -> Response:
    """GET /api/keys: a page of the account's keys, newest first, revoked ones included; no secrets."""
    query = exchange.query(PageQuery)
    request = identity_pb2.ListKeysRequest(limit=query.limit or 0, cursor=query.cursor or "")
    found = await exchange.read(exchange.services.keys.ListKeys, request)
    page: views.KeyPage = {
        "data": list(map(key_view, found.data)),
        "hasMore": found.has_more,
        "nextCursor": found.next_cursor or None,
    }
    return json_answer(page)


async def create(exchange: Exchange) -> Response:
    """POST /api/keys: a key that may do no more than the one asking; its secret is in this answer alone."""
    request = create_request(await exchange.body(CreateKeyBody))
    reply = await exchange.write(exchange.services.keys.CreateKey, request)
    return json_answer(_with_secret(reply.message), replayed=reply.replayed)


def create_request(body: CreateKeyBody) -> identity_pb2.CreateKeyRequest:
    """POST /api/keys: body to message."""
    return identity_pb2.CreateKeyRequest(
        account_id=body.account_id,
        name=body.name,
        scopes=map(str, body.scopes),
        warehouse_id=body.warehouse_id or "",
        expires_in_days=int(body.expires_in_days or 0),
        idempotency_key=body.idempotency_key or "",
    )


async def rotate(exchange: Exchange) -> Response:
    """POST /api/keys/{id}/rotate: a key in another's place, which works on for the overlap, in hours."""
    key_id = exchange.path_id(MISSING)
    request = rotate_request(key_id, await exchange.body(RotateKeyBody))
    reply = await exchange.write(exchange.services.keys.RotateKey, request)
    return json_answer(_with_secret(reply.message), replayed=reply.replayed)


def rotate_request(key_id: str, body: RotateKeyBody) -> identity_pb2.RotateKeyRequest:
    """POST /api/keys/{id}/rotate: body to message."""
    return identity_pb2.RotateKeyRequest(
        id=key_id,
        overlap_hours=None if body.overlap_hours is None else int(body.overlap_hours),
        idempotency_key=body.idempotency_key or "",
    )


async def revoke(exchange: Exchange) -> Response:
    """POST /api/keys/{id}/revoke: the key is refused from now on; a key that is revoked already stays so."""
    request = identity_pb2.RevokeKeyRequest(id=exchange.path_id(MISSING))
    reply = await exchange.write(exchange.services.keys.RevokeKey, request)
    return json_answer(key_view(reply.message))


def key_view(key: identity_pb2.Key) -> views.KeyView:
    """A key as REST shows it, without its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "mode": key.mode,
        "scopes": list(key.scopes),
        "warehouseId": key.warehouse_id or None,
        "status": key.status,
        "createdBy": key.created_by or None,
        "createdAt": key.created_at,
        "expiresAt": key.expires_at or None,
        "revokedAt": key.revoked_at or None,
        "lastUsedAt": key.last_used_at or None,
    }


def _with_secret(key: identity_pb2.Key) -> views.KeyWithSecret:
    return {**key_view(key), "secret": key.secret or None}


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/keys",
        handler=list_all,
        tag="Keys",
        name="listKeys",
        summary="List API keys",
        description="Newest first, those that ended, too; never their secrets. Keys of the account in the"
        " mode of yours; with a key that is bound to a warehouse, those of that warehouse.",
        query=PageQuery,
        answer=views.KeyPage,
    ),
    Endpoint(
        method="POST",
        path="/api/keys",
        handler=create,
        tag="Keys",
        name="createKey",
        summary="Create an API key",
        description="This answer alone shows the key. It has the mode of yours, no scope and no warehouse"
        " that yours has not, and ends no later. A session of the console makes none.",
        body=CreateKeyBody,
        answer=views.KeyWithSecret,
        errors=(ReferenceOutsideAccount,),
        request_example=CREATE_KEY_REQUEST,
    ),
    Endpoint(
        method="POST",
        path="/api/keys/{id}/rotate",
        handler=rotate,
        tag="Keys",
        name="rotateKey",
        summary="Replace an API key",
        description="Another key with the same rights, shown here alone; the one before ends after the"
        " overlap. The new one lasts as long as the one before was made for, and no longer than yours.",
        body=RotateKeyBody,
        answer=views.KeyWithSecret,
        errors=(NotFound, KeyNotUsable),
        request_example={"overlapHours": 24},
        path_parameters=ID,
    ),
    Endpoint(
        method="POST",
        path="/api/keys/{id}/revoke",
        handler=revoke,
        tag="Keys",
        name="revokeKey",
        summary="Revoke an API key",
        description="For good, within seconds, with the sessions that stand for it. A key that was revoked"
        " before stays as it is.",
        answer=views.KeyView,
        errors=(NotFound,),
        path_parameters=ID,
    ),
)
