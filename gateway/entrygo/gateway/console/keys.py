"""Keys: who has which, another one, shown once, and an end to it. What makes a key asks for one again.

A session makes no key: a cookie that is lost would be worth more than a day.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, Kind, ValidationFailed
from entrygo.domain.principal import ScopeName
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.missing import or_none
from entrygo.gateway.console.sign_in import REFUSED, is_sendable
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.routes.keys import MISSING, create_request, rotate_request
from entrygo.gateway.schemas.keys import CreateKeyBody, RotateKeyBody
from entrygo.gateway.services import Call, Q, Unary
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.requests.pages import MAX_LIMIT

# What a scope lets its key do, as people say it.
TASKS: Mapping[ScopeName, str] = {
    ScopeName.READ: "See orders, exports and documents",
    ScopeName.ORDERS_WRITE: "Send orders",
    ScopeName.EXPORTS_PLAN: "Plan, change and approve exports",
    ScopeName.EXPORTS_EXECUTE: "Send packages to brokers",
    ScopeName.SETUP: "Change products, parties, policy, webhooks and keys",
}
# Where the keys' own field stands in the forms.
ASKED = "yourKey"


async def show(visit: Visit) -> Response:
    """GET /setup/keys: who has which key, and the forms for another one."""
    is_revoked = "revoked" in visit.request.query_params
    return await _page(
        visit, message="The key is revoked. It is refused within seconds." if is_revoked else ""
    )


async def create(visit: Visit) -> Response:
    """POST /setup/keys. The page that follows shows the key; no other one does."""

    def read() -> identity_pb2.CreateKeyRequest:
        body: dict[str, Any] = {
            "accountId": visit.account_id,
            **visit.given("name", "warehouseId"),
            "scopes": [scope for scope in TASKS if f"scope.{scope}" in visit.form],
            **_number(visit, "expiresInDays"),
            "idempotencyKey": visit.form.get("key", ""),
        }
        return create_request(validated(CreateKeyBody, body))

    return await _made(visit, visit.services.keys.CreateKey, read)


async def rotate(visit: Visit) -> Response:
    """POST /setup/keys/{id}/rotate: shows the key that takes its place, this once."""

    def read() -> identity_pb2.RotateKeyRequest:
        body = {**_number(visit, "overlapHours"), "idempotencyKey": visit.form.get("key", "")}
        return rotate_request(visit.path_id(MISSING), validated(RotateKeyBody, body))

    return await _made(visit, visit.services.keys.RotateKey, read)


async def revoke(visit: Visit) -> Response:
    """POST /setup/keys/{id}/revoke: back to the list, which says that the key is refused now."""
    try:
        request = identity_pb2.RevokeKeyRequest(id=visit.path_id(MISSING))
        await visit.write(visit.services.keys.RevokeKey, request)
    except EntryGoError as error:
        return await _explained(visit, error)
    return visit.go("/setup/keys?revoked")


async def _made(visit: Visit, method: "Unary[Q, identity_pb2.Key]", read: Callable[[], Q]) -> Response:
    """The page with the key that `method` made of the form, or with what was wrong with it."""
    try:
        request = read()
        reply = await visit.services.write(method, request, await _call(visit))
    except EntryGoError as error:
        return await _explained(visit, error)
    return await _page(visit, made=reply.message)


async def _call(visit: Visit) -> Call:
    """The call of the key that was typed, which counts as one that signs in does."""
    secret = visit.form.get(ASKED, "")
    if not is_sendable(secret):
        raise ValidationFailed.of([(ASKED, "Type or paste the key that you signed in with", "invalid_type")])
    try:
        return await visit.admitted_with(secret)
    except EntryGoError as error:
        if error.error_kind is not Kind.UNAUTHENTICATED:
            raise
        # Not the session: that one stays.
        raise ValidationFailed.of([(ASKED, REFUSED, "invalid_string")]) from error


def _number(visit: Visit, name: str) -> dict[str, Any]:
    text = visit.form.get(name, "")
    if not text:
        return {}
    return {name: Decimal(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text}


async def _explained(visit: Visit, error: EntryGoError) -> Response:
    if error.error_kind not in EXPLAINED:
        raise error
    return await _page(visit, error=error)


async def _page(
    visit: Visit,
    *,
    made: identity_pb2.Key | None = None,
    message: str = "",
    error: EntryGoError | None = None,
) -> Response:
    services = visit.services
    keys = None
    if visit.may(ScopeName.SETUP):
        keys = await or_none(
            visit.read(services.keys.ListKeys, identity_pb2.ListKeysRequest(limit=MAX_LIMIT))
        )
    warehouses = await or_none(
        visit.read(services.sync.ListWarehouses, sync_pb2.ListRequest(limit=MAX_LIMIT))
    )
    return visit.page(
        "keys.html",
        error=error,
        keys=keys,
        warehouses=warehouses.data if warehouses is not None else (),
        tasks=TASKS,
        made=made,
        message=message,
        # What a key is asked for again is in no page.
        typed=defaultdict(
            str, {name: text for name, text in ({} if made else _typed(visit)).items() if name != ASKED}
        ),
    )


def _typed(visit: Visit) -> Mapping[str, str]:
    return {} if visit.request.method == "GET" else visit.form


PAGES = (
    Page("GET", "/setup/keys", show),
    Page("POST", "/setup/keys", create),
    Page("POST", "/setup/keys/{id}/rotate", rotate),
    Page("POST", "/setup/keys/{id}/revoke", revoke),
)
