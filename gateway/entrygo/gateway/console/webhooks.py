"""Webhooks: add one, see its secret once and its deliveries, test it, stop it, send again what it missed."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, NotFound
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.routes.webhooks import (
    MISSING,
    create_request,
    patch_request,
    replay_request,
    rotate_request,
)
from entrygo.gateway.schemas.webhooks import (
    CreateWebhookBody,
    PatchWebhookBody,
    ReplayBody,
    RotateSecretBody,
)
from entrygo.proto.inspection.v1 import inspection_pb2

# Of its deliveries the newest so many.
SHOWN = 50
STATES = {"enable": "enabled", "disable": "disabled"}

DONE = {
    "test": "A test event is on its way. Its delivery shows below; reload in a moment.",
    "change": "Changed. What waits is sent to the address that it has now.",
    **{action: f"It is {state}." for action, state in STATES.items()},
}
# Of a number of deliveries in an address.
MAX_DIGITS = 12

# Gives what the address of the page then says of it.
Act = Callable[[Visit, str], Awaitable[str]]


async def show_form(visit: Visit) -> Response:
    """GET /setup/webhooks: the form for another one."""
    return visit.page("webhook_new.html", typed=defaultdict(str))


async def create(visit: Visit) -> Response:
    """POST /setup/webhooks. The page that follows shows the secret; no other one does."""
    events = _types(visit)
    body: dict[str, Any] = {
        "accountId": visit.account_id,
        **visit.given("url", "description", "notifyEmail"),
        **({"events": events} if events else {}),
        "idempotencyKey": visit.form.get("key", ""),
    }
    try:
        request = create_request(validated(CreateWebhookBody, body))
        made = (await visit.write(visit.services.webhooks.CreateWebhook, request)).message
    except EntryGoError as error:
        if error.error_kind not in EXPLAINED:
            raise
        return visit.page("webhook_new.html", error=error, typed=defaultdict(str, visit.form))
    return await _page(visit, made, secret=made.secret)


async def show(visit: Visit) -> Response:
    """GET /setup/webhooks/{id}: an endpoint with its latest deliveries."""
    return await _page(visit, await _found(visit), message=_said(visit.request.query_params))


def _said(query: Mapping[str, str]) -> str:
    """What was done just now, as the address says."""
    queued = query.get("queued", "")
    if queued.isascii() and queued.isdecimal() and len(queued) < MAX_DIGITS:
        return f"Queued again: {int(queued):,}."
    return DONE.get(query.get("done", ""), "")


async def act(visit: Visit) -> Response:
    """POST /setup/webhooks/{id}/{action}: its page says what was done, and why it was not."""
    perform = ACTIONS.get(visit.request.path_params["action"])
    if perform is None:
        raise NotFound(MISSING)
    webhook_id = visit.path_id(MISSING)
    try:
        done = await perform(visit, webhook_id)
    except EntryGoError as error:
        if error.error_kind not in EXPLAINED:
            raise
        return await _page(visit, await _found(visit), error=error)
    return visit.go(f"/setup/webhooks/{webhook_id}?{done}")


async def rotate(visit: Visit) -> Response:
    """POST /setup/webhooks/{id}/rotate: both secrets sign for a day. The same form again: the same one."""
    body = validated(RotateSecretBody, {"idempotencyKey": visit.form.get("key", "")})
    request = rotate_request(visit.path_id(MISSING), body)
    rotated = (await visit.write(visit.services.webhooks.RotateWebhookSecret, request)).message
    return await _page(visit, rotated, secret=rotated.secret)


async def delete(visit: Visit) -> Response:
    """POST /setup/webhooks/{id}/delete: ends the endpoint and goes back to the setup page."""
    request = inspection_pb2.WebhookRequest(id=visit.path_id(MISSING))
    await visit.write(visit.services.webhooks.DeleteWebhook, request)
    return visit.go("/setup#webhooks")


def _types(visit: Visit) -> list[str]:
    """Of the events that the form names; none of them means all."""
    return visit.form.get("events", "").replace(",", " ").split()


async def _change(visit: Visit, webhook_id: str) -> str:
    """Every field of the form as it stands: an empty one clears what it shows."""
    body = {name: visit.form.get(name, "") for name in ("url", "description", "notifyEmail")}
    request = patch_request(webhook_id, validated(PatchWebhookBody, {**body, "events": _types(visit)}))
    await visit.write(visit.services.webhooks.UpdateWebhook, request)
    return "done=change"


async def _send_test(visit: Visit, webhook_id: str) -> str:
    request = inspection_pb2.WebhookRequest(id=webhook_id)
    await visit.write(visit.services.webhooks.SendTestEvent, request)
    return "done=test"


async def _replay(visit: Visit, webhook_id: str) -> str:
    body: dict[str, Any] = {
        **{name: _instant(text) for name, text in visit.given("queuedFrom", "queuedUntil").items()},
        **visit.given("eventId", "status"),
    }
    request = replay_request(webhook_id, validated(ReplayBody, body))
    reply = await visit.write(visit.services.webhooks.ReplayDeliveries, request)
    return f"queued={reply.message.queued}"


def _instant(local: str) -> str:
    """RFC 3339 of what a field of date and time holds, UTC here: `2026-03-11T16:00`, or with seconds."""
    return f"{local}Z" if local.count(":") > 1 else f"{local}:00Z"


def _to(action: str, state: str) -> Act:
    async def change(visit: Visit, webhook_id: str) -> str:
        request = inspection_pb2.UpdateWebhookRequest(id=webhook_id, status=state)
        await visit.write(visit.services.webhooks.UpdateWebhook, request)
        return f"done={action}"

    return change


async def _found(visit: Visit) -> inspection_pb2.Webhook:
    request = inspection_pb2.WebhookRequest(id=visit.path_id(MISSING))
    return await visit.read(visit.services.webhooks.GetWebhook, request)


async def _page(
    visit: Visit,
    webhook: inspection_pb2.Webhook,
    *,
    secret: str = "",
    message: str = "",
    error: EntryGoError | None = None,
) -> Response:
    request = inspection_pb2.ListDeliveriesRequest(id=webhook.id, limit=SHOWN)
    deliveries = await visit.read(visit.services.webhooks.ListDeliveries, request)
    return visit.page(
        "webhook.html",
        error=error,
        # Also after one was added, at whose form nothing is sent again.
        stands_at=f"/setup/webhooks/{webhook.id}",
        webhook=webhook,
        typed=defaultdict(str, visit.form if error and visit.content else {}),
        failed=visit.request.path_params.get("action", "") if error else "",
        secret=secret,
        message=message,
        deliveries=deliveries.data,
        has_more=deliveries.has_more,
    )


ACTIONS: dict[str, Act] = {
    "test": _send_test,
    "change": _change,
    "replay": _replay,
    **{action: _to(action, state) for action, state in STATES.items()},
}
PAGES = (
    Page("GET", "/setup/webhooks", show_form),
    Page("POST", "/setup/webhooks", create),
    Page("GET", "/setup/webhooks/{id}", show),
    Page("POST", "/setup/webhooks/{id}/rotate", rotate),
    Page("POST", "/setup/webhooks/{id}/delete", delete),
    Page("POST", "/setup/webhooks/{id}/{action}", act),
)
