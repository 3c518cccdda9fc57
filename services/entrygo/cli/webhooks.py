"""Commands for webhooks: endpoints, and the deliveries to each."""

from typing import Annotated, Literal, cast

import typer
from rich.table import Table
from rich.text import Text

from entrygo.cli.connection import find_target
from entrygo.cli.options import Json
from entrygo.cli.terminal import err, out, print_done, print_json
from entrygo_client.types import CreateWebhookBody, PatchWebhookBody, ReplayBody

webhooks_app = typer.Typer(no_args_is_help=True, help="Webhooks: endpoints that events are posted to.")

WebhookId = Annotated[str, typer.Argument(help="The webhook's id.")]
DeliveryStatus = Literal["pending", "delivered", "failed", "held"]
Types = Annotated[
    list[str] | None,
    typer.Option("--event", help="An event type such as export.executed; repeatable; default: all."),
]


@webhooks_app.command("add")
def add(
    url: str,
    *,
    event: Types = None,
    description: str = "",
    notify_email: Annotated[
        str, typer.Option("--notify-email", help="Address to mail when it is disabled after failures.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Add a webhook. Its secret is shown here alone."""
    target = find_target()
    body: CreateWebhookBody = {
        "accountId": target.account_id,
        "url": url,
        "events": event or [],
        "description": description,
    }
    if notify_email:
        body["notifyEmail"] = notify_email
    with target.client() as entrygo:
        answer = entrygo.create_webhook(body)
    if as_json:
        print_json(answer)
    else:
        out.print(f"{answer['id']}\n{answer['secret']}", markup=False)
        err.print("The secret is not shown again.", style="dim")


@webhooks_app.command("list")
def list_all(as_json: Json = False) -> None:
    """List webhooks; one that was disabled says why."""
    with find_target().client() as entrygo:
        answer = entrygo.list_webhooks()
    if as_json:
        print_json(answer)
        return
    table = Table(box=None, header_style="dim")
    for heading in ("id", "status", "url", "events", "why"):
        table.add_column(heading, overflow="fold")
    for each in answer["data"]:
        why = each["disabledReason"] or (
            f"failing since {each['failingSince']}" if each["failingSince"] else ""
        )
        events = ", ".join(each["events"]) or "all"
        table.add_row(each["id"], each["status"], *map(Text, (each["url"], events, why)))
    out.print(table)


@webhooks_app.command("enable")
def enable(webhook_id: WebhookId, as_json: Json = False) -> None:
    """Enable a webhook again; what was held meanwhile is sent by `replay`."""
    _patch(webhook_id, {"status": "enabled"}, as_json=as_json)


@webhooks_app.command("disable")
def disable(webhook_id: WebhookId, as_json: Json = False) -> None:
    """Disable a webhook; what happens meanwhile is held."""
    _patch(webhook_id, {"status": "disabled"}, as_json=as_json)


@webhooks_app.command("notify")
def notify(
    webhook_id: WebhookId,
    address: Annotated[str, typer.Argument(help="An e-mail address; default: no mail.")] = "",
    as_json: Json = False,
) -> None:
    """Name who gets a mail when the webhook is disabled because it takes nothing."""
    with find_target().client() as entrygo:
        answer = entrygo.patch_webhook(webhook_id, {"notifyEmail": address})
    says = f"mails {answer['notifyEmail']}" if answer["notifyEmail"] else "mails nobody"
    print_done(answer, f"{answer['id']} {says}", as_json=as_json)


@webhooks_app.command("delete")
def delete(webhook_id: WebhookId, as_json: Json = False) -> None:
    """Remove a webhook with its deliveries, also those that wait."""
    with find_target().client() as entrygo:
        answer = entrygo.delete_webhook(webhook_id)
    print_done(answer, f"{webhook_id} is removed", as_json=as_json)


@webhooks_app.command("rotate")
def rotate(
    webhook_id: WebhookId,
    overlap_hours: Annotated[
        int,
        typer.Option("--overlap-hours", min=0, max=336, help="Hours for which the old secret also signs."),
    ] = 24,
    as_json: Json = False,
) -> None:
    """Give a webhook a new secret, which is shown here alone."""
    with find_target().client() as entrygo:
        answer = entrygo.rotate_webhook_secret(webhook_id, {"overlapHours": overlap_hours})
    print_done(answer, answer["secret"] or "", as_json=as_json)


@webhooks_app.command("deliveries")
def deliveries(
    webhook_id: WebhookId,
    status: Annotated[
        DeliveryStatus | None, typer.Option("--status", help="pending, delivered, failed or held.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what was sent, newest first, and what the receiver answered."""
    with find_target().client() as entrygo:
        answer = entrygo.list_webhook_deliveries(webhook_id, status=status)
    if as_json:
        print_json(answer)
        return
    table = Table(box=None, header_style="dim")
    for heading in ("event", "type", "export", "status", "attempts", "answer"):
        table.add_column(heading, overflow="fold")
    for each in answer["data"]:
        said = str(each["responseStatus"] or "") or each["error"] or ""
        texts = (each["exportId"] or "", each["status"], str(each["attempts"]), said)
        table.add_row(each["eventId"], each["type"], *map(Text, texts))
    out.print(table)


@webhooks_app.command("replay")
def replay(
    webhook_id: WebhookId,
    *,
    event_id: Annotated[str | None, typer.Option("--event-id", help="Only this event.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="Queued at or after this time: RFC 3339, 2026-03-11T16:00:00Z."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Queued before this time: RFC 3339.")] = None,
    status: Annotated[
        DeliveryStatus | None, typer.Option("--status", help="Only in this state; default: failed and held.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Send again what failed or was held, with the ids it had: one event, or those of a range."""
    given = {"eventId": event_id, "queuedFrom": since, "queuedUntil": until, "status": status}
    body = cast(ReplayBody, {name: value for name, value in given.items() if value})
    with find_target().client() as entrygo:
        answer = entrygo.replay_webhook(webhook_id, body)
    print_done(answer, f"{answer['queued']} queued", as_json=as_json)


@webhooks_app.command("test")
def send_test(webhook_id: WebhookId, as_json: Json = False) -> None:
    """Send an event of type webhook.test."""
    with find_target().client() as entrygo:
        answer = entrygo.test_webhook(webhook_id)
    print_done(answer, f"{answer['eventId']} is {answer['status']}", as_json=as_json)


def _patch(webhook_id: str, body: PatchWebhookBody, *, as_json: bool) -> None:
    with find_target().client() as entrygo:
        answer = entrygo.patch_webhook(webhook_id, body)
    print_done(answer, f"{answer['id']} is {answer['status']}", as_json=as_json)
