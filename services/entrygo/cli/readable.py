"""Answers of the REST interface as people read them: a plan, an execution, an export."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrygo.cli.left_out import reasons_left_out
from entrygo.cli.submissions import facts_of_broker

Answer = Mapping[str, Any]

SEVERITIES = ("error", "warning", "info")
STYLES = {"error": "red", "warning": "yellow", "info": "dim"}
READINESS_STYLES = {"READY": "bold green", "REVIEW_REQUIRED": "bold yellow", "BLOCKED": "bold red"}
# After an execution, by how far the handing over is.
NEXT_BY_SUBMISSION = {
    "prepared": "wait: it is on its way to the broker",
    "sending": "wait: it is on its way to the broker",
    "sent": "wait for the broker's answer",
    "failed": "mend the broker's address, then `entrygo export resend`",
    "unknown": "ask the broker whether it arrived; `entrygo export resend` if not",
    "rejected": "read the broker's reason, then amend or withdraw",
}
# Once nobody waits for an answer any more, whatever the broker was sent.
NEXT_BY_STATE = {
    "CANCELLED": "nothing: it was cancelled",
    "FAILED": "look at its events for the reason, then plan it again",
    "WITHDRAWN": "nothing: its orders are free to be planned again",
    "SUPERSEDED": "look at the export that replaced it",
}
SHOWN_PRODUCTS = 3
WHOLE = frozenset({"code", "export", "id", "created_at", "generated_at", "when"})
SHOWN_EXCLUDED = 10


def show_plan(
    console: Console,
    plan: Answer,
    external_ids: Mapping[str, str] | None = None,
    skus: Mapping[str, str | None] | None = None,
) -> None:
    """A plan; `external_ids` are the warehouse's own ids of orders, `skus` of products, by ours."""
    _facts(
        console,
        ("export", plan.get("exportId") or "none (dry run)"),
        ("status", plan["status"]),
        ("readiness", _readiness(plan)),
        ("orders", f"{len(plan['included_order_ids'])} included, {len(plan['excluded_order_ids'])} left out"),
        *([("entries", _entries(plan["entries"]))] if plan.get("entries") is not None else []),
        *_savings(plan.get("estimated_import_savings_usd")),
        ("flags", ", ".join(plan["flags"]) or "none"),
        ("strategy", plan["recommended_strategy"]),
        ("next", plan["next_recommended_action"]),
    )
    _show_hash(console, plan["planHash"])
    named = {issue["product_id"]: issue["sku"] for issue in plan.get("issues_by_product", ())}
    show_messages(console, plan["validationMessages"], named | dict(skus or {}))
    _show_excluded(console, plan, external_ids or {})


def show_messages(
    console: Console, messages: Sequence[Answer], skus: Mapping[str, str | None] | None = None
) -> None:
    """One row for each code: how many, of which products (by SKU where known), the first as an example."""
    known = {product: sku for product, sku in (skus or {}).items() if sku}
    if not messages:
        return
    table = table_of("severity", "code", "count", "products", "example")
    for code, found in _by_code(messages):
        severity = found[0]["severity"]
        table.add_row(
            Text(severity, style=STYLES.get(severity, "")),
            code,
            str(len(found)),
            Text(_some(known.get(message["product_id"], message["product_id"]) for message in found)),
            Text(found[0]["message"]),
        )
    console.print(table)


def show_execution(console: Console, execution: Answer) -> None:
    _facts(
        console,
        ("export", execution["exportId"]),
        ("status", execution["status"]),
        ("package", execution["customs_package_id"]),
        ("executed", execution["execution_timestamp"]),
        *facts_of_broker(execution),
        ("documents", ", ".join(artifact["filename"] for artifact in execution["artifacts"])),
    )
    _show_hash(console, execution["planHash"])


def show_withdrawal(console: Console, withdrawal: Answer) -> None:
    is_dry_run = withdrawal["state"] is None
    notices = withdrawal["brokerNotices"]
    notified = ", ".join(f"{each['destination']} ({each['status']})" for each in notices)
    if is_dry_run and withdrawal["brokerTold"]:
        notified = "would be notified"
    _facts(
        console,
        ("export", withdrawal["exportId"]),
        ("status", withdrawal["status"]),
        ("package", withdrawal["customs_package_id"]),
        ("orders", f"{withdrawal['orders']} {'would be' if is_dry_run else 'are'} free again"),
        ("broker", notified or "not notified: the package surely reached nobody"),
        ("reason", withdrawal["reason"]),
    )


def show_export(console: Console, export: Answer, skus: Mapping[str, str | None] | None = None) -> None:
    """Everything that is known of an export; products by SKU where `skus` has it of their id."""
    batch = export["batch"]
    package = export.get("customsPackage")
    orders = export["snapshot"].get("included_order_ids") or []
    _facts(
        console,
        ("export", export["exportId"]),
        ("state", export["state"] + (" (read model only: an owner is away)" if export.get("stale") else "")),
        ("readiness", _readiness(export)),
        ("orders", str(len(orders))),
        ("from", f"{batch['warehouse_id']} by {batch['broker_id']} to {batch['destination_country']}"),
        *_savings(batch.get("estimated_savings_usd")),
        ("planned", batch["created_at"]),
        ("executed", batch.get("executed_at") or "not yet"),
        (
            "package",
            f"{package['packageNumber']} ({package['id']}): {package['state']}" if package else "none",
        ),
        *facts_of_broker(export),
        *_after_completion(export),
        ("next", _next(export)),
    )
    _show_hash(console, export["planHash"])
    show_messages(console, export["validationMessages"], skus)
    if export["artifacts"]:
        console.print(_rows(export["artifacts"], "filename", "artifact_type", "generated_at"))
    if export["notifications"]:
        console.print(_rows(export["notifications"], "created_at", "channel", "status"))
    console.print(_rows(export["events"], "created_at", "type"))


def show_exports(console: Console, exports: Sequence[Answer]) -> None:
    """A list, a row an export."""
    table = table_of("export", "state", "readiness", "orders", "broker", "planned (UTC)")
    for each in exports:
        state = each["readinessState"]
        table.add_row(
            each["exportId"],
            each["state"],
            Text(state, style=READINESS_STYLES.get(state, "")),
            f"{each['orderCount']:,}",
            each["brokerSubmissionStatus"] or "",
            # To the minute: with seconds it would fold at 100 columns.
            each["createdAt"][:16].replace("T", " "),
        )
    console.print(table if exports else "no export")


def show_events(console: Console, events: Sequence[Answer]) -> None:
    """A row an event, oldest first."""
    table = table_of("when", "event", "export", "state")
    for each in events:
        data = each["data"]
        table.add_row(each["timestamp"], each["type"], data["exportId"], data["state"])
    console.print(table if events else "no event")


def _after_completion(export: Answer) -> list[tuple[str, str]]:
    """What became of it since, for the few of which something did."""
    facts = []
    if withdrawal := export.get("withdrawal"):
        facts.append(("withdrawn", f"{withdrawal['withdrawnAt']}: {withdrawal['reason']}"))
    if export.get("supersedes"):
        facts.append(("replaces", export["supersedes"]))
    if export.get("supersededBy"):
        facts.append(("replaced by", export["supersededBy"]))
    return facts


def _entries(entries: Sequence[Answer]) -> str:
    """How many, and of how many lines each."""
    lines = ", ".join(f"{entry['lines']:,}" for entry in entries[:SHOWN_EXCLUDED])
    more = ", …" if len(entries) > SHOWN_EXCLUDED else ""
    return f"{len(entries)} ({lines}{more} lines)" if entries else "none"


def _readiness(answer: Answer) -> Text:
    state = str(answer["readinessState"])
    return Text(f"{state} ({answer['complianceScore']} of 100)", style=READINESS_STYLES.get(state, ""))


def _show_hash(console: Console, plan_hash: str) -> None:
    """On a line of its own, where it is whole at 80 columns, to be copied."""
    console.print(Text.assemble(("hash  ", "dim"), plan_hash))


def first_excluded(plan: Answer) -> list[str]:
    """Our ids of the orders left out that are shown by name."""
    ids: list[str] = plan["excluded_order_ids"]
    return ids[:SHOWN_EXCLUDED]


def _show_excluded(console: Console, plan: Answer, external_ids: Mapping[str, str]) -> None:
    """Why orders stay behind: all of them by reason, the first ones by name."""
    reasons = {
        order_id: [message["code"] for message in messages]
        for order_id, messages in reasons_left_out(plan).items()
    }
    if not reasons:
        return
    counts = Counter(code for codes in reasons.values() for code in set(codes))
    console.print("left out: " + ", ".join(f"{count} × {code}" for code, count in counts.most_common()))
    table = table_of("order", "reasons")
    for order_id, codes in islice(reasons.items(), SHOWN_EXCLUDED):
        table.add_row(Text(external_ids.get(order_id) or order_id), ", ".join(dict.fromkeys(codes)))
    console.print(table)
    if len(reasons) > SHOWN_EXCLUDED:
        console.print(f"… and {len(reasons) - SHOWN_EXCLUDED} more; --json lists all")


def _by_code(messages: Sequence[Answer]) -> list[tuple[str, list[Answer]]]:
    groups: dict[str, list[Answer]] = {}
    for message in messages:
        groups.setdefault(message["code"], []).append(message)
    return sorted(groups.items(), key=lambda group: (_rank(group[1][0]), -len(group[1]), group[0]))


def _rank(message: Answer) -> int:
    severity = message["severity"]
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _some(values: Iterable[str | None]) -> str:
    distinct = list(dict.fromkeys(value for value in values if value))
    more = f" +{len(distinct) - SHOWN_PRODUCTS}" if len(distinct) > SHOWN_PRODUCTS else ""
    return ", ".join(distinct[:SHOWN_PRODUCTS]) + more


def _savings(amount: float | None) -> list[tuple[str, str]]:
    """Nothing where nothing was estimated."""
    return [("saves", f"USD {amount:,.2f} (estimate)")] if amount else []


def _next(export: Answer) -> str:
    """The plan's advice until it was executed; then it is the broker's answer that counts."""
    if export["state"] == "BATCHED":
        return str(export["batch"]["next_recommended_action"])
    if export["state"] in NEXT_BY_STATE:
        return NEXT_BY_STATE[export["state"]]
    submission = export.get("brokerSubmission") or {}
    return NEXT_BY_SUBMISSION.get(submission.get("status", ""), "nothing: it is done")


def _facts(console: Console, *facts: tuple[str, str | Text]) -> None:
    table = Table.grid(padding=(0, 2))
    for name, value in facts:
        table.add_row(Text(name, style="dim"), value if isinstance(value, Text) else Text(value))
    console.print(table)


def _rows(items: Sequence[Answer], *names: str) -> Table:
    table = table_of(*names)
    for item in items:
        table.add_row(*(Text(str(item.get(name, ""))) for name in names))
    return table


def table_of(*headings: str) -> Table:
    """An empty table. Codes and ids stay whole, to be looked up; texts take what is left."""
    table = Table(box=None, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in WHOLE)
    return table
